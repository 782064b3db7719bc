"""Builders of what the engine saw, sides that keep what they were asked, and a collector between them."""

import asyncio
import itertools
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest

from crossfade.codegen.contract import Contract, ProtoFiles, load_contract
from crossfade.shadow.asking.clients.answer import AnswerInProgress
from crossfade.shadow.asking.clients.http1_request import is_writable
from crossfade.shadow.asking.clients.notes import Notes
from crossfade.shadow.asking.collector import Collector
from crossfade.shadow.asking.lifecycle import IllegalEventError
from crossfade.shadow.asking.limits import Limits
from crossfade.shadow.asking.means import means_of
from crossfade.shadow.asking.mistakes import Mistakes
from crossfade.shadow.asking.sides import Sides
from crossfade.shadow.bindings.bindings import Bindings
from crossfade.shadow.exchange import Reply, Request
from crossfade.shadow.exchange.observations import CrossRead, Noted, Observation, Proof, Settled
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.served import Served
from crossfade.shadow.judging.judge import Judge
from crossfade.shadow.pipe.frames import RequestFrame, SettledFrame, reply_frame

PROTO = """
syntax = "proto3";
package s.v1;
service Streams {
  rpc Watch(Note) returns (stream Note) { option idempotency_level = NO_SIDE_EFFECTS; }
  rpc Upload(stream Note) returns (Note);
  rpc Talk(stream Note) returns (stream Note);
}
message Note { string text = 1; int32 number = 2; map<string, int32> counts = 3; }
"""
_LIMITS = {"in_flight": 4, "waiting": 1000, "held_bytes": 10**6, "wait_s": 30.0, "deadline_s": 10.0}


class Side:
    """Stands for an upstream: ``asked`` are the ids in the order in which they came, ``most`` the calls at one time."""

    deadline_s = 10.0
    body_limit_bytes = 1000

    def __init__(self, reply: Callable[[Request], Awaitable[Reply]]) -> None:
        self.reply = reply
        self.asked: list[str] = []
        self.most = 0
        self.notes = Notes()
        self._running = 0

    def takes(self, request: Request) -> bool:
        """As an upstream does."""
        return is_writable(request)

    def new_answer(self, framing_of: Any, copy_bytes: int = 0) -> AnswerInProgress:
        """What collects an answer; nothing goes into it."""
        return AnswerInProgress(limit_bytes=self.body_limit_bytes, framing_of=framing_of, copy_bytes=copy_bytes)

    async def ask(self, request: Request, *_: Any, **__: Any) -> Reply:
        """What ``reply`` gives."""
        self.asked.append(request.id)
        self._running += 1
        self.most = max(self.most, self._running)
        try:
            return await self.reply(request)
        finally:
            self._running -= 1


class Strict(Mistakes):
    """Fails the test in which a frame came that no engine sends."""

    def add(self, error: IllegalEventError, route: RouteInfo) -> None:
        raise AssertionError(route) from error


class Bench:
    """A collector with its sides; ``ends`` are its observations as short texts, in order. ``now`` is its clock."""

    def __init__(
        self,
        candidate: Side,
        secondary: Side,
        *,
        legacy: Side | None = None,
        shared: bool,
        contract: Contract | None,
        queue: Any = None,
        reads_of: Any = lambda _: False,
        templates: tuple[str, ...] = (),
        **limits: Any,
    ) -> None:
        self.candidate = candidate
        self.secondary = secondary
        self.asked_legacy = legacy
        self.seen: list[Observation] = []
        self.proofs: list[Proof] = []
        self.cross_reads: list[CrossRead] = []
        self.now = 2_000_000_000.0
        self._more = asyncio.Event()
        self.collector = Collector(
            sides={"web": Sides(candidate=candidate, secondary=secondary, legacy=legacy)},  # type: ignore[arg-type]
            means=means_of(
                contract=contract,
                judge=Judge(contract=contract),
                bindings=Bindings(contract=contract, shared=shared),
                limits=Limits(**{**_LIMITS, **limits}),
                queue=queue,
                reads_of=reads_of,
                templates=templates,
            ),
            record=self._record,
            clock=lambda: self.now,
        )
        self.collector.mistakes = Strict()

    @property
    def ends(self) -> list[str]:
        """What became of the requests: same, differs, or outcome(reason)."""
        return [_end(observation) for observation in self.seen]

    def legacy(self, request_id: str, reply: Reply) -> None:
        """The reply that the client was given comes, by default legacy's."""
        self.collector.on_reply(reply_frame(request_id, reply))

    def cancel(self, request_id: str) -> None:
        """The client goes away."""
        frame = SettledFrame(request_id=request_id, outcome=Outcome.SKIPPED, reason=Reason.CLIENT_CANCELLED)
        self.collector.on_settled(frame)

    async def ended(self, count: int) -> None:
        """Waits until so many requests have ended."""
        while len(self.seen) < count:
            self._more.clear()
            await asyncio.wait_for(self._more.wait(), 10)

    async def rest(self) -> None:
        """Lets everything run that can run now."""
        for _ in range(50):
            await asyncio.sleep(0)

    async def finish(self) -> list[str]:
        """Waits for all observations, and looks that nothing is kept of them."""
        await self.collector.drain(10)
        self.keeps_nothing()
        return self.ends

    def keeps_nothing(self) -> None:
        """No request, no handle's holder, no byte, no slot."""
        assert self.collector.in_flight() == 0
        kept = self.collector._comparisons
        assert (len(kept), kept.suspects.count(), kept.suspects._holders) == (0, 0, {})
        assert (kept.held_bytes, self.collector._means.admission.in_use()) == (0, (0, 0))

    def _record(self, observation: Noted) -> None:
        if isinstance(observation, CrossRead):
            self.cross_reads.append(observation)
            return
        if isinstance(observation, Proof):
            self.proofs.append(observation)
            return
        self.seen.append(observation)
        self._more.set()


