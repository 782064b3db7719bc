"""Messages of streams that take long to compare do not hold the loop."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from crossfade.codegen.contract import Contract
from crossfade.shadow.apart.job_queue import Budget, JobQueue
from crossfade.shadow.apart.jobs import Setup
from crossfade.shadow.apart.weight import are_heavy_messages
from crossfade.shadow.asking.call import Call
from crossfade.shadow.asking.clients.answer import AnswerInProgress
from crossfade.shadow.asking.ended import Ended
from crossfade.shadow.asking.judging import Judging
from crossfade.shadow.asking.streams.follower import Follower
from crossfade.shadow.asking.streams.given_stream import GivenStream
from crossfade.shadow.asking.streams.heavy import HeavyMessages
from crossfade.shadow.asking.streams.side import Followed
from crossfade.shadow.bindings.bindings import Bindings
from crossfade.shadow.bindings.sides import Side
from crossfade.shadow.bindings.translation import Translation
from crossfade.shadow.compare.answers import NotComparableError
from crossfade.shadow.exchange import Headers, Protocol, Request
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.judging.judge import Judge

pytestmark = pytest.mark.slow
EVENTS = RouteInfo(route="GET /events", protocol="http", call_type="http", stage="shadow")
WATCH = RouteInfo(route="s.v1.Streams/Watch", protocol="grpc", call_type="server_stream", stage="shadow")
SSE: Headers = (("content-type", "text/event-stream"),)
LINES: Headers = (("content-type", "application/x-ndjson"),)
GRPC: Headers = (("content-type", "application/grpc"),)
MOST_HELD_S = 0.05


class Streams:
    """Legacy's stream and the candidate's, held against each other with a real process beside the loop."""

    def __init__(self, queue: JobQueue, contract: Contract | None) -> None:
        self.queue, self.contract = queue, contract
        self.judge = Judge(contract=contract)
        self.bindings = Bindings(contract=contract, shared=False)

    async def follow(
        self, route: RouteInfo, headers: Headers, pairs: list[tuple[bytes, bytes]], *, write: bool = False
    ) -> Followed:
        """What becomes of streams of these messages."""
        legacy, candidate = (self._answer(route, headers) for _ in range(2))
        stream = GivenStream(answer=legacy)
        ended: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        call = Call(answer=candidate, task=asyncio.ensure_future(ended))  # type: ignore[arg-type] # a future will do
        framing = self.judge.framing_of(route)(headers)
        assert framing is not None
        judging = Judging(judge=self.judge, bindings=self.bindings, queue=self.queue, recorder=None)
        pending: Any = SimpleNamespace(frame=SimpleNamespace(route=route, write=write), request=_request)
        apart = HeavyMessages(judging, pending, stream, framing, {id(call): Side.CANDIDATE})
        follower = Follower(stream, deadline_s=60.0, hold=lambda _: None, is_owed=lambda: True, apart=apart)
        diff = self.judge.stream_diff(route, headers)
        type_name = "s.v1.Note" if route is WATCH else None
        diff.own_to_legacy = Translation(self.bindings, route.route, Side.CANDIDATE, type_name, write=write)
        diff.is_heavy = lambda one, other: are_heavy_messages(one, other, proto=route is WATCH)
        following = asyncio.create_task(follower.run(((call, diff),)))
        for ours, theirs in pairs:
            legacy.add(framing.join(ours))
            candidate.add(framing.join(theirs))
            await asyncio.sleep(0)
        stream.end(legacy.answer())
        ended.set_result(candidate.end())
        (only,) = await following
        return only

    def _answer(self, route: RouteInfo, headers: Headers) -> AnswerInProgress:
        answer = AnswerInProgress(limit_bytes=10**8, framing_of=self.judge.framing_of(route))
        answer.begin(200, headers)
        return answer


def _request() -> Request:
    return Request(
        id="c-1",
        protocol=Protocol.HTTP,
        method="GET",
        scheme="http",
        authority="x",
        target="/events",
        headers=(),
        body=b"",
        truncated=False,
        trailers=(),
        started_at=1.0,
    )


@asynccontextmanager
async def streams_of(contract: Contract | None = None, *, time_s: float = 60.0) -> AsyncIterator[Streams]:
    descriptors = None if contract is None else contract.to_bytes()
    queue = JobQueue(Setup(contract=descriptors), Budget(time_s=time_s, memory_bytes=10**9))
    try:
        yield Streams(queue, contract)
    finally:
        await queue.close()


@asynccontextmanager
async def loop_held(most: list[float]) -> AsyncIterator[None]:
    """Adds the longest time for which the loop's thread worked before others had their turn."""

    async def tick() -> None:
        before = time.thread_time()
        while True:
            await asyncio.sleep(0)
            now = time.thread_time()
            most.append(now - before)
            before = now

    ticking = asyncio.create_task(tick())
    try:
        yield
    finally:
        ticking.cancel()


