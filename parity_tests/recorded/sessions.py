"""Which session a call is in: the one of its client. Pure; bounded in sessions, and in calls of each."""

import re
from collections import OrderedDict
from dataclasses import dataclass

from crossfade.parity_tests.corpus.records import Call
from crossfade.parity_tests.recorded.clients import Client, Clients
from crossfade.shadow.exchange.route import RouteInfo

MAX_OPEN = 1000
"""More sessions than these are not open at a time: the one that was quiet longest ends."""
IDLE_S = 1800.0
"""A client that was quiet for so long begins another session."""
_MAX_SLUG_CHARS = 60
_NO_WORD = re.compile(r"[^a-z0-9]+")


@dataclass(slots=True)
class _Open:
    """A session that goes on."""

    id: str
    calls: int
    last_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """The session of a call; ``continues`` is the one of the same client before it; ``ended`` are over by now."""

    session_id: str
    continues: str = ""
    ended: tuple[str, ...] = ()


class Sessions:
    """Names the session of each call; ``by`` as in ``Clients``."""

    def __init__(self, by: tuple[str, ...], *, max_calls: int, first_number: int = 1) -> None:
        self._clients = Clients(by)
        self._max_calls = max_calls
        self._number = first_number
        self._open: OrderedDict[Client, _Open] = OrderedDict()

    def place(self, call: Call, shown: RouteInfo) -> Placed:
        """The session of a call that has ended; ``shown`` is its route as it may be in the name of a file."""
        client = self._clients.of(call)
        ended, continues = [], ""
        known = self._open.pop(client, None)
        at = call.request.started_at
        if known is not None and (known.calls >= self._max_calls or at - known.last_at > IDLE_S):
            continues = known.id
            ended.append(known.id)
            known = None
        if known is None:
            known = _Open(f"{self._number:04}-{slug(shown)}", 0, at)
            self._number += 1
        known.calls += 1
        known.last_at = max(known.last_at, at)
        self._open[client] = known
        if len(self._open) > MAX_OPEN:
            ended.append(self._open.popitem(last=False)[1].id)
        return Placed(session_id=known.id, continues=continues, ended=tuple(ended))

    def open_ids(self) -> tuple[str, ...]:
        """The sessions that go on."""
        return tuple(known.id for known in self._open.values())


def slug(route: RouteInfo) -> str:
    """A route as a part of a file's name: ``get-builds-id``, ``buildservice-getbuild``."""
    name = route.route.rpartition(".")[2] if route.protocol == "grpc" else route.route
    return _NO_WORD.sub("-", name.lower()).strip("-")[:_MAX_SLUG_CHARS] or "calls"
