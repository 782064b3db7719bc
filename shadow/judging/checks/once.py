"""Whether what a secondary answers once may be noise, or may as well be another state. Pure.

The checks tell a fault from noise in times, numbers and ids. They can't in a word: where the stores have parted, the
secondary's word is another one too, and only a second look shows that it stays. Numbers are between the two: noise puts
the secondary's on either side of legacy's, and what is missing in a store keeps them on one side.
"""

import re
from collections.abc import Iterable
from itertools import takewhile

from crossfade.shadow.exchange.difference import Difference, Kind, Value
from crossfade.shadow.exchange.observations import Unjudged
from crossfade.shadow.judging.checks.parts import without_clocks
from crossfade.shadow.judging.checks.values import count, is_id, is_scalar, moment_s

_VALUES = frozenset({Kind.VALUE, Kind.FORMAT})
_NUMBER = re.compile(r"([0-9]+)")
_MAX_LOOKED_AT, _MAX_DIGITS = 65_536, 300
_MIN_BYTES = 8


def unjudged(differences: Iterable[Difference]) -> Unjudged | None:
    """How a secondary differs from legacy at one place, if that may be another state; None where checks can judge it.

    Another order is none: both hold the same elements.
    """
    return _worst(_unjudged(item) for item in differences if item.kind is not Kind.ORDER)


def _worst(found: Iterable[Unjudged | None]) -> Unjudged | None:
    signs = [item for item in found if item is not None]
    return Unjudged.OTHER if Unjudged.OTHER in signs else next(iter(signs), None)


def _unjudged(difference: Difference) -> Unjudged | None:
    ours, theirs = difference.legacy, difference.candidate
    if difference.kind not in _VALUES or not is_scalar(ours) or not is_scalar(theirs):
        return Unjudged.OTHER
    if moment_s(ours) is not None and moment_s(theirs) is not None:
        return None
    left, right = count(ours), count(theirs)
    if left is not None and right is not None:
        return _side(left, right)
    return _unjudged_text(ours, theirs)


def _unjudged_text(ours: Value, theirs: Value) -> Unjudged | None:
    if isinstance(ours, bytes) and isinstance(theirs, bytes):
        return None if min(len(ours), len(theirs)) >= _MIN_BYTES else Unjudged.OTHER
    if not isinstance(ours, str) or not isinstance(theirs, str):
        return Unjudged.OTHER
    left, right = ours[:_MAX_LOOKED_AT].split(), theirs[:_MAX_LOOKED_AT].split()
    if len(left) != len(right):
        return Unjudged.OTHER
    return _worst(_unjudged_word(one, other) for one, other in zip(left, right, strict=True) if one != other)


def _unjudged_word(ours: str, theirs: str) -> Unjudged | None:
    """Of two words without blanks: the numbers in which they differ, or random ids where they do not agree."""
    if moment_s(ours) is not None and moment_s(theirs) is not None:
        return None
    if without_clocks(ours) == without_clocks(theirs):
        return None
    left, right = _NUMBER.split(ours), _NUMBER.split(theirs)
    if left[::2] == right[::2]:
        one, other = next((one, other) for one, other in zip(left, right, strict=True) if one != other)
        return _side(float(one[:_MAX_DIGITS]), float(other[:_MAX_DIGITS]))
    one, other = _apart(ours, theirs)
    return None if is_id(one[:_MAX_DIGITS]) and is_id(other[:_MAX_DIGITS]) else Unjudged.OTHER


def _apart(ours: str, theirs: str) -> tuple[str, str]:
    """Both without what they begin and end with alike, as far as no run of letters and digits is cut."""
    start = _alike(ours, theirs)
    ours, theirs = ours[start:], theirs[start:]
    end = _alike(ours[::-1], theirs[::-1])
    return ours[: len(ours) - end], theirs[: len(theirs) - end]


def _alike(one: str, other: str) -> int:
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    while same and one[same - 1].isalnum():
        same -= 1
    return same


def _side(legacy: float, secondary: float) -> Unjudged:
    if legacy == secondary:
        return Unjudged.OTHER
    return Unjudged.ABOVE if secondary > legacy else Unjudged.BELOW
