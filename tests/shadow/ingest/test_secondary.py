"""The secondary is contacted where two answers differ: where it differs too is noise."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest

from crossfade.codegen.contract import Contract
from crossfade.shadow.asking.clients.answer import AnswerInProgress
from crossfade.shadow.asking.clients.upstream import Upstream
from crossfade.shadow.exchange import Failure, FailureReason, Reply, Request
from crossfade.shadow.ingest.answers import read_reply
from crossfade.shadow.ingest.secondary import Secondary, SecondaryLimits

GET, SUM = "t.v1.Things/Get", "t.v1.Things/Sum"


@dataclass
class Legacy:
    """Stands for the secondary: answers ``reply`` once ``go_on`` is set."""

    reply: Reply
    deadline_s: float = 10.0
    body_limit_bytes: int = 1000
    asked: list[Request] = field(default_factory=list)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    def new_answer(self, framing_of: Any, copy_bytes: int) -> AnswerInProgress:
        """What collects an answer; nothing goes into it."""
        return AnswerInProgress(limit_bytes=self.body_limit_bytes, framing_of=framing_of, copy_bytes=copy_bytes)

    async def ask(self, request: Request, *_: Any, safe: bool, is_watched: bool) -> Reply:
        """Its answer; it gets nothing but what is safe, and has a deadline."""
        assert (safe, is_watched) == (True, False)
        self.asked.append(request)
        await self.go_on.wait()
        return self.reply


Setup = Callable[..., tuple[Any, Legacy]]


@pytest.fixture
def setup(contract: Contract, bench_of: Callable[..., Any], lines: Any) -> Setup:
    """An intake with a secondary that gives this answer."""

    def setup(told: Any = None, *, is_off: bool = False, **limits: Any) -> tuple[Any, Legacy]:
        legacy = Legacy(read_reply(told or lines.answer(), "x"))
        values = {"pct": 100.0, "in_flight": 2, "held_bytes": 10_000, **limits}
        share = SecondaryLimits(**values, is_off=lambda: is_off)
        secondary = Secondary(legacy, "127.0.0.1:1", contract.methods, share)  # type: ignore[arg-type]
        return bench_of(secondary=secondary), legacy

    return setup


async def test_where_the_secondary_differs_too(setup: Setup, lines: Any) -> None:
    """It is observed as noise, where it stands and of which kind; nothing is observed before it has answered."""
    bench, legacy = setup(lines.answer(lines.message("a", 3)))
    bench.take(lines.pair(lines.answer(lines.message("a", 1)), lines.answer(lines.message("b", 2))))
    await asyncio.sleep(0)
    assert (bench.seen, bench.intake.is_busy()) == ([], True)
    legacy.go_on.set()
    await bench.intake.drain()
    (found,) = bench.seen
    assert [(item.template, item.kind) for item in found.noise] == [("message.size", "value")]
    assert {item.template for item in found.signature} == {"message.name"}
    assert {item.template for item in found.excused} == {"message.size"}
    assert not bench.intake.is_busy()


async def test_a_stream(setup: Setup, lines: Any) -> None:
    """Its messages are held against legacy's as well."""
    bench, legacy = setup(lines.answer(lines.message("a"), lines.message("c")))
    legacy.go_on.set()
    sides = [lines.answer(lines.message("a"), lines.message(name)) for name in "bd"]
    bench.take(lines.pair(*sides, route="t.v1.Things/List"))
    await bench.intake.drain()
    assert [item.template for item in bench.seen[0].noise] == ["message[*].name"]


async def test_stores_that_have_drifted(setup: Setup, lines: Any) -> None:
    """A secondary with the candidate's status shows that it is the state; then it is contacted in any case."""
    bench, legacy = setup(lines.answer(status=5), pct=0.0)
    legacy.go_on.set()
    bench.take(lines.pair(lines.answer(lines.message("a")), lines.answer(status=5)))
    await bench.intake.drain()
    assert bench.ends == ["skipped(state_drift)"]


