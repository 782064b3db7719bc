"""Goes down two values together and reports each leaf that differs."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from crossfade.shadow.compare.decode.lines import Lines
from crossfade.shadow.compare.decode.markup import Element
from crossfade.shadow.compare.decode.multipart import Parts
from crossfade.shadow.compare.decode.proto import ProtoMessage
from crossfade.shadow.compare.decode.table import COLUMNS, Table, is_counted, with_same_top
from crossfade.shadow.compare.diff.elements import attribute_place, child_places, owner_of
from crossfade.shadow.compare.diff.equality import Equality, family, same_scalar
from crossfade.shadow.compare.diff.keys import NO_KEYS, ListKeys
from crossfade.shadow.compare.diff.lists import pair_elements
from crossfade.shadow.compare.diff.moves import moves_of
from crossfade.shadow.compare.diff.paths import MAX_NAME_CHARS, Place
from crossfade.shadow.compare.diff.unfold import unfold
from crossfade.shadow.compare.shape import shape
from crossfade.shadow.exchange.difference import MAX_FINGERPRINTS, Difference, Kind, Value

MAX_ALIKE = 200


def diff(legacy: Value, candidate: Value, root: Place, *, proto: bool = False) -> tuple[Difference, ...]:
    """The leaves that differ, bounded; () exactly where the values are the same. See ``walk``."""
    return bounded(walk(legacy, candidate, root, proto=proto))


def bounded(differences: Iterable[Difference], max_places: int = MAX_FINGERPRINTS) -> tuple[Difference, ...]:
    """At most 200 differences of one template and kind, and one more than ``max_places`` templates and kinds.

    So a field that differs in each of many elements does not hide another one, and a reader can tell that there was
    more.
    """
    found = BoundedDifferences(max_places)
    found.add(differences)
    return tuple(found.kept)


class BoundedDifferences:
    """The bounded differences of something that is compared in parts: see ``bounded``."""

    def __init__(self, max_places: int = MAX_FINGERPRINTS) -> None:
        self.kept: list[Difference] = []
        self._max = max_places
        self._alike: dict[tuple[str, Kind], int] = {}

    @property
    def full(self) -> bool:
        """Whether there is more than can be kept: what comes now is not looked at."""
        return len(self._alike) > self._max

    def add(self, differences: Iterable[Difference]) -> None:
        """Keeps what is within the bounds."""
        if self.full:
            return
        for difference in differences:
            place = (difference.template, difference.kind)
            seen = self._alike.get(place, 0)
            if seen < MAX_ALIKE:
                self.kept.append(difference)
                self._alike[place] = seen + 1
            if self.full:
                break


def leaf(place: Place, kind: Kind, legacy: Value, candidate: Value) -> Difference:
    """A difference at a place."""
    return Difference(
        path=place.path,
        template=place.template,
        kind=kind,
        legacy=legacy,
        candidate=candidate,
        owner=place.owner,
        context=place.context,
    )


def walk(
    legacy: Value, candidate: Value, root: Place, *, proto: bool = False, keys: ListKeys = NO_KEYS
) -> Iterator[Difference]:
    """Each leaf that differs, one after the other, without a bound.

    Numbers are the same when they are the same number: 1e2 and 100.0 are, 1 and 1.0 are not (a caller in Python sees
    int and float), 0.0 and -0.0 are not, NaN is NaN. ``proto`` decides how paths are written, ``keys`` by what elements
    of lists are paired.
    """
    return _Walk(keys, proto=proto).values(legacy, candidate, root)


def walk_window(  # noqa: PLR0913 - two lists, and where they stand
    legacy: tuple[Value, ...],
    candidate: tuple[Value, ...],
    root: Place,
    *,
    first: int,
    proto: bool,
    keys: ListKeys = NO_KEYS,
) -> Iterator[Difference]:
    """As ``walk``, for the part of two long lists that begins at element ``first``."""
    at = root.item if proto else root.element
    return _Walk(keys, proto=proto).lists(legacy, candidate, root, lambda index: at(first + index))


class _Walk:
    def __init__(self, keys: ListKeys, *, proto: bool) -> None:
        self._keys = keys
        self._proto = proto
        self._equality = Equality()

    def values(self, legacy: Value, candidate: Value, place: Place) -> Iterator[Difference]:
        if legacy is candidate:
            return
        if isinstance(legacy, dict) and isinstance(candidate, dict):
            if isinstance(legacy, Element) and isinstance(candidate, Element):
                yield from self._elements(legacy, candidate, place)
            elif isinstance(legacy, Table) and isinstance(candidate, Table):
                yield from _tables(*with_same_top(legacy, candidate), place, self._keys)
            else:
                yield from self._objects(legacy, candidate, place)
        elif isinstance(legacy, tuple) and isinstance(candidate, tuple):
            if isinstance(legacy, Parts) and isinstance(candidate, Parts):
                yield from _parts(legacy, candidate, place, self._keys)
            elif not self._equality.same(legacy, candidate):
                yield from self.lists(
                    legacy, candidate, place, self._items(legacy, place), self._items(candidate, place)
                )
        elif not same_scalar(legacy, candidate):
            yield from self._scalars(legacy, candidate, place)

    def _scalars(self, legacy: Value, candidate: Value, place: Place) -> Iterator[Difference]:
        parts = unfold(legacy, candidate, place) if isinstance(legacy, str) and isinstance(candidate, str) else None
        if parts is None:
            yield leaf(place, _kind(legacy, candidate), legacy, candidate)
            return
        for part in parts:
            if part.kind is None:
                yield from walk(part.legacy, part.candidate, part.place, keys=self._keys)
            else:
                yield leaf(part.place, part.kind, part.legacy, part.candidate)

    def _objects(self, legacy: dict[str, Value], candidate: dict[str, Value], place: Place) -> Iterator[Difference]:
        at = self._below(legacy, place)
        for key, value in legacy.items():
            if key not in candidate:
                yield leaf(at(key), Kind.MISSING, value, None)
            elif isinstance(value, dict | tuple) or not same_scalar(value, candidate[key]):
                yield from self.values(value, candidate[key], at(key))
        for key, value in candidate.items():
            if key not in legacy:
                yield leaf(at(key), Kind.ADDED, None, value)

    def _below(self, legacy: dict[str, Value], place: Place) -> Callable[[str], Place]:
        if not self._proto:
            return place.key
        return place.field if isinstance(legacy, ProtoMessage) else place.entry

    def _items(self, items: tuple[Value, ...], place: Place) -> Callable[[int], Place]:
        if isinstance(items, Lines):
            return lambda index: place.line(index, str(items[index]))
        return place.item if self._proto else place.element

    def lists(
        self,
        legacy: tuple[Value, ...],
        candidate: tuple[Value, ...],
        place: Place,
        at: Callable[[int], Place],
        added_at: Callable[[int], Place] | None = None,
    ) -> Iterator[Difference]:
        """``at`` gives the place of an element of legacy's, ``added_at`` of one that the candidate alone has."""
        key = self._keys.at(place.template)
        pairing = pair_elements(legacy, candidate, self._equality, key)
        if pairing.moved:
            moves = moves_of(legacy, candidate, pairing.moved, key)
            yield replace(leaf(place, Kind.ORDER, legacy, candidate), moves=moves)
        for ours, theirs in pairing.changed:
            yield from self.values(legacy[ours], candidate[theirs], at(ours))
        for index in pairing.missing:
            yield leaf(at(index), Kind.MISSING, legacy[index], None)
        for index in pairing.added:
            yield leaf((added_at or at)(index), Kind.ADDED, None, candidate[index])

    def _elements(self, legacy: Element, candidate: Element, place: Place) -> Iterator[Difference]:
        """Attributes by name, children in their order; an element of another name is another one."""
        if legacy.name != candidate.name:
            yield leaf(place, Kind.TYPE, legacy, candidate)
            return
        owner = " ".join(filter(None, (place.owner, owner_of(legacy), owner_of(candidate))))
        ours, theirs = legacy.attributes, candidate.attributes
        if ours != theirs:
            for key in (*ours, *(key for key in theirs if key not in ours)):
                at = attribute_place(place, key, owner)
                if key not in theirs:
                    yield leaf(at, Kind.MISSING, ours[key], None)
                elif key not in ours:
                    yield leaf(at, Kind.ADDED, None, theirs[key])
                else:
                    yield from self.values(ours[key], theirs[key], at)
        if not self._equality.same(legacy.children, candidate.children):
            at_ours, at_theirs = (child_places(place, side, owner) for side in (legacy, candidate))
            yield from self.lists(legacy.children, candidate.children, place, at_ours, at_theirs)


