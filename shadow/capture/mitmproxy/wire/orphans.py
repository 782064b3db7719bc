"""A request whose client has gone and whose answer is wanted all the same: legacy may commit a write without noticing.

Legacy sees the end of the client's bytes, as it would without us. What it then answers is read, within bounds, and goes
to nobody but the sink. A client of HTTP/1 has one request under way, so it leaves one orphan at most.
"""

import asyncio
import contextlib
from collections.abc import Callable
from weakref import WeakSet

from mitmproxy.connection import Client
from mitmproxy.http import HTTPFlow

from crossfade.shadow.capture.mitmproxy.wire.limits import MOST_ORPHANS, ORPHAN_ANSWER_BYTES, ORPHAN_S

_left: WeakSet[Client] = WeakSet()
"""Clients that have gone and whose answer is still read."""


class Orphan:
    """One such request, from when its client was found gone until it has ended."""

    def __init__(self) -> None:
        self._ended = asyncio.Event()
        self._bytes = 0

    def take(self, size: int) -> None:
        """Counts bytes of the answer; beyond a bound it is read no further."""
        self._bytes += size
        if self._bytes > ORPHAN_ANSWER_BYTES:
            self.end()

    def end(self) -> None:
        """Nothing more is wanted of it."""
        self._ended.set()

    async def wait(self) -> None:
        """Returns at its end, or when it has taken too long."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ended.wait(), ORPHAN_S)


def want(flow: HTTPFlow, is_wanted: Callable[[], bool]) -> None:
    """Gives what is asked once the client has gone."""
    flow.metadata["crossfade_wanted"] = is_wanted
    vars(flow.client_conn)["crossfade_asked"] = True


def has_asked(client: Client) -> bool:
    """Whether there was a request whose answer may be wanted."""
    return "crossfade_asked" in vars(client)


def adopt(flow: HTTPFlow) -> Orphan | None:
    """The orphan of a flow whose client has gone; None: its answer is not wanted, or there are too many already."""
    is_wanted: Callable[[], bool] | None = flow.metadata.get("crossfade_wanted")
    if is_wanted is None or len(_left) >= MOST_ORPHANS or not is_wanted():
        return None
    _left.add(flow.client_conn)
    orphan = vars(flow.client_conn)["crossfade_orphan"] = Orphan()
    return orphan


def orphan_of(client: Client) -> Orphan | None:
    """The orphan that this client left."""
    found: Orphan | None = vars(client).get("crossfade_orphan")
    return found


def bury(client: Client) -> None:
    """Makes room for another one. May be repeated."""
    _left.discard(client)
