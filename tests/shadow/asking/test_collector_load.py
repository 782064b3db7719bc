"""The collector under any load: at most once, one end for each request, nothing kept."""

import asyncio
import random
from collections.abc import Callable
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from crossfade.shadow.exchange import Answer, Failure, FailureReason, Reply, Request
from crossfade.shadow.pipe.frames import RequestFrame

MINTED = "7f30116a-cd6a-42de-8ef0-dd270b92b597"
OTHER = "698aed65-686c-4c9f-9364-b7706b3d75a2"
DOWN = Failure(reason=FailureReason.RESET, detail="", latency_ms=1.0)


class Plan(NamedTuple):
    """One request, what the sides make of it and what legacy does."""

    write: bool
    ask_secondary: bool
    handle: bool
    reply: str
    legacy: str


_plans = st.builds(
    Plan,
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["same", "other", "status", "failed", "not ported", "raises", "slow", "hangs"]),
    st.sampled_from(["answers", "mints", "fails", "is cancelled", "never answers"]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_plans, min_size=5, max_size=25), st.randoms(use_true_random=False))
def test_at_most_once_and_exactly_one_end(
    frame_of: Callable[..., RequestFrame],
    answer_of: Callable[..., Answer],
    bench_of: Callable[..., Any],
    plans: list[Plan],
    rng: random.Random,
) -> None:
    """Whatever the sides do: no id reaches one twice, each is counted once, and no write that legacy did not answer."""

    async def reply(request: Request) -> Reply:
        return await _reply(plans[int(request.id)].reply, answer_of)

    async def run() -> None:
        limits = {"in_flight": rng.randint(1, 4), "waiting": 10, "held_bytes": 200, "wait_s": 0.005}
        bench = bench_of(reply, reply, **limits)
        for replied, number in _shuffled(len(plans), rng):
            if replied:
                _legacy(bench, answer_of, str(number), plans[number].legacy)
            else:
                bench.collector.on_request(_frame(frame_of, number, plans[number]))
            for _ in range(rng.randrange(3)):
                await asyncio.sleep(0)
        await bench.collector.drain(0.01)
        assert len(bench.seen) == len(plans)
        bench.keeps_nothing()
        unanswered = {str(n) for n, plan in enumerate(plans) if plan.write and plan.legacy not in {"answers", "mints"}}
        for side in (bench.candidate, bench.secondary):
            assert len(side.asked) == len(set(side.asked))
            assert side.most <= limits["in_flight"]
            assert unanswered.isdisjoint(side.asked)

    asyncio.run(run())


def _shuffled(count: int, rng: random.Random) -> list[tuple[bool, int]]:
    """Each number twice: first its request, then its reply."""
    order = [*range(count), *range(count)]
    rng.shuffle(order)
    return [(number in order[:at], number) for at, number in enumerate(order)]


def _frame(frame_of: Callable[..., RequestFrame], number: int, plan: Plan) -> RequestFrame:
    target = f"/a/{MINTED}" if plan.handle else "/a"
    body = b"x" * (number % 40)
    return frame_of(str(number), write=plan.write, ask_secondary=plan.ask_secondary, target=target, body=body)


async def _reply(kind: str, answer_of: Callable[..., Answer]) -> Reply:
    if kind == "raises":
        raise ValueError("bug")
    if kind == "hangs":
        await asyncio.Event().wait()
    for _ in range(10 if kind == "slow" else 0):
        await asyncio.sleep(0)
    if kind == "failed":
        return DOWN
    served_by = (("x-crossfade-served-by", "legacy"),) if kind == "not ported" else ()
    body = b'{"id": "%s"}' % OTHER.encode() if kind == "other" else b"{}"
    return answer_of(body, headers=served_by, status=404 if kind == "status" else 200)


def _legacy(bench: Any, answer_of: Callable[..., Answer], request_id: str, kind: str) -> None:
    if kind == "is cancelled":
        bench.cancel(request_id)
    elif kind != "never answers":
        body = b'{"id": "%s"}' % MINTED.encode() if kind == "mints" else b"{}"
        bench.legacy(request_id, DOWN if kind == "fails" else answer_of(body))