async def test_a_secondary_that_fails(setup: Setup, lines: Any) -> None:
    """Then nothing is known of noise."""
    bench, legacy = setup()
    legacy.reply = Failure(reason=FailureReason.REFUSED, detail="", latency_ms=0.0)
    legacy.go_on.set()
    bench.take(lines.pair(lines.answer(lines.message("a")), lines.answer(lines.message("b"))))
    await bench.intake.drain()
    assert (bench.ends, bench.seen[0].noise) == (["differs"], None)


@pytest.mark.parametrize(
    ("values", "route"),
    [
        ({}, SUM),
        ({}, "x.A/B"),
        ({"is_off": True}, GET),
        ({"pct": 0.0}, GET),
        ({"in_flight": 0}, GET),
        ({"held_bytes": 5}, GET),
    ],
    ids=["write", "unknown", "switched off", "outside of the share", "too many", "too much"],
)
async def test_when_it_is_not_asked(setup: Setup, lines: Any, values: dict[str, Any], route: str) -> None:
    """The pair is judged at once, without it."""
    bench, legacy = setup(**values)
    bench.take(lines.pair(lines.answer(lines.message("a")), lines.answer(lines.message("b")), route=route))
    assert len(bench.seen) == 1
    assert legacy.asked == []


async def test_what_waits_is_bounded(setup: Setup, lines: Any) -> None:
    """Past the bound pairs are judged without it; when the others are judged there is room again."""
    bench, legacy = setup(lines.answer(lines.message("a")))
    pair = lines.pair(lines.answer(lines.message("a")), lines.answer(lines.message("b")))
    bench.take(pair, pair, pair)
    assert len(bench.seen) == 1
    legacy.go_on.set()
    await bench.intake.drain()
    bench.take(pair)
    await bench.intake.drain()
    assert len(legacy.asked) == 3
    assert [item.noise is None for item in bench.seen] == [True, False, False, False]
    assert bench.balance() == (4, 4, 0)


async def test_a_connection_that_is_closed_meanwhile(setup: Setup, lines: Any) -> None:
    """A pair that waits is not shed, and ends once."""
    bench, legacy = setup(lines.answer(lines.message("a")))
    pair = lines.pair(lines.answer(lines.message("a")), lines.answer(lines.message("b")))
    bench.take(lines.counts(3, "00000000000000aa"), pair)
    bench.service.close()
    assert (bench.ends, bench.balance()) == (["same", "shed(shutdown)"], (3, 2, 1))
    legacy.go_on.set()
    await bench.intake.drain()
    assert (bench.ends[2:], bench.balance()) == (["differs"], (3, 3, 0))


async def test_a_real_secondary(contract: Contract, bench_of: Callable[..., Any], lines: Any) -> None:
    """It gets the request with the mark of a copy, though the service's library has taken out what gRPC needs."""
    seen: list[dict[str, str]] = []

    def behaviour(asked: bytes, context: grpc.ServicerContext) -> bytes:
        seen.append(dict(context.invocation_metadata()))
        assert asked == lines.message("a-1")
        return bytes(lines.message("a", 3))

    methods = {"Get": grpc.unary_unary_rpc_method_handler(behaviour)}
    server = grpc.server(ThreadPoolExecutor(1), handlers=[grpc.method_handlers_generic_handler("t.v1.Things", methods)])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    upstream = Upstream(f"http://127.0.0.1:{port}", deadline_ms=5000, body_limit_bytes=1000)
    try:
        share = SecondaryLimits(pct=100.0, in_flight=1, held_bytes=1000, is_off=lambda: False)
        bench = bench_of(secondary=Secondary(upstream, f"127.0.0.1:{port}", contract.methods, share))
        sides = [lines.answer(lines.message("a", number)) for number in (1, 2)]
        bench.take(lines.pair(*sides, headers=[["x-tenant", "7"]]))
        await bench.intake.drain()
    finally:
        await upstream.close()
        server.stop(0)
    assert [item.template for item in bench.seen[0].noise] == ["message.size"]
    assert (seen[0]["x-tenant"], seen[0]["x-crossfade-role"]) == ("7", "shadow")
