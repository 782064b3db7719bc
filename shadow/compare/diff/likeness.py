"""Which elements without a common key are alike: by what they share and few others have. Pure."""

from bisect import bisect_left
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


def pairs_alike(ours: Leaves, theirs: Leaves, least: Callable[[int, int], float], *, in_order: bool = False) -> Pairs:
    """The pairs that are most alike, each element in one at most, in legacy's order; of equals the nearest.

    ``least`` gives how alike two elements have to be, beyond what all have to be. ``in_order``: no pair crosses one
    that is more alike.
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
    return _in_order(found) if in_order else _best(found)


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


def _in_order(found: list[tuple[float, int, int, int, int]]) -> Pairs:
    """Of two pairs that exchange their places and are as much alike neither: the sides would decide which."""
    known = {(likeness, one, two) for likeness, _, _, one, two in found}
    pairs: Pairs = []
    for likeness, _, _, one, two in sorted(found):
        if one != two and (likeness, two, one) in known:
            continue
        at = bisect_left(pairs, (one, -1))
        after = pairs[at] if at < len(pairs) else (one + 1, two + 1)
        if one < after[0] and two < after[1] and (not at or pairs[at - 1][1] < two):
            pairs.insert(at, (one, two))
    return pairs


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
