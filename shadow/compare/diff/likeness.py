"""Which elements without a common key are alike: by what they share and few others have. Pure."""

from collections import defaultdict
from collections.abc import Callable

from crossfade.shadow.compare.diff.edits import Pairs
from crossfade.shadow.compare.diff.leaves import Leaf

ALIKE = 0.25
"""The least likeness, 0 to 1, of two elements that are taken for one."""
ALIKE_BY_OTHER_KEYS = 0.5
"""The same, where their keys say that they are two."""
_MOST_HOLDERS = 8
"""A leaf that more elements of one side have tells nothing of which is which, and finding partners stays linear."""
Leaves = dict[int, frozenset[Leaf]]


def pairs_alike(ours: Leaves, theirs: Leaves, least: Callable[[int, int], float]) -> Pairs:
    """The pairs that are most alike, each element in one at most, in legacy's order; of equals the nearest.

    ``least`` gives how alike two elements have to be.
    """
    weights = _weights(ours, theirs)
    found = []
    for one, two in _candidates(ours, theirs):
        likeness = _likeness(ours[one], theirs[two], weights)
        if likeness >= least(one, two):
            found.append((-likeness, abs(one - two), one, two))
    return _best(found)


def _best(found: list[tuple[float, int, int, int]]) -> Pairs:
    left: set[int] = set()
    right: set[int] = set()
    pairs = []
    for *_, one, two in sorted(found):
        if one not in left and two not in right:
            left.add(one)
            right.add(two)
            pairs.append((one, two))
    return sorted(pairs)


def _holders(side: Leaves) -> dict[Leaf, list[int]]:
    found: defaultdict[Leaf, list[int]] = defaultdict(list)
    for index, leaves in side.items():
        for leaf in leaves:
            found[leaf].append(index)
    return found


def _weights(ours: Leaves, theirs: Leaves) -> dict[Leaf, float]:
    """A leaf weighs less the more elements have it."""
    left, right = _holders(ours), _holders(theirs)
    none: list[int] = []
    return {leaf: 1 / max(len(left.get(leaf, none)), len(right.get(leaf, none))) for leaf in (*left, *right)}


def _candidates(ours: Leaves, theirs: Leaves) -> set[tuple[int, int]]:
    left, right = _holders(ours), _holders(theirs)
    found: set[tuple[int, int]] = set()
    for leaf, holders in left.items():
        others = right.get(leaf, ())
        if len(holders) <= _MOST_HOLDERS and len(others) <= _MOST_HOLDERS:
            found.update((one, two) for one in holders for two in others)
    return found


def _likeness(one: frozenset[Leaf], two: frozenset[Leaf], weights: dict[Leaf, float]) -> float:
    shared = sum(weights[leaf] for leaf in one & two)
    apart = sum(weights[leaf] for leaf in one ^ two)
    return shared / (shared + apart) if shared else 0.0
