"""What the examples of a cluster show of how its values differ. Pure."""

import re
from collections.abc import Iterator

from crossfade.reports.report import Cluster

Pair = tuple[str, str]
"""Legacy's and the candidate's value, as text."""

_PLAIN = frozenset({"", "null", "true", "false", '""', "{}", "[]", '"true"', '"false"'})
_SHORT_NUMBER = re.compile(r'"?-?\d{0,3}(?:\.\d)?"?')
_DIGITS = re.compile(r"[\d.,+-]*")


def pairs(cluster: Cluster) -> Iterator[Pair]:
    """The values of each example."""
    for example in cluster.examples:
        yield example.legacy, example.candidate


def is_telling(value: str) -> bool:
    """Whether two places rarely have this value by chance."""
    return value not in _PLAIN and not _SHORT_NUMBER.fullmatch(value)


def edit(pair: Pair) -> Pair:
    """What was taken out of legacy's text and what was put in there, between what both have at their ends."""
    legacy, candidate = pair
    start = _common(legacy, candidate)
    end = _common(legacy[start:][::-1], candidate[start:][::-1])
    return legacy[start : len(legacy) - end], candidate[start : len(candidate) - end]


def one_edit(cluster: Cluster) -> Pair | None:
    """The edit that all examples show; None where they show none, several, or no more than other digits."""
    edits = set(map(edit, pairs(cluster)))
    if len(edits) != 1:
        return None
    (found,) = edits
    return None if all(_DIGITS.fullmatch(text) for text in found) else found


def _common(left: str, right: str) -> int:
    """How many characters both begin with."""
    return next((at for at, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))
