"""A corpus of what another tool has recorded: named routes, sessions by client, redacted."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.checking import checked
from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Call, Manifest, Session
from crossfade.parity_tests.formats.binarylog import read_binarylog
from crossfade.parity_tests.formats.exchanges import Exchange, Found, LeftOut, Omission
from crossfade.parity_tests.formats.flows import read_flows
from crossfade.parity_tests.formats.gor import read_gor
from crossfade.parity_tests.formats.har import read_har
from crossfade.parity_tests.recorded.redacting import CallRedactor
from crossfade.parity_tests.recorded.sessions import Sessions
from crossfade.shadow.capture.sink import RequestHead
from crossfade.shadow.config import Config
from crossfade.shadow.exchange import Failure, Protocol, Request
from crossfade.shadow.mirror.policy import Policy
from crossfade.shadow.routes.table import RouteTable
from crossfade.shadow.runs.setup import globs_of

READERS: dict[str, Callable[[Path], Found]] = {
    "binarylog": read_binarylog,
    "flows": read_flows,
    "gor": read_gor,
    "har": read_har,
}
_MAX_HELD_BYTES = 1_000_000_000
_MAX_CALLS = 1_000_000
_MAX_PLACES = 3


@dataclass(slots=True)
class Imported:
    """What became of a file. ``places`` are the first of each kind that was left out, ``unanswered`` are calls."""

    sessions: int = 0
    calls: int = 0
    unanswered: int = 0
    routes: set[str] = field(default_factory=set)
    left_out: Counter[Omission] = field(default_factory=Counter)
    places: dict[Omission, list[str]] = field(default_factory=dict)

    def leave_out(self, found: LeftOut) -> None:
        """Counts it."""
        self.left_out[found.omission] += 1
        places = self.places.setdefault(found.omission, [])
        if len(places) < _MAX_PLACES:
            places.append(f"{found.place} ({found.found})" if found.found else found.place)


class Importer:
    """Makes corpora for the service of a config."""

    def __init__(self, config: Config, contract: Contract | None, redactor: CallRedactor, listener: str | None) -> None:
        """``listener`` is the port of all calls; None: it is told by the port of the server that was called.

        Raises: ParityError: the config has no such port.
        """
        methods = {} if contract is None else contract.methods
        self._config = config
        self._contract = contract
        self._redactor = redactor
        self._routes = RouteTable(config.routes.http, config.routes.max_inferred, methods, globs_of(config))
        self._policy = Policy(config.mirror, methods, config.service.state, templates=config.routes.http)
        self._listener = listener
        names = [listen.name for listen in config.listen]
        if listener is not None and listener not in names:
            raise ParityError(f"--listener: expected one of {', '.join(names)}, got {listener}")

    def run(self, kind: str, path: Path, output: Path) -> Imported:
        """Reads a file and writes a new corpus. Raises: ParityError: there is nothing to take, or it can't be done."""
        done = Imported()
        calls = sorted(self._calls(READERS[kind](path), done), key=lambda call: call.request.started_at)
        if not calls:
            raise ParityError(f"{path}: expected calls to import, got none{_told(done)}")
        digest = "" if self._contract is None else self._contract.digest
        manifest = Manifest(service=self._config.service.name, contract_digest=digest)
        corpus = CorpusFolder.create(output, manifest, self._contract)
        for session in self._sessions(calls, f"{kind} {path.name}"):
            corpus.add(session)
            done.sessions += 1
        return done

    def _calls(self, found: Found, done: Imported) -> Iterable[Call]:
        held = 0
        for item in found:
            if isinstance(item, LeftOut):
                done.leave_out(item)
                continue
            call = self._call(item)
            if (wrong := _wrong(call)) is not None:
                done.leave_out(LeftOut(omission=Omission.DAMAGED, place=f"call {done.calls + 1}", found=wrong))
                continue
            held += len(call.request.body) + (0 if isinstance(call.reply, Failure) else len(call.reply.body))
            done.calls += 1
            if held > _MAX_HELD_BYTES or done.calls > _MAX_CALLS:
                bound = f"{_MAX_CALLS} calls with {_MAX_HELD_BYTES} bytes"
                raise ParityError(f"expected at most {bound}, got more; import the file in parts")
            done.unanswered += isinstance(call.reply, Failure)
            done.routes.add(call.route.key)
            yield call

    def _call(self, found: Exchange) -> Call:
        request = found.request
        listener = self._listener or self._listener_of(request, found.port)
        head = RequestHead(
            id=request.id,
            listener=listener,
            protocol=request.protocol,
            method=request.method,
            target=request.target,
            headers=request.headers,
            at=request.started_at,
        )
        route = self._routes.resolve(request.protocol, request.method, request.target, listener)
        write = self._policy.decide(head).write
        return Call(route=route, request=request, reply=found.reply, write=write, timing=found.timing)

    def _listener_of(self, request: Request, port: int | None) -> str:
        """The only port; else the one with this server; else the only one for such calls. Raises: ParityError."""
        listens = self._config.listen
        if len(listens) == 1:
            return listens[0].name
        called = [
            listen.name
            for listen in listens
            if port is not None and port in {_port(listen.address), _port(listen.legacy)}
        ]
        if len(called) == 1:
            return called[0]
        names = [listen.name for listen in listens]
        kind = "grpc" if request.protocol is Protocol.GRPC else "http"
        if names.count(kind) == 1:
            return kind
        told = ", ".join(names)
        raise ParityError(f"--listener: expected the port that these calls are for, got none; name one of {told}")

    def _sessions(self, calls: Iterable[Call], source: str) -> Iterable[Session]:
        """By client, as they are recorded; pseudonyms are given in the order of the calls."""
        settings = self._config.record
        placing = Sessions(settings.session_by, max_calls=settings.max_session_calls)
        placed: dict[str, list[Call]] = {}
        for call in calls:
            shown = self._redactor.redacted(call)
            placed.setdefault(placing.place(call, shown.route).session_id, []).append(shown)
        for name, own in placed.items():
            numbered = (
                replace(call, request=replace(call.request, id=str(number))) for number, call in enumerate(own, 1)
            )
            yield Session(id=name, calls=tuple(numbered), source=source)


def _wrong(call: Call) -> str | None:
    """Why nobody can have sent or answered this, None where one can."""
    request = call.request
    try:
        checked(call)
    except TypeError:
        return "expected texts, times and a status, got something else"
    fields = (part for pair in (*request.headers, *request.trailers) for part in pair)
    if any(char in text for text in (request.method, request.target, *fields) for char in "\r\n\0"):
        return "expected a request of HTTP, got a line end within a part of it"
    return None


def _port(address: str) -> int | None:
    return urlsplit(address if "://" in address else f"//{address}").port


def _told(done: Imported) -> str:
    left = sum(done.left_out.values())
    return f"; {left} were left out, the first at {next(iter(done.places.values()))[0]}" if left else ""