def _end(observation: Observation) -> str:
    if isinstance(observation, Settled):
        return f"{observation.outcome.value}({observation.reason.value})"
    return "differs" if observation.signature else "same"


@pytest.fixture(scope="session")
def frame_of(request_of: Callable[..., Request]) -> Callable[..., RequestFrame]:
    """Builds the frame of a request, each a second after the one before; values are those of the request."""
    times = itertools.count(1_800_000_000)

    def build(request_id: str, *, write: bool = False, ask_secondary: bool = False, **values: Any) -> RequestFrame:
        served = values.pop("served", Served.LEGACY)
        given = {"method": "POST" if write else "GET", "started_at": float(next(times)), **values}
        request = request_of(request_id, **given)
        route = RouteInfo(route=f"{request.method} /a", protocol="http", call_type="http", stage="shadow")
        return RequestFrame(
            route=route,
            listener="web",
            write=write,
            ask_secondary=ask_secondary,
            live=False,
            request=request,
            served=served,
        )

    return build


def _side(reply: Any) -> Side:
    async def given(_: Request) -> Reply:
        await asyncio.sleep(0)
        return reply  # type: ignore[no-any-return]

    return Side(reply if callable(reply) else given)


@pytest.fixture(scope="session")
def bench_of() -> Callable[..., Bench]:
    """Builds a collector; a side is given by its reply, or by a coroutine function that makes one of a request."""

    def build(
        candidate: Any, secondary: Any = None, *, shared: bool = False, contract: Contract | None = None, **limits: Any
    ) -> Bench:
        legacy = limits.pop("legacy", None)
        asked = None if legacy is None else _side(legacy)
        return Bench(_side(candidate), _side(secondary), legacy=asked, shared=shared, contract=contract, **limits)

    return build


@pytest.fixture(scope="session")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    """The contract of the streaming service."""
    path = tmp_path_factory.mktemp("proto") / "s.proto"
    path.write_text(PROTO)
    return load_contract(ProtoFiles(files=(path,)))


@pytest.fixture
def note(contract: Contract) -> Callable[..., Any]:
    """Makes a message."""
    return contract.message_class("s.v1.Note")


Handlers = dict[str, Callable[..., Any]]


@pytest.fixture
def serve(contract: Contract) -> Iterator[Callable[[Handlers], str]]:
    """Starts a grpcio server with behaviours by method; gives its URL."""
    note = contract.message_class("s.v1.Note")
    kinds = {
        "Watch": grpc.unary_stream_rpc_method_handler,
        "Upload": grpc.stream_unary_rpc_method_handler,
        "Talk": grpc.stream_stream_rpc_method_handler,
    }
    servers = []

    def begin(handlers: Handlers) -> str:
        methods = {
            name: kinds[name](
                behaviour,
                request_deserializer=note.FromString,
                response_serializer=lambda item: item.SerializeToString(),
            )
            for name, behaviour in handlers.items()
        }
        server = grpc.server(
            ThreadPoolExecutor(max_workers=8), handlers=[grpc.method_handlers_generic_handler("s.v1.Streams", methods)]
        )
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        servers.append(server)
        return f"http://127.0.0.1:{port}"

    yield begin
    for server in servers:
        server.stop(0.2)


@pytest.fixture
def gate() -> Iterator[Callable[[], threading.Event]]:
    """Makes events on which servers wait; all are opened at the end."""
    made: list[threading.Event] = []

    def make() -> threading.Event:
        made.append(threading.Event())
        return made[-1]

    yield make
    for event in made:
        event.set()
