"""A rule, and what it may look at."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

from crossfade.shadow.exchange.difference import Difference, Kind

L = TypeVar("L")
C = TypeVar("C")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Generic[L, C]):
    """``cause`` is the catalogue's id where ``fits(legacy, candidate)`` is true."""

    cause: str
    fits: Callable[[L, C], bool]


def first_cause(rules: Iterable[Rule[L, C]], legacy: L, candidate: C) -> str:
    """The cause of the first rule that fits, or ""."""
    return next((rule.cause for rule in rules if rule.fits(legacy, candidate)), "")


class Flaw(StrEnum):
    """What is wrong with the messages of a request."""

    NONE = "none"  # or none is known
    BYTES = "bytes"  # they are no messages of their type
    TEXT = "text"  # a text field holds what is not UTF-8


@dataclass(frozen=True, slots=True, kw_only=True)
class Siblings:
    """The differences of one comparison: by path and template, and those present on one side only by their parent.

    ``flaw`` gives what is wrong with the request itself; it is called only where that matters.
    """

    by_path: Mapping[str, Difference] = field(default_factory=dict)
    one_sided: Mapping[str, Sequence[Difference]] = field(default_factory=dict)
    by_template: Mapping[str, Sequence[Difference]] = field(default_factory=dict)
    flaw: Callable[[], Flaw] = lambda: Flaw.NONE

    @classmethod
    def of(cls, differences: Iterable[Difference], flaw: Callable[[], Flaw] = lambda: Flaw.NONE) -> "Siblings":
        """The siblings of each of these."""
        by_path: dict[str, Difference] = {}
        by_template: defaultdict[str, list[Difference]] = defaultdict(list)
        one_sided: defaultdict[str, list[Difference]] = defaultdict(list)
        for difference in differences:
            by_path[difference.path] = difference
            by_template[difference.template].append(difference)
            if difference.kind in {Kind.MISSING, Kind.ADDED}:
                one_sided[parent(difference.path)].append(difference)
        return cls(by_path=by_path, one_sided=dict(one_sided), by_template=dict(by_template), flaw=flaw)


def parent(path: str) -> str:
    """The path of the JSON object or array that holds this member."""
    return path.rpartition("/")[0]


def name(path: str) -> str:
    """The last part of a path of either kind."""
    return path.replace("]", "").replace("[", "/").replace(".", "/").rpartition("/")[2]
