"""Places as a person reads them, never too many. Pure."""

from collections.abc import Sequence

from crossfade.reports.figures import count

MAX_PLACES = 6
"""Places that a line names; the JSON report has the rest."""


def place_name(path: str, kind: str, *told: str) -> str:
    """``body/at (value)``; behind the kind what else is told of it."""
    return f"{path} ({', '.join((kind, *told))})"


def some_of(names: Sequence[str], most: int = MAX_PLACES, between: str = ", ") -> str:
    """The first of the names, and how many more there are."""
    more = len(names) - most
    return between.join(names[:most]) + (f" and {count(more)} more" if more > 0 else "")
