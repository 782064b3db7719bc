"""Names: those that may come twice in one object get a key for each occurrence, so that none is lost."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import TypeVar

_T = TypeVar("_T")
_NUMBERED = re.compile(r".*#[0-9]+", re.DOTALL)


def keep_repeated(pairs: Iterable[tuple[str, _T]]) -> dict[str, _T]:
    """The pairs as a dict: the second ``key`` is ``key#2``.

    A first key that ends in a number sign and digits is ``key#5#1``: two lists of pairs give the same dict only where
    each name has the same values in the same order.
    """
    seen: Counter[str] = Counter()
    found: dict[str, _T] = {}
    for name, value in pairs:
        seen[name] += 1
        number = seen[name]
        found[name if number == 1 and not _NUMBERED.fullmatch(name) else f"{name}#{number}"] = value
    return found


def names_of(text: str) -> frozenset[str]:
    """The names that a text lists."""
    return frozenset(text.split())
