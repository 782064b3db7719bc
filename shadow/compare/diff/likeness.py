"""Which elements without a common key are alike: by what they share and few others have. Pure."""

from collections.abc import Callable
from math import fsum

from crossfade.shadow.compare.diff.edits import Pairs
from crossfade.shadow.compare.diff.leaves import Leaf

ALIKE = 0.25
"""The least likeness, 0 to 1, of two elements that are taken for one."""
ALIKE_BY_OTHER_KEYS = 0.5
"""The same, where their keys and another leaf say that they are two."""
_MOST_HOLDERS = 8
"""A leaf that more elements of one side have tells nothing of which is which, and finding partners stays linear."""
_MOST_LOOKED_AT = 8
"""So many pairs for each element are held against each other."""
Leaves = dict[int, frozenset[Leaf]]
_Holders = dict[Leaf, list[int]]


def pairs_alike(ours: Leaves, theirs: Leaves, least: Callable[[int, int], float]) -> Pairs:
    """The pairs that are most alike, each element in one at most, in legacy's order; of equals the nearest.

    ``least`` gives how alike two elements have to be, beyond what all have to be.
    """
    holders = _holders(ours), _holders(theirs)
    weights = _weights(*holders)
    left, right = ({at: _weight(leaves, weights) for at, leaves in side.items()} for side in (ours, theirs))
    found = []
    for one, two in _candidates(*holders, _MOST_LOOKED_AT * (len(ours) + len(theirs))):
        shared = _weight(ours[one] & theirs[two], weights)
        likeness = shared / (left[one] + right[two] - shared)
        if likeness >= ALIKE and likeness >= least(one, two):
            found.append((-likeness, abs(one - two), min(one, two), one, two))
    return _best(found)


def _best(found: list[tuple[float, int, int, int, int]]) -> Pairs:
    left: set[int] = set()
    right: set[int] = set()
    pairs = []
    for *_, one, two in sorted(found):
        if one not in left and two not in right:
            left.add(one)
            right.add(two)
            pairs.append((one, two))
    return sorted(pairs)


def _holders(side: Leaves) -> _Holders:
    found: _Holders = {}
    for index, leaves in side.items():
        for leaf in leaves:
            found.setdefault(leaf, []).append(index)
    return found


def _candidates(left: _Holders, right: _Holders, most: int) -> set[tuple[int, int]]:
    """The pairs that share a leaf which few others have, those of the rarest first, as many as are looked at."""
    shared = (
        (len(left[leaf]) * len(right[leaf]), leaf)
        for leaf in left.keys() & right.keys()
        if max(len(left[leaf]), len(right[leaf])) <= _MOST_HOLDERS
    )
    found: set[tuple[int, int]] = set()
    for _, leaf in sorted(shared):
        if len(found) >= most:
            break
        found.update((one, two) for one in left[leaf] for two in right[leaf])
    return found


def _weights(left: _Holders, right: _Holders) -> dict[Leaf, float]:
    """A leaf weighs less the more elements have it."""
    found = {leaf: 1 / len(holders) for leaf, holders in left.items()}
    for leaf, holders in right.items():
        found[leaf] = min(found.get(leaf, 1.0), 1 / len(holders))
    return found


def _weight(leaves: frozenset[Leaf], weights: dict[Leaf, float]) -> float:
    return fsum(map(weights.__getitem__, leaves))
