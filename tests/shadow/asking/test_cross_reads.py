"""What the candidate wrote is read through both sides, within bounds, and counted apart from what clients ask."""

from collections.abc import Callable
from typing import Any

import pytest

from crossfade.shadow.exchange import Answer, Failure, FailureReason, Request
from crossfade.shadow.exchange.observations import CrossRead
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.served import Served
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.pipe.frames import UnmirroredFrame, WriteFrame

WRITE = RouteInfo(route="POST /builds", protocol="http", call_type="http", stage=Stage.CANARY, listener="web")
DOWN = Failure(reason=FailureReason.RESET, detail="", latency_ms=1.0)
Answers = Callable[..., Answer]


@pytest.fixture
def wrote(request_of: Callable[..., Request], answer_of: Answers) -> Callable[..., None]:
    """Tells a collector of a write that the candidate answered with an id."""

    def tell(bench: Any, number: int = 17, served: Served = Served.CANDIDATE) -> None:
        request = request_of(f"w{number}", method="POST", target="/builds", started_at=1000.0)
        bench.collector.on_write(WriteFrame(request=request))
        answer = answer_of(b'{"id": %d}' % number, latency_ms=1.0)
        bench.collector.on_unmirrored(UnmirroredFrame(route=WRITE, request=request, answer=answer, served=served))

    return tell


def _bench(bench_of: Callable[..., Any], candidate: Any, legacy: Any) -> Any:
    return bench_of(candidate, legacy=legacy, shared=True, reads_of=lambda _: True, templates=("GET /builds/{id}",))


@pytest.mark.parametrize("is_alike", [True, False])
async def test_both_sides_are_asked(bench_of: Any, answer_of: Answers, wrote: Any, is_alike: bool) -> None:
    """Once each; what differs is known for the route of the write."""
    bench = _bench(bench_of, answer_of(b'{"a": 1}'), answer_of(b'{"a": 1}' if is_alike else b'{"a": 2}'))
    wrote(bench)
    assert await bench.finish() == []
    assert bench.candidate.asked == bench.asked_legacy.asked == ["w17-read-1"]
    (found,) = bench.cross_reads
    assert isinstance(found, CrossRead)
    assert (found.write_route, found.route.key, found.signature == ()) == (
        "web POST /builds",
        "web GET /builds/{id}",
        is_alike,
    )


async def test_what_is_not_read(bench_of: Any, answer_of: Answers, wrote: Any) -> None:
    """What legacy wrote, what legacy does not answer, and all while mirroring is off."""
    bench = _bench(bench_of, answer_of(), DOWN)
    wrote(bench, served=Served.LEGACY)
    assert bench.asked_legacy.asked == []
    wrote(bench)
    off = _bench(bench_of, answer_of(), answer_of())
    off.collector.obey(lambda: True)
    wrote(off)
    for each in (bench, off):
        await each.finish()
        assert each.cross_reads == []
    assert off.candidate.asked == []


async def test_it_is_bounded(bench_of: Any, answer_of: Answers, wrote: Any) -> None:
    """The first fifty at once, then one each second, and four at a time."""
    bench = _bench(bench_of, answer_of(), answer_of())
    for number in range(60):
        wrote(bench, number)
        await bench.collector.drain(1)
    assert len(bench.cross_reads) == 50
    bench.now += 1
    for number in range(60, 70):
        wrote(bench, number)
    await bench.finish()
    assert len(bench.cross_reads) == 51
