"""A request that the candidate answered is compared as any other: legacy stays legacy, though it is asked second."""

from collections.abc import Callable
from typing import Any

import pytest

from crossfade.shadow.asking.roles import opposite, pair
from crossfade.shadow.asking.sides import Sides
from crossfade.shadow.exchange import Answer, Failure, FailureReason
from crossfade.shadow.exchange.difference import Kind
from crossfade.shadow.exchange.observations import Judged
from crossfade.shadow.exchange.served import Served

DOWN = Failure(reason=FailureReason.RESET, detail="", latency_ms=1.0)
Frames = Callable[..., Any]
Answers = Callable[..., Answer]
Benches = Callable[..., Any]


async def _compared(bench: Any, frame: Any, given: Any) -> str:
    bench.collector.on_request(frame)
    bench.legacy(frame.request.id, given)
    (end,) = await bench.finish()
    return str(end)


def test_who_is_asked() -> None:
    """The side that did not answer the client, and of two replies which is legacy's."""
    sides = Sides(candidate="candidate", secondary=None, legacy="legacy")  # type: ignore[arg-type]
    assert (opposite(sides, Served.LEGACY), opposite(sides, Served.CANDIDATE)) == ("candidate", "legacy")
    assert pair(Served.LEGACY, given=DOWN, asked="asked") == (DOWN, "asked")  # type: ignore[arg-type]
    assert pair(Served.CANDIDATE, given=DOWN, asked="asked") == ("asked", DOWN)  # type: ignore[arg-type]


async def test_legacy_is_asked_once(frame_of: Frames, answer_of: Answers, bench_of: Benches) -> None:
    """As the shadow of the candidate, which is not asked again; the secondary as ever."""
    bench = bench_of(answer_of(), answer_of(), legacy=answer_of(), shared=True)
    assert await _compared(bench, frame_of("1", served=Served.CANDIDATE, ask_secondary=True), answer_of()) == "same"
    assert (bench.asked_legacy.asked, bench.candidate.asked, bench.secondary.asked) == (["1"], [], ["1"])
    assert bench.seen[0].served is Served.CANDIDATE


async def test_the_difference_has_its_direction(frame_of: Frames, answer_of: Answers, bench_of: Benches) -> None:
    """A field that the candidate gave and legacy does not have is added, by whomever the client was answered."""
    short, long = answer_of(b'{"a": 1}'), answer_of(b'{"a": 1, "b": 2}')
    forward, reverse = bench_of(long, short), bench_of(long, short, legacy=short)
    await _compared(forward, frame_of("1"), short)
    await _compared(reverse, frame_of("2", served=Served.CANDIDATE), long)
    assert forward.seen[0].signature == reverse.seen[0].signature
    assert [(item.template, item.kind) for item in reverse.seen[0].signature] == [("body/b", Kind.ADDED)]


async def test_noise_is_told_by_the_secondary(frame_of: Frames, answer_of: Answers, bench_of: Benches) -> None:
    """Where legacy's two instances differ, so may the candidate."""
    bench = bench_of(answer_of(), answer_of(b'{"a": 3}'), legacy=answer_of(b'{"a": 1}'))
    await _compared(bench, frame_of("1", served=Served.CANDIDATE, ask_secondary=True), answer_of(b'{"a": 2}'))
    (judged,) = bench.seen
    assert isinstance(judged, Judged)
    assert (judged.signature, len(judged.excused)) == ((), 1)


@pytest.mark.parametrize(
    ("given", "legacy", "end"),
    [("answer", DOWN, "legacy_failed(reset)"), (DOWN, "answer", "differs"), (DOWN, DOWN, "legacy_failed(reset)")],
)
async def test_who_failed(
    frame_of: Frames, answer_of: Answers, bench_of: Benches, given: Any, legacy: Any, end: str
) -> None:
    """A client that got no answer where legacy has one is a divergence; where legacy has none either, it is none."""
    replies = [answer_of() if reply == "answer" else reply for reply in (given, legacy)]
    bench = bench_of(answer_of(), legacy=replies[1])
    assert await _compared(bench, frame_of("1", served=Served.CANDIDATE), replies[0]) == end
    if end == "differs":
        assert [item.kind for item in bench.seen[0].signature] == [Kind.FAILED]


async def test_a_write_that_failed_is_not_repeated(frame_of: Frames, answer_of: Answers, bench_of: Benches) -> None:
    """Nobody knows whether the candidate did it; one that it did reaches legacy after that."""
    bench = bench_of(answer_of(), legacy=answer_of())
    frame = frame_of("1", served=Served.CANDIDATE, write=True)
    assert await _compared(bench, frame, DOWN) == "skipped(served_by_candidate)"
    assert bench.asked_legacy.asked == []
    done = bench_of(answer_of(), legacy=answer_of())
    assert await _compared(done, frame_of("2", served=Served.CANDIDATE, write=True), answer_of()) == "same"
    assert done.asked_legacy.asked == ["2"]


async def test_a_session_that_the_candidate_alone_knows(
    frame_of: Frames, answer_of: Answers, bench_of: Benches
) -> None:
    """What legacy refuses for its sake is explained; without any credential that legacy refuses is a difference."""
    headers = (("cookie", "session=7f30116acd6a42de8ef0dd270b92b597"),)
    known = bench_of(answer_of(), legacy=answer_of(status=401), shared=True)
    frame = frame_of("1", served=Served.CANDIDATE, headers=headers)
    assert await _compared(known, frame, answer_of()) == "skipped(credential)"
    anybody = bench_of(answer_of(), legacy=answer_of(status=401), shared=True)
    assert await _compared(anybody, frame_of("2", served=Served.CANDIDATE), answer_of()) == "differs"


async def test_a_read_beside_a_write(frame_of: Frames, answer_of: Answers, bench_of: Benches) -> None:
    """With one store a write between the two answers is a race, whoever served it."""
    bench = bench_of(answer_of(b'{"a": 2}'), shared=True)
    frame = frame_of("1")
    bench.collector.on_request(frame)
    bench.now = frame.request.started_at + 5
    write = frame_of("2", write=True, started_at=frame.request.started_at + 2, served=Served.CANDIDATE)
    bench.collector.on_request(write)
    bench.legacy("1", answer_of(b'{"a": 1}', latency_ms=1.0))
    await bench.ended(1)
    assert bench.ends == ["skipped(state_race)"]
    bench.cancel("2")
    await bench.finish()
