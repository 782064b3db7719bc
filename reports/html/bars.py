"""Shapes of figures, in hundredths of a width. Pure."""

from dataclasses import dataclass

from crossfade.reports.report import Report, Route

_BUDGETS = 3  # the axis of a bound goes from 0 to three budgets
_LEAST = 0.6  # the least that can be seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A piece of a bar: where it begins and how long it is, 0 to 100; ``name`` is what it counts."""

    name: str
    number: int
    start: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundBar:
    """From the lower to the upper bound, with the budget as a line; ``beyond`` where all of it is past the axis."""

    start: float
    width: float
    budget: float
    beyond: bool


def stretches(parts: tuple[tuple[str, int], ...]) -> tuple[Stretch, ...]:
    """Counts side by side; together they fill the bar."""
    total = sum(max(number, 0) for _, number in parts)
    found, start = [], 0.0
    for name, number in parts:
        if number > 0:
            width = 100 * number / total
            found.append(Stretch(name=name, number=number, start=round(start, 2), width=round(max(width, _LEAST), 2)))
            start += width
    return tuple(found)


def bound_bar(route: Route, report: Report) -> BoundBar | None:
    """The bounds of a route against the budget; None without data."""
    if not route.distinct:
        return None
    axis = min(1.0, _BUDGETS * report.budget)
    start = min(100 * route.divergence.lower / axis, 100.0)
    end = min(100 * route.divergence.upper / axis, 100.0)
    return BoundBar(
        start=round(start, 2),
        width=round(max(end - start, 2 * _LEAST), 2),
        budget=round(100 * report.budget / axis, 2),
        beyond=route.divergence.lower >= axis,
    )
