"""Which sessions of a corpus are played, and how many calls of which routes they have: fixed before the first one."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Call, Session
from crossfade.shadow.exchange import Answer
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.routes.patterns import glob_matches

_KEPT_BYTES = 67_108_864
"""Sessions of so many bytes are read once, those beyond it twice."""
_CALL_BYTES = 4096
"""What a call costs beside its bodies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Sessions in the order in which they began; ``origin_s`` is when the first did, in seconds since the epoch.

    ``call_ids``: their calls in the order in which they began; ``most_open``: how many sessions
    are under way at most, in that order. ``entered``: how many calls of each route. ``ports``: the listeners.
    ``kept``: sessions that need not be read again, by their ids.
    """

    corpus: CorpusFolder
    session_ids: tuple[str, ...]
    call_ids: tuple[str, ...]
    most_open: int
    entered: Mapping[RouteInfo, int]
    origin_s: float
    ports: tuple[str, ...]
    kept: Mapping[str, Session]

    def session(self, session_id: str) -> Session:
        """One session, each call at a port and with an id that no other call of the corpus has. Raises: ParityError."""
        kept = self.kept.get(session_id)
        return placed(self.corpus.session(session_id), self.ports) if kept is None else kept


def plan_of(
    corpus: CorpusFolder, ports: Sequence[str], *, sessions: Collection[str] = (), routes: Collection[str] = ()
) -> Plan:
    """All sessions of a corpus, or those with one of these ids and with a call of a route that one of the globs names.

    Raises: ParityError: one is damaged or not there, a call is of a port that the config has not, or none is left.
    """
    entered: Counter[RouteInfo] = Counter()
    starts, calls = [], []
    shelf = _Shelf()
    for session_id in sorted(sessions) or corpus.session_ids():
        session = placed(corpus.session(session_id), tuple(ports))
        if session.calls and _is_chosen(session, routes):
            starts.append((session.calls[0].request.started_at, session_id))
            shelf.keep(session)
            entered.update(call.route for call in session.calls)
            calls += [(at_s, session_id, place, call_id) for place, (at_s, call_id) in enumerate(_starts(session))]
    if not starts:
        raise ParityError(f"{corpus.folder}: expected sessions to play, got none; choose others, or record some")
    starts.sort()
    calls.sort()
    return Plan(
        corpus=corpus,
        session_ids=tuple(session_id for _, session_id in starts),
        call_ids=tuple(call_id for *_, call_id in calls),
        most_open=_most_open([session_id for _, session_id, *_ in calls]),
        entered=entered,
        origin_s=starts[0][0],
        ports=tuple(ports),
        kept=shelf.sessions,
    )


class _Shelf:
    """The sessions that were read first, within a bound of bytes."""

    def __init__(self) -> None:
        self.sessions: dict[str, Session] = {}
        self._room_bytes = _KEPT_BYTES

    def keep(self, session: Session) -> None:
        cost_bytes = sum(map(_cost_bytes, session.calls))
        if cost_bytes <= self._room_bytes:
            self._room_bytes -= cost_bytes
            self.sessions[session.id] = session


def _cost_bytes(call: Call) -> int:
    body = call.reply.body if isinstance(call.reply, Answer) else b""
    return _CALL_BYTES + len(call.request.body) + len(body)


def _starts(session: Session) -> Iterator[tuple[float, str]]:
    """When each call began, never before the one before it, and its id."""
    last_s = 0.0
    for call in session.calls:
        last_s = max(last_s, call.request.started_at)
        yield last_s, call.request.id


def _most_open(session_ids: Sequence[str]) -> int:
    """Of how many sessions more calls are to come, at most, while one of them is under way."""
    last = {session_id: place for place, session_id in enumerate(session_ids)}
    under_way: set[str] = set()
    most = 0
    for place, session_id in enumerate(session_ids):
        under_way.add(session_id)
        most = max(most, len(under_way))
        if last[session_id] == place:
            under_way.discard(session_id)
    return most


def _is_chosen(session: Session, routes: Collection[str]) -> bool:
    return not routes or any(
        glob_matches(glob, call.route.route, call.route.listener) for glob in routes for call in session.calls
    )


def placed(session: Session, ports: Sequence[str]) -> Session:
    """A session with each call at one of these ports; see ``Plan.session``. Raises: ParityError."""
    return replace(session, calls=tuple(_at_port(call, session, ports) for call in session.calls))


def _at_port(call: Call, session: Session, ports: Sequence[str]) -> Call:
    """A call that came by no port goes to the only one."""
    route = call.route
    if not route.listener and len(ports) == 1:
        route = replace(route, listener=ports[0])
    if route.listener not in ports:
        expected = f"expected [[listen]] to be one of {', '.join(ports)}"
        raise ParityError(f"session {session.id}: {expected}, got {route.listener!r}; name a port of the config so")
    return replace(call, route=route, request=replace(call.request, id=f"{session.id}.{call.request.id}"))
