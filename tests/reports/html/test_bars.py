"""Bars have the proportions of their figures."""

from typing import Any

import pytest

from crossfade.reports.html.bars import bound_bar, stretches
from crossfade.shadow.evidence.records import SignatureCount


def test_stretches_fill_the_bar() -> None:
    """Counts lie side by side from 0 to 100; what is 0 or less has no stretch."""
    found = stretches((("a", 50), ("b", 0), ("c", 150), ("d", -3)))
    assert [(part.name, part.start, part.width) for part in found] == [("a", 0.0, 25.0), ("c", 25.0, 75.0)]


def test_one_in_a_million_is_seen() -> None:
    """A stretch that is there is wide enough to be seen."""
    (_, small) = stretches((("a", 1_000_000), ("b", 1)))
    assert small.width >= 0.5
    assert stretches(()) == stretches((("a", 0),)) == ()


@pytest.mark.parametrize(("same", "other", "beyond"), [(400, 0, False), (80, 20, True), (20, 0, False)])
def test_bounds(make: Any, same: int, other: int, beyond: bool) -> None:
    """A bar lies within its axis, and one that is all past the axis says so."""
    seen = {(make.fingerprint(),): SignatureCount(count=other, distinct=other)} if other else {}
    report = make.report(make.route(matched=same, signatures=seen))
    bar = bound_bar(report.routes[0], report)
    assert bar is not None
    assert bar.beyond is beyond
    assert 0 <= bar.start <= 100
    assert bar.budget == pytest.approx(33.33)
    assert beyond or bar.start + bar.width <= 100.01


def test_no_data_no_bar(make: Any) -> None:
    """Bounds of nothing are not drawn."""
    report = make.report(make.route())
    assert bound_bar(report.routes[0], report) is None
