"""What differs is asked again, at candidate and secondary at the same time, and nothing else is."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs

from crossfade.shadow.asking.sides import Sides
from crossfade.shadow.exchange import Again, Answer, Comparison, Failure, FailureReason, Reply, Request
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.pipe.frames import RequestFrame, UnmirroredFrame

WRITTEN = RouteInfo(route="POST /a", protocol="http", call_type="http", stage=Stage.SHADOW)
DOWN = Failure(reason=FailureReason.RESET, detail="", latency_ms=1.0)
Frames = Callable[..., RequestFrame]
Answers = Callable[..., Answer]
Benches = Callable[..., Any]


def _in_turn(*replies: Reply) -> Callable[[Request], Awaitable[Reply]]:
    """A side that gives these replies one after the other, and then the last one."""
    left = list(replies)

    async def reply(_: Request) -> Reply:
        await asyncio.sleep(0)
        return left.pop(0) if len(left) > 1 else left[0]

    return reply


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], list[Comparison]]:
    """Gives the comparisons that a bench has judged."""

    def watch(bench: Any) -> list[Comparison]:
        judge, seen = bench.collector._means.judge, []
        observe = judge.observe

        def noted(comparison: Comparison, *rest: Any) -> Any:
            seen.append(comparison)
            return observe(comparison, *rest)

        monkeypatch.setattr(judge, "observe", noted)
        return seen

    return watch


def _ask(bench: Any, frame: RequestFrame, legacy: Reply) -> None:
    bench.collector.on_request(frame)
    bench.legacy(frame.request.id, legacy)


async def test_a_difference_is_looked_at_again(
    frame_of: Frames, answer_of: Answers, bench_of: Benches, looks: Any
) -> None:
    """Both sides are asked once more, also where the secondary was not asked at first."""
    one, two, three = (answer_of(b"%d" % number) for number in (1, 2, 3))
    bench = bench_of(_in_turn(two, three), _in_turn(one), recheck_pct=100.0)
    seen = looks(bench)
    _ask(bench, frame_of("1"), one)
    await bench.finish()
    assert [item.again for item in seen] == [Again(candidate=three, secondary=one)]
    assert (bench.candidate.asked, bench.secondary.asked) == (["1", "1"], ["1"])
    counts = [bench.candidate.notes.counts, bench.secondary.notes.counts]
    assert [dict(count) for count in counts] == [{"second_look": 1}, {"second_look": 1}]


async def test_both_are_asked_at_the_same_time(frame_of: Frames, answer_of: Answers, bench_of: Benches) -> None:
    """Neither waits for the other: what differs between two moments differs for both."""
    both = asyncio.Barrier(2)

    async def reply(_: Request) -> Reply:
        await asyncio.wait_for(both.wait(), 1)
        return answer_of(b"2")

    bench = bench_of(reply, reply, recheck_pct=100.0)
    _ask(bench, frame_of("1", ask_secondary=True), answer_of(b"1"))
    await bench.finish()
    assert (bench.candidate.asked, bench.secondary.asked) == (["1", "1"], ["1", "1"])


@pytest.mark.parametrize("side", ["candidate", "secondary", "later"])
async def test_an_answer_that_a_side_was_asked_too_often_is_no_second_look(
    frame_of: Frames, answer_of: Answers, bench_of: Benches, looks: Any, side: str
) -> None:
    """The limit was used up by second looks, perhaps; what the others say then is no pair."""
    one, two, refused = answer_of(b"1"), answer_of(b"2"), replace(answer_of(b"no"), status=429)
    candidate = _in_turn(two, refused if side == "candidate" else two)
    secondary = _in_turn(refused) if side == "secondary" else _in_turn(two, refused)
    bench = bench_of(candidate, secondary, recheck_pct=100.0)
    seen = looks(bench)
    _ask(bench, frame_of("1"), one)
    await bench.finish()
    assert [item.again for item in seen] == [Again(candidate=two, secondary=two) if side == "later" else None]


async def test_equal_answers_are_not_looked_at_again(frame_of: Frames, answer_of: Answers, bench_of: Benches) -> None:
    """One that differs at the secondary alone is."""
    one, two = answer_of(b"1"), answer_of(b"2")
    bench = bench_of(_in_turn(one), _in_turn(one, two), recheck_pct=100.0)
    _ask(bench, frame_of("equal", ask_secondary=True), one)
    await bench.ended(1)
    _ask(bench, frame_of("noisy", ask_secondary=True), one)
    await bench.finish()
    assert bench.candidate.asked == ["equal", "noisy", "noisy"]
    assert bench.secondary.asked == ["equal", "noisy", "noisy"]


async def test_the_only_answer_of_a_secondary_that_differs_is_asked_for_twice(
    frame_of: Frames, answer_of: Answers, bench_of: Benches, looks: Any
) -> None:
    """Two of its answers tell a state, which stays, from noise; one that was asked at first has two by then."""
    one, two, three = (answer_of(b"%d" % number) for number in (1, 2, 3))
    bench = bench_of(_in_turn(two), _in_turn(two, three), recheck_pct=100.0)
    seen = looks(bench)
    _ask(bench, frame_of("1"), one)
    await bench.ended(1)
    _ask(bench, frame_of("2", ask_secondary=True), one)
    await bench.finish()
    assert [item.again for item in seen] == [
        Again(candidate=two, secondary=two, later=three),
        Again(candidate=two, secondary=three),
    ]


@pytest.mark.parametrize("kind", ["write", "live", "stream", "equal", "off", "no share"])
async def test_what_is_never_asked_again(frame_of: Frames, answer_of: Answers, bench_of: Benches, kind: str) -> None:
    """A write, what is still coming or lasts, and anything while mirroring is off or the share is 0."""
    off = False

    async def reply(_: Request) -> Reply:
        nonlocal off
        off = kind == "off"
        return answer_of(b"1" if kind == "equal" else b"2")

    bench = bench_of(reply, answer_of(b"1"), recheck_pct=0.0 if kind == "no share" else 100.0)
    bench.collector.obey(lambda: off)
    frame = structs.replace(frame_of("1", write=kind == "write"), live=kind == "live")
    if kind == "stream":
        frame = structs.replace(frame, route=replace(frame.route, call_type="server_stream"))
    bench.collector.on_request(frame)
    bench.legacy("1", answer_of(b"1"))
    await bench.finish()
    assert (len(bench.candidate.asked), bench.secondary.asked) == (1, [])


async def test_without_a_secondary(frame_of: Frames, answer_of: Answers, bench_of: Benches) -> None:
    """A second answer of the candidate alone tells nothing."""
    bench = bench_of(answer_of(b"2"), recheck_pct=100.0)
    bench.collector._comparisons._asker._sides["web"] = Sides(candidate=bench.candidate, secondary=None)
    _ask(bench, frame_of("1"), answer_of(b"1"))
    assert await bench.finish() == ["differs"]
    assert bench.candidate.asked == ["1"]


async def test_a_candidate_that_failed_is_asked_again(
    frame_of: Frames, answer_of: Answers, bench_of: Benches, looks: Any
) -> None:
    """It may have been the one time."""
    bench = bench_of(_in_turn(DOWN, answer_of()), answer_of(), recheck_pct=100.0)
    seen = looks(bench)
    _ask(bench, frame_of("1"), answer_of())
    await bench.finish()
    assert [item.again for item in seen] == [Again(candidate=answer_of(), secondary=answer_of())]


@pytest.mark.parametrize(("pct", "asked"), [(0.0, ["1"]), (100.0, ["1", "1"])])
async def test_statuses_that_differ_are_asked_for_beside_the_share(
    frame_of: Frames, answer_of: Answers, bench_of: Benches, looks: Any, pct: float, asked: list[str]
) -> None:
    """The secondary tells another state; an answer that only such requests have is no evidence of noise."""
    bench = bench_of(answer_of(status=404), _in_turn(answer_of(), answer_of(status=404)), recheck_pct=pct)
    seen = looks(bench)
    _ask(bench, frame_of("1"), answer_of())
    _ask(bench, frame_of("2"), answer_of())
    assert sorted(await bench.finish()) == ["differs", "skipped(state_drift)"]
    assert [item.secondary for item in seen] == [None]
    assert [name for name in bench.candidate.asked if name == "1"] == asked


async def test_a_write_waits_for_the_second_look(frame_of: Frames, answer_of: Answers, bench_of: Benches) -> None:
    """The sides are asked twice in the same state, whether legacy or they were the first to answer."""
    gate = asyncio.Event()

    async def reply(request: Request) -> Reply:
        if bench.candidate.asked.count(request.id) > 1:
            await gate.wait()
        return answer_of(b"2")

    bench = bench_of(reply, answer_of(b"1"), recheck_pct=100.0)
    bench.collector.on_request(frame_of("slow at legacy"))
    await bench.rest()
    _ask(bench, frame_of("read"), answer_of(b"1"))
    bench.legacy("slow at legacy", answer_of(b"1"))
    await bench.rest()
    _ask(bench, frame_of("write", write=True), answer_of(b"2"))
    await bench.rest()
    assert sorted(bench.candidate.asked) == sorted(["slow at legacy", "read"] * 2)
    gate.set()
    await bench.finish()
    assert bench.candidate.asked[-1] == "write"


async def test_not_where_a_write_has_gone_out_since(frame_of: Frames, answer_of: Answers, bench_of: Benches) -> None:
    """A read that the sides answered long before legacy does not hold up writes, and is not asked again after one."""
    bench = bench_of(answer_of(b"2"), answer_of(b"1"), recheck_pct=100.0)
    bench.collector.on_request(frame_of("read"))
    await bench.rest()
    _ask(bench, frame_of("write", write=True, target="/b"), answer_of(b"2"))
    await bench.rest()
    bench.legacy("read", answer_of(b"1"))
    assert await bench.finish() == ["same", "differs"]
    assert bench.candidate.asked == ["read", "write"]


async def test_not_where_legacy_has_answered_a_later_write_of_the_data(
    frame_of: Frames, answer_of: Answers, bench_of: Benches
) -> None:
    """Whatever legacy's own instances have taken over of it by now; one that still holds its turn is asked again."""
    bench = bench_of(answer_of(b"2"), answer_of(b"1"), recheck_pct=100.0)
    for name, target in (("read", "/a/1"), ("other", "/a/2")):
        bench.collector.on_request(frame_of(name, target=target))
    await bench.rest()
    write = frame_of("write", write=True, target="/a/1").request
    bench.collector.on_unmirrored(UnmirroredFrame(route=WRITTEN, request=write, answer=answer_of()))
    for name in ("read", "other"):
        bench.legacy(name, answer_of(b"1"))
    _ask(bench, frame_of("held", target="/a/1"), answer_of(b"1"))
    bench.collector.on_unmirrored(
        UnmirroredFrame(route=WRITTEN, request=replace(write, id="later"), answer=answer_of())
    )
    await bench.finish()
    assert sorted(bench.candidate.asked) == ["held", "held", "other", "other", "read"]


