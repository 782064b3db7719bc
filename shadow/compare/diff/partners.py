"""Which unequal elements of two lists stand for each other: by key, by likeness, by position. Pure."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import cache, cached_property

from crossfade.shadow.compare.decode.markup import Element
from crossfade.shadow.compare.diff.alignment import gaps, rising
from crossfade.shadow.compare.diff.edits import Pairs, same_by_edits
from crossfade.shadow.compare.diff.keys import Key, pairs_by, stable_key, unique_key
from crossfade.shadow.compare.diff.leaves import Leaf, gist, leaves_of
from crossfade.shadow.compare.diff.likeness import ALIKE, ALIKE_BY_OTHER_KEYS, pairs_alike
from crossfade.shadow.compare.shape import shape
from crossfade.shadow.exchange.difference import Value

_List = tuple[Value, ...]
_Items = dict[int, Value]
_Sort = str
_SCALAR, _LIST, _OBJECT = "scalar", "list", "object"
_NEVER = 2.0
_ONE_LEAF = 2  # the one that each side has instead of the other's


class Partners:
    """The elements ``ours`` and ``theirs`` that have no partner, by index, and the pairs ``found``.

    ``equal`` are the pairs of equal elements between the ends at which the lists are the same.
    """

    def __init__(self, legacy: _List, candidate: _List, inside: tuple[range, range], equal: Pairs) -> None:
        left, right = {one for one, _ in equal}, {two for _, two in equal}
        self.ours = {index: legacy[index] for index in inside[0] if index not in left}
        self.theirs = {index: candidate[index] for index in inside[1] if index not in right}
        self.found: Pairs = []
        self._lists = (legacy, candidate)
        self._equal = equal
        self._equal_n = len(legacy) - len(self.ours)
        self._configured: Key | None = None
        self._keys: dict[_Sort, Key] = {}
        self._leaves: dict[int, frozenset[Leaf]] = {}

    def pair(self, configured: Key | None) -> None:
        """First by content, then by position; elements that have the configured key by that alone."""
        self._configured = configured
        for sort, ours, theirs in self._sorts():
            self._by_key(sort, ours, theirs)
        fixed = self._fixed()
        for sort, ours, theirs in self._sorts():
            self._by_likeness(sort, ours, theirs, fixed)
        self._by_position()
        self.found.sort()

    def _sorts(self) -> list[tuple[_Sort, _Items, _Items]]:
        """What both sides have left, by what may stand for each other, but for plain values."""
        ours, theirs = _sorted_out(self.ours), _sorted_out(self.theirs)
        sorts = ours.keys() & theirs.keys() - {_SCALAR}
        return [(sort, _chosen(self.ours, ours[sort]), _chosen(self.theirs, theirs[sort])) for sort in sorts]

    def _fixed(self) -> tuple[list[int], list[int]]:
        """Where the pairs stand that did not move, on both sides."""
        staying = rising(sorted((*self._equal, *self.found)))
        return [one for one, _ in staying], [two for _, two in staying]

    def _take(self, pairs: Iterable[tuple[int, int]]) -> None:
        for one, two in pairs:
            del self.ours[one], self.theirs[two]
            self.found.append((one, two))

    def _by_key(self, sort: _Sort, ours: _Items, theirs: _Items) -> None:
        if self._configured is None and self._is_a_field(sort):
            self._take(zip(ours, theirs, strict=True))
            return
        key = self._configured or stable_key(ours, theirs)
        if key is not None:
            self._keys[sort] = key
        else:
            key = unique_key(ours, theirs, self._lists)
        if key is not None:
            self._take(pairs_by(key, ours, theirs))

    def _by_likeness(self, sort: _Sort, ours: _Items, theirs: _Items, fixed: tuple[list[int], list[int]]) -> None:
        """Between the same neighbours; elsewhere only where both have what no other element of the lists has."""
        alike: Pairs = []

        def least_near(one: int, two: int) -> float:
            alike.append((one, two))
            is_near = bisect_left(fixed[0], one) == bisect_left(fixed[1], two)
            return self._least_likeness(one, two) if is_near else _NEVER

        left, right = self._leaves_of(ours), self._leaves_of(theirs)
        near = pairs_alike(left, right, least_near, in_order=True)
        self._take(near)
        left, right = self._leaves_of(_left_of(ours, self.ours)), self._leaves_of(_left_of(theirs, self.theirs))
        if len(alike) == len(near) or not left or not right:
            return
        counts = cache(lambda: tuple(self._counted(sort, side) for side in self._lists))

        def least_far(one: int, two: int) -> float:
            tells = any(all(count[leaf] == 1 for count in counts()) for leaf in left[one] & right[two])
            return self._least_likeness(one, two) if tells else _NEVER

        self._take(pairs_alike(left, right, least_far))

    def _counted(self, sort: _Sort, side: _List) -> "Counter[Leaf]":
        """How many elements have each leaf."""
        return Counter(leaf for item in side if _sort(item) == sort for leaf in self._known_leaves(item))

    def _is_a_field(self, sort: _Sort) -> bool:
        """Whether an element is a field of its parent and not one of a list: each side has one of its name."""
        return sort not in {_LIST, _OBJECT} and all(count[sort] == 1 for count in self._counts)

    @cached_property
    def _counts(self) -> tuple["Counter[_Sort]", ...]:
        return tuple(Counter(map(_sort, side)) for side in self._lists)

    def _leaves_of(self, items: _Items) -> dict[int, frozenset[Leaf]]:
        return {index: self._known_leaves(item) for index, item in items.items()}

    def _known_leaves(self, item: Value) -> frozenset[Leaf]:
        if id(item) not in self._leaves:
            self._leaves[id(item)] = leaves_of(item)
        return self._leaves[id(item)]

    def _least_likeness(self, one: int, two: int) -> float:
        if not self._have_other_keys(one, two):
            return ALIKE
        if self._configured is not None:
            return _NEVER
        return ALIKE if self._differ_in_one_leaf(one, two) else ALIKE_BY_OTHER_KEYS

    def _differ_in_one_leaf(self, one: int, two: int) -> bool:
        apart = self._known_leaves(self.ours[one]) ^ self._known_leaves(self.theirs[two])
        return len(apart) == _ONE_LEAF

    def _have_other_keys(self, one: int, two: int) -> bool:
        key = self._keys.get(_sort(self.ours[one]))
        left, right = (None, None) if key is None else (key.of(self.ours[one]), key.of(self.theirs[two]))
        return left is not None and right is not None and [*map(gist, left)] != [*map(gist, right)]

    def _by_position(self) -> None:
        longest = max(map(len, self._lists))
        is_anchored = longest == 1 or 2 * (self._equal_n + len(self.found)) >= longest
        ours, theirs = (_by_gap(side, at) for side, at in zip((self.ours, self.theirs), self._fixed(), strict=True))
        for gap in ours.keys() & theirs.keys():
            pairs = list(self._in_gap(ours[gap], theirs[gap]))
            self._take(pair for pair in pairs if self._may_be_one(*pair, is_anchored=is_anchored))

    def _in_gap(self, ours: list[int], theirs: list[int]) -> Iterator[tuple[int, int]]:
        """Between the same two neighbours the first with the first of its sort, then with what stands in its place."""
        numbers: dict[_Sort, int] = {}
        left, right = (
            [numbers.setdefault(_sort(items[index]), len(numbers)) for index in indexes]
            for items, indexes in ((self.ours, ours), (self.theirs, theirs))
        )
        kept = same_by_edits(left, right) or []
        yield from ((ours[one], theirs[two]) for one, two in kept)
        for one_gap, two_gap in gaps(kept, len(ours), len(theirs)):
            yield from ((ours[one], theirs[two]) for one, two in zip(one_gap, two_gap, strict=False))

    def _may_be_one(self, one: int, two: int, *, is_anchored: bool) -> bool:
        """Whether two elements may be one that changed; in a list that has little in common they are mostly two."""
        ours, theirs = self.ours[one], self.theirs[two]
        if not isinstance(ours, dict) or not isinstance(theirs, dict):
            return True
        if self._have_other_keys(one, two):
            return self._configured is None and is_anchored and self._differ_in_one_leaf(one, two)
        return is_anchored or not _has_other_text(ours, theirs)


def _sort(item: Value) -> _Sort:
    """What may stand for each other: plain values, lists, objects, elements of one name."""
    if isinstance(item, Element):
        return f"<{item.name}>"
    return _OBJECT if isinstance(item, dict) else _LIST if isinstance(item, tuple) else _SCALAR


def _sorted_out(items: _Items) -> dict[_Sort, list[int]]:
    found: defaultdict[_Sort, list[int]] = defaultdict(list)
    for index, item in items.items():
        found[_sort(item)].append(index)
    return found


def _chosen(items: _Items, indexes: list[int]) -> _Items:
    return {index: items[index] for index in indexes}


def _left_of(items: _Items, rest: _Items) -> _Items:
    return {index: item for index, item in items.items() if index in rest}


def _by_gap(indexes: Iterable[int], fixed: list[int]) -> dict[int, list[int]]:
    """Indexes by the number of fixed ones before them."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for index in indexes:
        found[bisect_left(fixed, index)].append(index)
    return found


def _has_other_text(ours: dict[str, Value], theirs: dict[str, Value]) -> bool:
    """Whether a text is neither the same nor written in another way."""
    both = ((item, theirs.get(name)) for name, item in ours.items())
    return any(
        isinstance(one, str) and isinstance(two, str) and shape(one) == shape(two) and gist(one) != gist(two)
        for one, two in both
    )
