"""Which elements of two lists belong together, in time n log n. Pure.

Equal elements first, where they stand; then those with the same key; then those that are alike; the rest by their
position between the others. What is known to be another element is missing or added, never changed.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from crossfade.shadow.compare.diff.alignment import align, rising
from crossfade.shadow.compare.diff.edits import Pairs
from crossfade.shadow.compare.diff.equality import Equality
from crossfade.shadow.compare.diff.keys import Key, id_of_all, pairs_by
from crossfade.shadow.compare.diff.partners import Partners
from crossfade.shadow.exchange.difference import Value

List = tuple[Value, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """What two lists do not share, by index.

    ``changed`` pairs legacy's elements with the candidate's that stand for them; ``missing`` are legacy's alone,
    ``added`` the candidate's. ``moved`` are the pairs, equal or changed, that stand in another order than the others.
    """

    changed: tuple[tuple[int, int], ...] = ()
    missing: tuple[int, ...] = ()
    added: tuple[int, ...] = ()
    moved: tuple[tuple[int, int], ...] = ()


def pair_elements(legacy: List, candidate: List, equality: Equality, key: Key | None = None) -> Pairing:
    """``key`` is the configured one: elements that do not share it are never taken for one."""
    start, end = _equal_ends(legacy, candidate, equality)
    ours, theirs = range(start, len(legacy) - end), range(start, len(candidate) - end)
    if not ours or not theirs:
        return Pairing(missing=tuple(ours), added=tuple(theirs))
    equal = _equal_inside(legacy, candidate, ours, theirs, equality)
    partners = Partners(legacy, candidate, (ours, theirs), equal)
    partners.pair(key)
    return Pairing(
        changed=tuple(partners.found),
        missing=tuple(partners.ours),
        added=tuple(partners.theirs),
        moved=tuple(_moved(sorted((*equal, *partners.found)))),
    )


def _equal_ends(legacy: List, candidate: List, equality: Equality) -> tuple[int, int]:
    """How many elements are the same at both heads, and how many at both tails behind them."""
    shorter = min(len(legacy), len(candidate))
    start = 0
    while start < shorter and equality.same(legacy[start], candidate[start]):
        start += 1
    end = 0
    while end < shorter - start and equality.same(legacy[-1 - end], candidate[-1 - end]):
        end += 1
    return start, end


def _equal_inside(legacy: List, candidate: List, ours: range, theirs: range, equality: Equality) -> Pairs:
    """Equal elements have equal ids; only where an element may come twice is there more than one way."""
    left, right = {at: legacy[at] for at in ours}, {at: candidate[at] for at in theirs}
    if len(left) == len(right) == 1:
        return []
    if (key := id_of_all(left, right)) is not None:
        return [pair for pair in pairs_by(key, left, right) if equality.same(left[pair[0]], right[pair[1]])]
    alignment = align([*map(equality.number, left.values())], [*map(equality.number, right.values())])
    pairs = sorted((*alignment.kept, *alignment.moved))
    return [(one + ours.start, two + theirs.start) for one, two in pairs]


def _moved(pairs: Pairs) -> Iterator[tuple[int, int]]:
    staying = set(rising(pairs))
    return (pair for pair in pairs if pair not in staying)
