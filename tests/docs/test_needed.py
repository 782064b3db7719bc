"""How many requests a claim needs, by the page on statistics and by the code."""

import re
from typing import Any

from crossfade.shadow.evidence.statistics import finished_bounds, live_bounds, needed_n

_BOUNDS = {"`planned_n`": finished_bounds, "default": live_bounds}


def _number(text: str) -> float:
    return float(re.sub(r"[ ,%]", "", text))


def test_the_table_of_needed_requests(page: Any) -> None:
    """Each cell of the table is what the gate wants."""
    rows = page("explanation/statistics.md").rows()
    head = next(cells for cells in rows if cells[0] == "budget")
    columns = [(_BOUNDS[kind.split()[0]], _number(confidence) / 100) for kind, _, confidence in _split(head[1:])]
    figures = [cells for cells in rows if re.fullmatch(r"[\d.]+ %", cells[0])]
    assert len(figures) == 3
    for budget, *cells in figures:
        wanted = [needed_n(0, _number(budget) / 100, confidence, bounds) for bounds, confidence in columns]
        assert [_number(cell) for cell in cells] == wanted


def _split(cells: list[str]) -> list[tuple[str, str, str]]:
    return [cell.partition(", ") for cell in cells]


def test_with_one_divergence(page: Any) -> None:
    """The sentence below the table."""
    text = page("explanation/statistics.md").text
    match = re.search(
        r"With one divergence at 95 %: ([\d,]+), ([\d,]+), ([\d,]+); with `planned_n` ([\d,]+), ([\d,]+), ([\d,]+)\.",
        text,
    )
    assert match
    assert [_number(text) for text in match.groups()] == [
        needed_n(1, budget, 0.95, bounds)
        for bounds in (live_bounds, finished_bounds)
        for budget in (0.01, 0.005, 0.001)
    ]