async def test_second_looks_take_the_slots_of_calls(frame_of: Frames, answer_of: Answers, bench_of: Benches) -> None:
    """No side gets more calls at a time than allowed."""

    async def slow(_: Request) -> Reply:
        for _ in range(20):
            await asyncio.sleep(0)
        return answer_of(b"2")

    bench = bench_of(slow, slow, in_flight=3, recheck_pct=100.0)
    for number in range(40):
        _ask(bench, frame_of(str(number)), answer_of(b"1"))
    assert len(await bench.finish()) == 40
    assert (bench.candidate.most, bench.secondary.most) == (3, 3)
    assert 40 < len(bench.candidate.asked) < 80


async def test_no_free_call_in_time(frame_of: Frames, answer_of: Answers, bench_of: Benches) -> None:
    """Then the first look is what there is."""

    async def reply(request: Request) -> Reply:
        if request.id == "hangs":
            await asyncio.Event().wait()
        return answer_of(b"2")

    bench = bench_of(reply, answer_of(b"1"), in_flight=1, deadline_s=0.05, recheck_pct=100.0)
    _ask(bench, frame_of("1"), answer_of(b"1"))
    bench.collector.on_request(frame_of("hangs"))
    assert await bench.ended(1) is None
    bench.cancel("hangs")
    await bench.finish()
    assert bench.candidate.asked == ["1", "hangs"]
