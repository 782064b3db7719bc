"""The body of a request that is still coming."""

import asyncio
from collections import deque

from crossfade.shadow.exchange import Headers

_REWIND_BYTES = 65_536
_REWIND_PARTS = 64


class RequestParts:
    """The body of a request that is still coming: parts are put in here and taken out by a client.

    The first parts are kept, so that a request that a server refused at once can be sent again.
    """

    def __init__(self) -> None:
        self.trailers: Headers = ()
        self.waiting_bytes = 0
        self._parts: deque[bytes] = deque()
        self._taken: list[bytes] | None = []
        self._ended = False
        self._changed = asyncio.Event()

    def copy(self) -> "RequestParts":
        """Another one with the parts that wait in this one."""
        other = RequestParts()
        for part in self._parts:
            other.put(part)
        return other

    def put(self, data: bytes) -> None:
        """Adds a part."""
        self._parts.append(data)
        self.waiting_bytes += len(data)
        self._changed.set()

    def end(self, trailers: Headers = ()) -> None:
        """Nothing more will come."""
        self.trailers = trailers
        self._ended = True
        self._changed.set()

    async def take(self) -> bytes | None:
        """The next part; None at the end."""
        while not self._parts:
            if self._ended:
                return None
            self._changed.clear()
            await self._changed.wait()
        part = self._parts.popleft()
        self.waiting_bytes -= len(part)
        if self._taken is not None:
            self._taken.append(part)
            if sum(map(len, self._taken)) > _REWIND_BYTES or len(self._taken) > _REWIND_PARTS:
                self._taken = None
        return part

    def rewind(self) -> bool:
        """Lets all parts be taken again; False where they are not kept any more."""
        if self._taken is None:
            return False
        self._parts.extendleft(reversed(self._taken))
        self.waiting_bytes += sum(map(len, self._taken))
        self._taken = []
        return True
