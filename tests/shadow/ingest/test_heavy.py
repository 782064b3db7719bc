"""Heavy pairs come out as light ones do, and hold up neither the lines behind them nor the end of the run for good."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from crossfade.codegen.contract import Contract
from crossfade.shadow.asking.ended import Ended
from crossfade.shadow.exchange import Comparison
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.ingest.heavy import Heavy
from crossfade.shadow.judging.judge import Judge, Verdict


class Judging:
    """Judges all pairs apart, as soon as ``gate`` is open; ``refuses`` is how one ends instead."""

    def __init__(self, contract: Contract | None) -> None:
        self.gate = asyncio.Event()
        self.refuses: Exception | None = None
        self.forgotten = 0
        self._judge = Judge(contract=contract)

    def is_apart(self, *_: object) -> bool:
        """As Judging."""
        return True

    async def resolve(self, comparison: Comparison, _: RouteInfo, *, write: bool) -> Comparison:
        """As Judging."""
        await self.gate.wait()
        assert not write
        if self.refuses is not None:
            raise self.refuses
        return replace(comparison)

    async def observe(self, comparison: Comparison, route: RouteInfo) -> Verdict:
        """As Judging."""
        return self._judge.observe(comparison, route)

    def forget(self, _: str) -> None:
        """As Judging."""
        self.forgotten += 1


@pytest.fixture
def judging(contract: Contract) -> Judging:
    """For heavy pairs."""
    return Judging(contract)


def pair(lines: Any, size: int = 2) -> bytes:
    """A pair whose sizes differ."""
    return lines.pair(lines.answer(lines.message("a", 1)), lines.answer(lines.message("a", size)))  # type: ignore[no-any-return]


async def test_lines_behind_it_are_taken(bench_of: Callable[..., Any], lines: Any, judging: Judging) -> None:
    """It waits, is in the books, and ends once."""
    bench = bench_of(heavy=Heavy(judging, 10**6))  # type: ignore[arg-type]
    bench.take(pair(lines), lines.counts(3, "00000000000000aa", "00000000000000bb"))
    assert bench.ends == ["same", "same"]
    assert bench.intake.is_busy()
    bench.service.close()
    assert bench.balance() == (3, 2, 1)
    judging.gate.set()
    await bench.intake.drain()
    assert bench.ends == ["same", "same", "differs"]
    assert bench.balance() == (3, 3, 0)
    assert (judging.forgotten, bench.intake.is_busy()) == (1, False)


@pytest.mark.parametrize(
    ("refuses", "end"),
    [
        (Ended(Outcome.UNCOMPARABLE, Reason.TOO_COSTLY), "uncomparable(too_costly)"),
        (ValueError(), "uncomparable(internal)"),
    ],
)
async def test_one_that_is_not_judged(
    bench_of: Callable[..., Any], lines: Any, judging: Judging, refuses: Exception, end: str
) -> None:
    """Is uncomparable, whatever happened."""
    bench = bench_of(heavy=Heavy(judging, 10**6))  # type: ignore[arg-type]
    judging.refuses = refuses
    judging.gate.set()
    bench.take(pair(lines))
    await bench.intake.drain()
    assert bench.ends == [end]
    assert bench.balance() == (1, 1, 0)


async def test_what_waits_is_bounded(bench_of: Callable[..., Any], lines: Any, judging: Judging) -> None:
    """A pair that does not fit is shed, and there is room again afterwards."""
    bench = bench_of(heavy=Heavy(judging, 60))  # type: ignore[arg-type]
    bench.take(*[pair(lines)] * 9)
    assert set(bench.ends) == {"shed(queue_full)"}
    shed = len(bench.ends)
    judging.gate.set()
    await bench.intake.drain()
    assert bench.ends == ["shed(queue_full)"] * shed + ["differs"] * (9 - shed)
    bench.take(pair(lines))
    await bench.intake.drain()
    assert bench.ends[-1] == "differs"


async def test_another_state_is_told_from_a_fault(
    bench_of: Callable[..., Any], lines: Any, judging: Judging, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of a light pair: what differs is drift."""
    bench = bench_of(heavy=Heavy(judging, 10**6))  # type: ignore[arg-type]
    monkeypatch.setattr("crossfade.shadow.ingest.intake.has_drifted", lambda _: True)
    judging.gate.set()
    bench.take(pair(lines))
    await bench.intake.drain()
    (found,) = bench.seen
    assert (found.signature, [item.template for item in found.drift]) == ((), ["message.size"])


async def test_a_credential_that_the_candidate_can_not_know(
    bench_of: Callable[..., Any], lines: Any, judging: Judging, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of a light pair: it is skipped."""
    bench = bench_of(heavy=Heavy(judging, 10**6))  # type: ignore[arg-type]
    monkeypatch.setattr("crossfade.shadow.ingest.intake.credential_refused", lambda *_: True)
    judging.gate.set()
    bench.take(pair(lines))
    await bench.intake.drain()
    assert bench.ends == ["skipped(credential)"]
