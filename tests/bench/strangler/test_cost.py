"""Medians, and differences and ratios round by round."""

from types import SimpleNamespace
from typing import Any


def blocks(strangler: SimpleNamespace, *, paced: bool, failed: int = 0) -> Any:
    """Three rounds in which the hop adds 1, 2 and 3 ms to 2 ms."""
    block = strangler.cost.Block
    return [
        block(
            round=number,
            load="few",
            paced=paced,
            arm=arm,
            answers=answers,
            failed=failed,
            seconds=2.0,
            p50_ms=p50,
            p99_ms=2 * p50,
            cpu_ms=0.1,
        )
        for number in range(3)
        for arm, answers, p50 in (
            ("through", 100, 3.0 + number),
            ("direct", 200, 2.0),
            ("direct again", 200, 2.0),
        )
    ]


def test_a_row_for_each_figure(strangler: SimpleNamespace) -> None:
    """Each difference is taken within its round."""
    _, _, rate, p50, p99 = strangler.cost.table(blocks(strangler, paced=False))
    assert rate.startswith("| few: answers/s | 100 | 50 | -50 (-50 to -50) | 0 (0 to 0) | 0.50 (0.50 to 0.50) |")
    assert "| 2.00 | 4.00 | 2.00 (1.00 to 3.00) | 0.00 (0.00 to 0.00) | 2.00 (1.50 to 2.50) |" in p50
    assert p99.startswith("| few: p99 ms | 4.00 | 8.00 |")


def test_what_is_offered_is_no_throughput(strangler: SimpleNamespace) -> None:
    """At fixed arrival times the rate says nothing."""
    assert not [line for line in strangler.cost.table(blocks(strangler, paced=True)) if "answers/s" in line]


def test_the_notes(strangler: SimpleNamespace) -> None:
    """CPU of the service, and what failed."""
    cpu, sums = strangler.cost.notes(blocks(strangler, paced=True, failed=1))
    assert "0.100 (0.100 to 0.100) ms of CPU" in cpu
    assert sums == "answers: 1500, failed: 9"
