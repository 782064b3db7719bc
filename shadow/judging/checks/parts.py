"""In how many parts the values at one place differ: elements of a list, and the words and numbers of a text. Pure."""

import re
from collections import Counter
from collections.abc import Iterable

from crossfade.shadow.exchange.difference import Difference
from crossfade.shadow.judging.checks.values import moment_s

_RUN = re.compile(r"[^\W_]+")
_CLOCK = re.compile(r"(?:\d{4}-\d{2}-\d{2}[T ]?)?\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?|\d{10,}")
"""Of a time more or less changes, depending on when a side was asked."""
_MAX_LOOKED_AT = 65_536


def parts(differences: Iterable[Difference]) -> int:
    """How many parts differ, over all elements of a list; of what is no text, or a time, each value is one."""
    return sum(map(_parts, differences))


def _parts(difference: Difference) -> int:
    ours, theirs = difference.legacy, difference.candidate
    if not isinstance(ours, str) or not isinstance(theirs, str) or moment_s(ours) is not None:
        return 1
    left, right = _runs(ours), _runs(theirs)
    return max(1, (left - right).total(), (right - left).total())


def without_clocks(text: str) -> str:
    """The beginning of a text with a blank for each time in it."""
    return _CLOCK.sub(" ", text[:_MAX_LOOKED_AT])


def _runs(text: str) -> Counter[str]:
    """Wherever they stand: a random token may have more or fewer runs each time."""
    return Counter(_RUN.findall(without_clocks(text)))