def rows(count: int, price: int, key: str = "k") -> bytes:
    """JSON with as many objects."""
    return json.dumps(
        {"id": key, "rows": [{"n": number, "price": price, "ok": True} for number in range(count)]}
    ).encode()


async def test_a_message_of_many_values_does_not_hold_the_loop() -> None:
    """Half a second of work; what differs is found, and what stands around it is compared as ever."""
    large = [rows(12_000, price) for price in (1, 2)]
    held: list[float] = []
    async with streams_of() as streams, loop_held(held):
        await streams.follow(EVENTS, LINES, [(rows(3000, 1), rows(3000, 2))])  # the process has started
        held.clear()
        found = await streams.follow(
            EVENTS, LINES, [(b'{"a": 1}', b'{"a": 2}'), (large[0], large[1]), (b'{"b": 1}', b'{"b": 1}')]
        )
    assert {(item.template, item.kind.value) for item in found.differences} == {
        ("body/*/a", "value"),
        ("body/*/rows/*/price", "value"),
    }
    assert {item.path.split("/")[1] for item in found.differences} == {"0", "1"}
    assert found.compared == 3
    assert max(held) < MOST_HELD_S


@pytest.mark.parametrize(("headers", "begin"), [(LINES, b""), (SSE, b"data: ")])
async def test_handles_are_learnt_and_mapped(headers: Headers, begin: bytes) -> None:
    """What the candidate calls otherwise in a heavy message is no difference there, nor in a later light one."""
    ours, theirs = (f"{digit * 8}-0a1b-4000-8000-0123456789ab" for digit in "12")
    async with streams_of() as streams:
        found = await streams.follow(
            EVENTS,
            headers,
            [
                (begin + rows(2000, 1, ours), begin + rows(2000, 1, theirs)),
                (begin + json.dumps({"of": ours}).encode(), begin + json.dumps({"of": theirs}).encode()),
            ],
            write=True,
        )
    assert found.differences == ()


async def test_messages_of_a_call(contract: Contract) -> None:
    """By the contract."""
    kind: Any = contract.message_class("s.v1.Note")
    one, other = (kind(text="a" * 20_000, number=number).SerializeToString() for number in (1, 2))
    async with streams_of(contract) as streams:
        found = await streams.follow(WATCH, GRPC, [(one, other)])
    assert [item.path for item in found.differences] == ["message[0].number"]


async def test_what_cannot_be_compared() -> None:
    """Legacy's message is no JSON; the time of one message is over."""
    async with streams_of() as streams:
        with pytest.raises(NotComparableError) as broken:
            await streams.follow(EVENTS, LINES, [(b"{" * 50_000, rows(2000, 1))])
        assert broken.value.reason is Reason.UNDECODABLE
    async with streams_of(time_s=0.02) as streams:
        with pytest.raises(Ended) as costly:
            await streams.follow(EVENTS, LINES, [(rows(80_000, 1), rows(80_000, 2))])
        assert costly.value.settled == (Outcome.UNCOMPARABLE, Reason.TOO_COSTLY)
