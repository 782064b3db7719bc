"""Which elements of two sequences are the same ones, by what explains the rest with the fewest differences. Pure."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from crossfade.shadow.compare.diff.edits import Pairs, same_by_edits

_FAR_FEWER = 4


@dataclass(frozen=True, slots=True)
class Alignment:
    """Pairs of equal elements, by index: ``kept`` ones rise on both sides, ``moved`` ones stand elsewhere."""

    kept: Pairs
    moved: Pairs


def align(ours: Sequence[int], theirs: Sequence[int]) -> Alignment:
    """What stays and what moved, where equal elements have equal numbers.

    The same elements in another order have only moved. Otherwise an element may have moved only if it stands once on
    each side, because a small number that comes again elsewhere is another one; unless nearly all that differs is found
    elsewhere. Of several explanations the one with the fewest differences is taken, all moves being one; then one
    without moves, then one that keeps more of what stands once, then what changes in place.
    """
    if _outline(ours, theirs) > _outline(theirs, ours):
        return _exchanged(_aligned(theirs, ours))
    return _aligned(ours, theirs)


def _outline(ours: Sequence[int], theirs: Sequence[int]) -> tuple[int, list[tuple[int, int, int]]]:
    """What a sequence looks like beside another one, whichever numbers its elements have.

    So two lists are aligned in one way, whichever of them is legacy's.
    """
    here, there = Counter(ours), Counter(theirs)
    first: dict[int, int] = {}
    outline = [(here[item], there[item], first.setdefault(item, index)) for index, item in enumerate(ours)]
    return len(ours), outline


def _exchanged(way: Alignment) -> Alignment:
    kept, moved = (sorted((two, one) for one, two in pairs) for pairs in (way.kept, way.moved))
    return Alignment(kept, moved)


def _aligned(ours: Sequence[int], theirs: Sequence[int]) -> Alignment:
    shuffled = _shuffled(ours, theirs)
    if len(shuffled.kept) + len(shuffled.moved) == len(ours) == len(theirs):
        return shuffled
    singles = _singles(ours, theirs)
    found = [way for kept in _ways(ours, theirs, singles) for way in _explanations(kept, singles)]
    costs = [_cost(way, singles, len(ours), len(theirs)) for way in found]
    fewest, *_ = _cost(shuffled, singles, len(ours), len(theirs))
    return shuffled if fewest * _FAR_FEWER <= min(costs)[0] else found[costs.index(min(costs))]


def rising(pairs: Pairs) -> Pairs:
    """The most pairs that rise on both sides, of pairs that rise on the first; O(n log n)."""
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for index, (_, theirs) in enumerate(pairs):
        at = bisect_left(ends, theirs)
        before.append(last[at - 1] if at else -1)
        ends[at : at + 1] = [theirs]
        last[at : at + 1] = [index]
    found = []
    index = last[-1] if last else -1
    while index >= 0:
        found.append(pairs[index])
        index = before[index]
    return found[::-1]


def gaps(kept: Pairs, ours_n: int, theirs_n: int) -> Iterator[tuple[range, range]]:
    """The indexes between one kept pair and the next, on both sides."""
    ours, theirs = 0, 0
    for one, two in (*kept, (ours_n, theirs_n)):
        yield range(ours, one), range(theirs, two)
        ours, theirs = one + 1, two + 1


def _shuffled(ours: Sequence[int], theirs: Sequence[int]) -> Alignment:
    """All equal elements, the first with the first and so on, wherever they stand."""
    places: defaultdict[int, list[int]] = defaultdict(list)
    for index in range(len(theirs) - 1, -1, -1):
        places[theirs[index]].append(index)
    pairs = [(index, places[item].pop()) for index, item in enumerate(ours) if places.get(item)]
    kept = rising(pairs)
    return Alignment(kept, _without(pairs, kept))


def _without(pairs: Iterable[tuple[int, int]], others: Pairs) -> Pairs:
    left_out = set(others)
    return [pair for pair in pairs if pair not in left_out]


def _singles(ours: Sequence[int], theirs: Sequence[int]) -> Pairs:
    """The elements that stand once on each side."""
    left, right = Counter(ours), Counter(theirs)
    places = {item: index for index, item in enumerate(theirs) if right[item] == 1}
    return [(index, places[item]) for index, item in enumerate(ours) if left[item] == 1 and item in places]


def _ways(ours: Sequence[int], theirs: Sequence[int], singles: Pairs) -> Iterator[Pairs]:
    if len(ours) == len(theirs):
        yield [(index, index) for index, item in enumerate(ours) if item == theirs[index]]
    by_edits = same_by_edits(ours, theirs)
    if by_edits is not None:
        yield by_edits
    yield list(_around(rising(singles), ours, theirs))


def _around(fixed: Pairs, ours: Sequence[int], theirs: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The fixed pairs, and what stays between them."""
    ends = (*fixed, None)
    for (left, right), end in zip(gaps(fixed, len(ours), len(theirs)), ends, strict=True):
        if left and right:
            between = same_by_edits(ours[left.start : left.stop], theirs[right.start : right.stop]) or ()
            yield from ((left.start + one, right.start + two) for one, two in between)
        if end is not None:
            yield end


def _explanations(kept: Pairs, singles: Pairs) -> Iterator[Alignment]:
    yield Alignment(kept, [])
    ours, theirs = {one for one, _ in kept}, {two for _, two in kept}
    moved = [(one, two) for one, two in singles if one not in ours and two not in theirs]
    if moved:
        yield Alignment(kept, moved)


def _cost(way: Alignment, singles: Pairs, ours_n: int, theirs_n: int) -> tuple[int, bool, int]:
    """The differences left; whether there are moves; the fewer elements that stand once are kept, the more."""
    ours, theirs = (sorted(side) for side in zip(*way.moved, strict=True)) if way.moved else ([], [])
    differences = sum(max(_less(left, ours), _less(right, theirs)) for left, right in gaps(way.kept, ours_n, theirs_n))
    return differences + bool(way.moved), bool(way.moved), -len({*way.kept} & {*singles})


def _less(gap: range, moved: list[int]) -> int:
    return len(gap) - (bisect_left(moved, gap.stop) - bisect_left(moved, gap.start))
