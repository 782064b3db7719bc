"""Runs a mock of a corpus until it is told to end."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Call
from crossfade.parity_tests.mock.answering import Mock
from crossfade.parity_tests.mock.book import Book
from crossfade.parity_tests.mock.server import MockServer
from crossfade.parity_tests.recorded.redacting import CallRedactor
from crossfade.shadow.config import Config
from crossfade.shadow.evidence.key import KEY_VARIABLE
from crossfade.shadow.exchange import Failure, FailureReason, Request
from crossfade.shadow.routes.table import RouteTable
from crossfade.shadow.runs.setup import read_redactor
from crossfade.tools.signals import stop_signals

MAX_CORPUS_BYTES = 1_000_000_000
_MAX_TOLD = 100
_NO_REPLY = Failure(reason=FailureReason.RESET, detail="", latency_ms=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class MockPorts:
    """Host and port of each address; both serve both protocols."""

    http: tuple[str, int]
    grpc: tuple[str, int]


@dataclass(slots=True)
class MockDone:
    """How many requests were not recorded; ``interrupted`` by Ctrl-C."""

    missed: int = 0
    interrupted: bool = False


@dataclass(slots=True)
class _Missed:
    """Tells each kind of request that was not recorded once, the first hundred kinds."""

    announce: Callable[[str], None]
    done: MockDone
    told: set[str] = field(default_factory=set)

    def __call__(self, line: str) -> None:
        self.done.missed += 1
        if line not in self.told and len(self.told) < _MAX_TOLD:
            self.told.add(line)
            self.announce(f"not recorded: {''.join(char if char.isprintable() else '?' for char in line)[:200]}")


async def run_mock(
    folder: Path, ports: MockPorts, speed: float, config: Config | None, *, announce: Callable[[str], None]
) -> MockDone:
    """Serves until SIGINT or SIGTERM; by the ``config`` secrets of requests are known again.

    Raises: ParityError: no corpus, too large a one, or a port can't be had; ShadowError, EvidenceError: no key.
    """
    book = _read(folder, config)
    done = MockDone()
    server = MockServer(Mock(book=book, speed=speed, missed=_Missed(announce, done)))
    stop: asyncio.Future[signal.Signals] = asyncio.get_running_loop().create_future()
    with stop_signals(stop), _rewinding(book, announce):
        try:
            http, grpc = [await server.start(address) for address in (ports.http, ports.grpc)]
            calls = sum(map(len, book.entries.values()))
            announce(f"answering {calls} recorded calls: HTTP at {http}, gRPC at {grpc}")
            done.interrupted = await stop == signal.SIGINT
        finally:
            await server.stop()
    return done


def _read(folder: Path, config: Config | None) -> Book:
    corpus = CorpusFolder(folder)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    if size > MAX_CORPUS_BYTES:
        raise ParityError(f"{folder}: expected at most {MAX_CORPUS_BYTES} bytes, got {size}; minimise it first")
    contract = corpus.contract()
    return Book.of(corpus.sessions(), contract, None if config is None else _redaction(config, contract))


def _redaction(config: Config, contract: Contract | None) -> Callable[[Request], Request]:
    """A request as the config's key and rules leave it. Raises: ParityError: no key."""
    redactor = read_redactor(config, contract)
    if redactor is None:
        raise ParityError(f"{config.redact.key_file}: expected the key of the recording, got none; set {KEY_VARIABLE}")
    calls = CallRedactor(redactor, contract)
    routes = RouteTable(config.routes.http, 0, {} if contract is None else contract.methods)

    def redacted(request: Request) -> Request:
        route = routes.resolve(request.protocol, request.method, request.target)
        return calls.redacted(Call(route=route, request=request, reply=_NO_REPLY, write=False)).request

    return redacted


@contextmanager
def _rewinding(book: Book, announce: Callable[[str], None]) -> Iterator[None]:
    """Begins the recording anew at each SIGHUP."""
    loop = asyncio.get_running_loop()

    def rewind() -> None:
        book.rewind()
        announce("the recording begins anew")

    loop.add_signal_handler(signal.SIGHUP, rewind)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)
