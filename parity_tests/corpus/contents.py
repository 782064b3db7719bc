"""What is in a corpus: its routes with their calls, and what of them can't be used as it is."""

from dataclasses import dataclass, field

from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Call
from crossfade.shadow.exchange import Failure, Protocol, header_values
from crossfade.shadow.exchange.events import Side


@dataclass(slots=True, kw_only=True)
class RouteContents:
    """The calls of one route.

    ``statuses``: how often legacy answered what: an HTTP status, ``grpc N``, ``failed``, or ``left``. ``left``: whose
    client left before the answer's end. ``hidden``: whose request was not kept, so that it can't be sent. ``cut``:
    whose answer was not kept to its end. ``scrambled``: as in ``Call``.
    """

    route: str
    protocol: str
    call_type: str
    calls: int = 0
    writes: int = 0
    left: int = 0
    hidden: int = 0
    cut: int = 0
    scrambled: int = 0
    body_bytes: int = 0
    statuses: dict[str, int] = field(default_factory=dict)

    def add(self, call: Call) -> None:
        """Counts a call of this route."""
        self.calls += 1
        self.writes += call.write
        self.left += call.timing.cancelled_ms is not None
        self.hidden += Side.CLIENT in call.hidden
        self.cut += not isinstance(call.reply, Failure) and (call.reply.truncated or Side.LEGACY in call.hidden)
        self.scrambled += call.scrambled
        self.body_bytes += len(call.request.body) + (0 if isinstance(call.reply, Failure) else len(call.reply.body))
        status = status_of(call)
        self.statuses[status] = self.statuses.get(status, 0) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """A whole corpus; ``begun`` sessions are being recorded or were cut off; ``routes`` by name, with their port."""

    service: str
    half: str
    contract_digest: str
    sessions: int
    begun: int
    calls: int
    file_bytes: int
    routes: tuple[RouteContents, ...]


def contents_of(corpus: CorpusFolder) -> Contents:
    """Reads every session. Raises: ParityError: one is damaged."""
    routes: dict[str, RouteContents] = {}
    sessions = 0
    for session in corpus.sessions():
        sessions += 1
        for call in session.calls:
            info = call.route
            fresh = RouteContents(route=info.key, protocol=info.protocol, call_type=info.call_type)
            routes.setdefault(info.key, fresh).add(call)
    return Contents(
        service=corpus.manifest.service,
        half=corpus.manifest.half.value,
        contract_digest=corpus.manifest.contract_digest,
        sessions=sessions,
        begun=len(corpus.begun_ids()),
        calls=sum(route.calls for route in routes.values()),
        file_bytes=sum(path.stat().st_size for path in corpus.folder.rglob("*") if path.is_file()),
        routes=tuple(routes[name] for name in sorted(routes)),
    )


def status_of(call: Call) -> str:
    """What legacy answered, in a word."""
    reply = call.reply
    if call.timing.cancelled_ms is not None:
        return "left"
    if isinstance(reply, Failure):
        return "failed"
    if call.request.protocol is Protocol.GRPC:
        code = next(iter(header_values((*reply.trailers, *reply.headers), "grpc-status")), "none")
        return f"grpc {code}"
    return str(reply.status)