def _parts(legacy: Parts, candidate: Parts, place: Place, keys: ListKeys) -> Iterator[Difference]:
    """Those of one name belong together, wherever they stand, others by their number."""
    ordered = candidate.in_order_of(legacy)
    if ordered is not candidate:
        yield leaf(place, Kind.ORDER, legacy.names(), candidate.names())
    inner = _Walk(keys, proto=False)
    if len(legacy) == len(ordered):
        for index, part in enumerate(legacy):
            yield from inner.values(part, ordered[index], place.part(index))
    else:
        yield from inner.lists(legacy, ordered, place, place.part)


def _tables(legacy: Table, candidate: Table, place: Place, keys: ListKeys) -> Iterator[Difference]:
    """How two tables are written at the place itself, their rows below it."""
    for name, spelled in legacy.spelling.items():
        if spelled != candidate.spelling.get(name):
            yield leaf(place, Kind.FORMAT, spelled, candidate.spelling.get(name))
    yield from walk(legacy.comments, candidate.comments, place)
    yield from walk(legacy.columns, candidate.columns, place.key(COLUMNS))
    tops = _tops(legacy, candidate)
    of_any = " ".join(tops.values())
    for difference in walk(legacy.rows, candidate.rows, place, keys=keys):
        name = difference.path.rpartition("/")[2]
        is_named = bool(legacy.columns) and not is_counted(name)
        yield difference if is_named else replace(difference, owner=tops.get(name, of_any))


def _tops(legacy: Table, candidate: Table) -> dict[str, str]:
    """What stands on top of each column: without names it may be one all the same, and that of a secret."""
    found: dict[str, str] = {}
    for name, title in (*legacy.titles.items(), *candidate.titles.items()):
        found[name] = f"{found.get(name, '')} {title[:MAX_NAME_CHARS]}"
    return found


def _kind(legacy: Value, candidate: Value) -> Kind:
    if family(legacy) != family(candidate):
        return Kind.TYPE
    return Kind.VALUE if shape(legacy) == shape(candidate) else Kind.FORMAT
