"""An answer as its parts arrive."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable

from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.framing import Framing, cost_bytes
from crossfade.shadow.exchange import Answer, Headers, header_values
from crossfade.shadow.exchange.body import BodyCopy

_PAUSE_BYTES = 1_048_576
"""A side that sends messages faster than they are compared is not read beyond this."""


class AnswerInProgress:
    """Collects an answer as its parts arrive: its body up to a limit, or, where it is a stream, its messages.

    ``framing_of`` gives the framing of an answer that begins with these header fields, or None where it is no stream.
    Of a stream's messages the first ``copy_bytes`` are kept as the body; where it goes on, the answer is truncated.
    """

    def __init__(
        self,
        *,
        limit_bytes: int,
        framing_of: Callable[[Headers], Framing | None] = lambda _: None,
        copy_bytes: int = 0,
    ) -> None:
        self.status = 0
        self.headers: Headers = ()
        self.messages: deque[bytes] = deque()
        self.is_stream = False
        self.was_stream = False
        self.changed = asyncio.Event()
        self.sent_at = time.perf_counter()
        self.undecodable: UndecodableError | None = None
        self.on_begin: Callable[[], None] = _nothing
        self.on_room: Callable[[], None] = _nothing
        self.on_overlong: Callable[[], object] = _nothing
        self._trailers: Headers = ()
        self._framing_of = framing_of
        self._framing: Framing | None = None
        self._body = BodyCopy(limit_bytes)
        self._copy_bytes = copy_bytes
        self._copy = bytearray()
        self._copy_is_cut = False
        self._waiting_bytes = 0
        self._stop_past_bytes: int | None = None

    def begin(self, status: int, headers: Headers) -> None:
        """Takes the status and the header fields."""
        self.status, self.headers = status, headers
        self._framing = self._framing_of(headers)
        self.is_stream = self._framing is not None
        self.on_begin()
        self.changed.set()

    def add(self, data: bytes) -> None:
        """Takes body bytes."""
        if self._framing is None:
            self._body.take(data)
        elif self.undecodable is None:
            self._cut(lambda framing: framing.feed(data))

    def end(self, trailers: Headers = ()) -> Answer:
        """The answer, with the time since the request was sent; of a stream without its messages."""
        self._trailers = trailers
        if self._framing is not None and self.undecodable is None:
            self._cut(lambda framing: framing.end())
        self.changed.set()
        return self.answer()

    def answer(self) -> Answer:
        """The answer as far as it has come."""
        return Answer(
            status=self.status,
            headers=self.headers,
            body=bytes(self._copy if self.is_stream else self._body.data),
            truncated=self._copy_is_cut or self._body.truncated,
            trailers=self._trailers,
            latency_ms=(time.perf_counter() - self.sent_at) * 1000,
            windows=self._body.windows(),
        )

    def let_go(self) -> None:
        """Nothing more comes. The callbacks refer to this: a cycle would keep its bytes until it is collected."""
        self.on_begin = self.on_room = self.on_overlong = _nothing

    def as_body(self) -> None:
        """Continues as a body, which begins with the messages that nobody has taken: legacy's answer is no stream."""
        if self._framing is None:
            return
        for part in (*map(self._framing.join, self.messages), self._framing.rest()):
            self._body.take(part)
        self.messages.clear()
        self._framing, self.is_stream, self.was_stream, self._waiting_bytes = None, False, True, 0
        self.on_room()

    def stop_past(self, size_bytes: int, *, times: int) -> None:
        """Reads a body no further than so many times this size, or to the limit where its length is declared."""
        self._stop_past_bytes = times * size_bytes
        if self.is_overlong:
            self.on_overlong()

    @property
    def is_overlong(self) -> bool:
        """Whether it is longer than it is read: the client that reads it ends it."""
        read = self._body.size_bytes
        if self._stop_past_bytes is None or read <= self._stop_past_bytes:
            return False
        return read > self._body.limit_bytes or not header_values(self.headers, "content-length")

    @property
    def waiting_bytes(self) -> int:
        """What the messages cost that nobody has taken yet."""
        return self._waiting_bytes

    def take_messages(self) -> tuple[bytes, ...]:
        """The messages that have come since the last call; makes room for more."""
        taken = tuple(self.messages)
        self.messages.clear()
        was_full = not self.has_room()
        self._waiting_bytes = 0
        if was_full:
            self.on_room()
        return taken

    def has_room(self) -> bool:
        """Whether more is to be read now; ``on_room`` is called when that becomes so again."""
        return self._waiting_bytes < _PAUSE_BYTES and not self.is_overlong

    def _cut(self, cut: Callable[[Framing], tuple[bytes, ...]]) -> None:
        if self._framing is None:
            return
        try:
            found = cut(self._framing)
        except UndecodableError as error:
            self.undecodable = error
            found = ()
        self.messages.extend(found)
        if self._copy_bytes:
            self._keep(map(self._framing.join, found))
        self._waiting_bytes += sum(map(cost_bytes, found))
        self.changed.set()

    def _keep(self, parts: Iterable[bytes]) -> None:
        for part in parts:
            self._copy_is_cut = self._copy_is_cut or len(self._copy) + len(part) > self._copy_bytes
            if self._copy_is_cut:
                return
            self._copy += part


def _nothing() -> None:
    pass
