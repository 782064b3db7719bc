"""Which elements of two lists belong together, in time linear in their length."""

from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from crossfade.shadow.compare.diff.equality import Equality, scalar_key
from crossfade.shadow.exchange.difference import Value

_MIN_OVERLAP = 0.5
_Pairs = list[tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """What two lists do not share, by index.

    ``changed`` pairs legacy's elements with the candidate's that stand for them; ``missing`` are legacy's alone,
    ``added`` the candidate's. ``reordered``: equal elements, or those with equal keys, stand in another order.
    """

    changed: tuple[tuple[int, int], ...]
    missing: tuple[int, ...]
    added: tuple[int, ...]
    reordered: bool


def pair_elements(legacy: tuple[Value, ...], candidate: tuple[Value, ...], equality: Equality) -> Pairing:
    """Equal elements first, wherever they stand; the others by a key field that both sides have, else by position.

    By position: the first of those that stand between the same two equal neighbours, and so on.
    """
    equal, left, right = _match_equal(legacy, candidate, equality)
    keyed = _by_key(legacy, candidate, left, right)
    anchors = sorted([*equal, *keyed])
    changed = keyed or list(_by_position(left, right, equal))
    paired_left, paired_right = {one for one, _ in changed}, {two for _, two in changed}
    return Pairing(
        changed=tuple(changed),
        missing=tuple(index for index in left if index not in paired_left),
        added=tuple(index for index in right if index not in paired_right),
        reordered=_crosses(anchors),
    )


def _match_equal(
    legacy: tuple[Value, ...], candidate: tuple[Value, ...], equality: Equality
) -> tuple[_Pairs, list[int], list[int]]:
    """Pairs of equal elements in legacy's order, and the indexes left on each side."""
    where: defaultdict[int, deque[int]] = defaultdict(deque)
    for index, item in enumerate(candidate):
        where[equality.number(item)].append(index)
    equal, left = [], []
    for index, item in enumerate(legacy):
        places = where.get(equality.number(item))
        if places:
            equal.append((index, places.popleft()))
        else:
            left.append(index)
    return equal, left, sorted(index for places in where.values() for index in places)


def _crosses(pairs: _Pairs) -> bool:
    """Whether pairs in legacy's order are not in the candidate's."""
    return any(one[1] > two[1] for one, two in pairwise(pairs))


def _by_position(left: list[int], right: list[int], equal: _Pairs) -> Iterator[tuple[int, int]]:
    """The unequal of each gap between equal neighbours, one by one; all in one gap where the equal are reordered."""
    fixed = [] if _crosses(equal) else equal
    ours = _gaps(left, [one for one, _ in fixed])
    theirs = _gaps(right, [two for _, two in fixed])
    for gap, indexes in ours.items():
        yield from zip(indexes, theirs.get(gap, ()), strict=False)


def _gaps(indexes: list[int], fixed: list[int]) -> dict[int, list[int]]:
    """Indexes by the number of fixed ones before them."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for index in indexes:
        found[bisect_left(fixed, index)].append(index)
    return found


def _by_key(legacy: tuple[Value, ...], candidate: tuple[Value, ...], left: list[int], right: list[int]) -> _Pairs:
    """Pairs by the scalar field that is unique on each side and has most values in common; none where no field does."""
    best: _Pairs = []
    for name in _shared_fields([legacy[index] for index in left], [candidate[index] for index in right]):
        ours = _unique(name, legacy, left)
        theirs = _unique(name, candidate, right)
        if ours is None or theirs is None:
            continue
        pairs = [(index, theirs[key]) for key, index in ours.items() if key in theirs]
        if len(pairs) > len(best):
            best = pairs
    return sorted(best) if len(best) >= _MIN_OVERLAP * min(len(left), len(right)) else []


def _shared_fields(ours: list[Value], theirs: list[Value]) -> Iterable[str]:
    """Names of fields that every element has, in the order of the first one."""
    both = [*ours, *theirs]
    objects = [item for item in both if isinstance(item, dict)]
    if not ours or not theirs or len(objects) < len(both):
        return []
    return [name for name in objects[0] if all(name in item for item in objects)]


def _unique(name: str, values: tuple[Value, ...], indexes: list[int]) -> dict[Hashable, int] | None:
    found: dict[Hashable, int] = {}
    for index in indexes:
        item = values[index]
        value = item[name] if isinstance(item, dict) else None
        if not isinstance(value, str | int) or isinstance(value, bool) or (key := scalar_key(value)) in found:
            return None
        found[key] = index
    return found
