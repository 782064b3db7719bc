"""By which field elements of a list are known. Pure.

A name that promises to stay comes first: an id, one inside (``item.id``), a ``user_id``, a name. Any other field that
is unique in both lists comes after, and what only counts (a rank) last.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from crossfade.shadow.compare.decode.names import names_of
from crossfade.shadow.compare.diff.edits import Pairs
from crossfade.shadow.compare.diff.leaves import Path, field_at, field_names
from crossfade.shadow.exchange.difference import Value
from crossfade.shadow.exchange.glob import glob

_MIN_OVERLAP = 0.5
_MOST_FIELDS = 32
_MOST_SAMPLED = 8
_IDS = names_of("id _id uuid guid uid key")
_NAMES = names_of("sku slug code name email username login ean isbn symbol handle path url href ref")
_STABLE_END = re.compile(r".+(?:_(?:id|uuid|guid|uid|key|sku|code)|[a-z0-9](?:Id|ID|Uuid|UUID|Key|Sku|Code))")
_COUNTING = names_of("rank position pos index idx order ordinal sort sequence seq number no num row line place n")
_BY_ID, _BY_ID_INSIDE, _BY_NAME, _BY_ANY, _BY_COUNT = range(5)


@dataclass(frozen=True, slots=True)
class Key:
    """One field, or several together, by which elements are known."""

    paths: tuple[Path, ...]

    def of(self, value: Value) -> tuple[str, ...] | None:
        """The texts of an element's key; None where it has not all of its fields."""
        found = []
        for path in self.paths:
            text = _text(field_at(value, path))
            if text is None:
                return None
            found.append(text)
        return tuple(found)


class ListKeys:
    """The configured keys of one route's lists, by the templates of their paths."""

    def __init__(self, rules: Iterable[tuple[str, tuple[str, ...]]] = ()) -> None:
        """``rules`` are globs of templates with the dotted names of a key; the first that matches counts."""
        self._rules = tuple((glob(path), Key(tuple(tuple(name.split(".")) for name in names))) for path, names in rules)

    def at(self, template: str) -> Key | None:
        """The key of the list at a place."""
        return next((key for path, key in self._rules if path.matches(template)), None)


NO_KEYS = ListKeys()


def _text(value: Value) -> str | None:
    """A key as text, so that 7 and "7" are one."""
    is_key = isinstance(value, str | int) and not isinstance(value, bool)
    return str(value) if is_key else None


class Column:
    """The elements of one list by a key that is unique there."""

    def __init__(self, key: Key, items: Iterable[tuple[int, Value]]) -> None:
        self.where: dict[tuple[str, ...], int] = {}
        self.is_unique = True
        for index, item in items:
            text = key.of(item)
            if text is not None:
                self.is_unique &= text not in self.where
                self.where[text] = index


def pairs_by(key: Key, ours: dict[int, Value], theirs: dict[int, Value]) -> Pairs:
    """Elements whose keys are the same, in their order; of several with one key the first with the first."""
    places: dict[tuple[str, ...], list[int]] = {}
    for index in reversed(theirs):
        text = key.of(theirs[index])
        if text is not None:
            places.setdefault(text, []).append(index)
    found = []
    for index, item in ours.items():
        text = key.of(item)
        if text is not None and places.get(text):
            found.append((index, places[text].pop()))
    return found


def id_of_all(ours: dict[int, Value], theirs: dict[int, Value]) -> Key | None:
    """An id that all elements have, each another one."""
    first = next(iter(ours.values()))
    for path in field_names(first, 1):
        if _tier(path) == _BY_ID:
            key = Key((path,))
            left, right = Column(key, ours.items()), Column(key, theirs.items())
            if len(left.where) == len(ours) and len(right.where) == len(theirs):
                return key
    return None


def stable_key(ours: dict[int, Value], theirs: dict[int, Value]) -> Key | None:
    """The field with a name that promises to stay, unique on both sides, by which most elements have a partner.

    Of several with as many partners the one with the better name. What is no id counts only where half of the elements
    have a partner by it, because two orders of one customer are two. The best name is also the key where nobody has a
    partner: then it says that these are other elements.
    """
    found = []
    for path in _fields(ours, theirs):
        tier = _tier(path)
        if tier < _BY_ANY and (shared := _shared(path, ours, theirs)) is not None:
            counts = tier == _BY_ID or _is_half(shared, ours, theirs)
            found.append((-shared if counts else 0, tier, path))
    return Key((min(found)[2],)) if found else None


def unique_key(
    ours: dict[int, Value], theirs: dict[int, Value], whole: tuple[Sequence[Value], Sequence[Value]]
) -> Key | None:
    """Any field that is unique in both whole lists and by which at least half of the elements have a partner."""
    found = []
    for path in _fields(ours, theirs):
        shared = _shared(path, ours, theirs) if _tier(path) >= _BY_ANY else None
        if shared is not None and _is_half(shared, ours, theirs):
            found.append((_tier(path), -shared, path))
    for *_, path in sorted(found):
        key = Key((path,))
        if all(Column(key, enumerate(side)).is_unique for side in whole):
            return key
    return None


def _is_half(shared: int, ours: dict[int, Value], theirs: dict[int, Value]) -> bool:
    return shared >= max(1, _MIN_OVERLAP * min(len(ours), len(theirs)))


def _shared(path: Path, ours: dict[int, Value], theirs: dict[int, Value]) -> int | None:
    """How many values both sides have; None where the field is not unique, or too few elements have it."""
    key = Key((path,))
    left, right = Column(key, ours.items()), Column(key, theirs.items())
    if not left.is_unique or not right.is_unique:
        return None
    if 2 * len(left.where) < len(ours) or 2 * len(right.where) < len(theirs) or not left.where or not right.where:
        return None
    return len(left.where.keys() & right.where.keys())


def _fields(ours: dict[int, Value], theirs: dict[int, Value]) -> Iterator[Path]:
    """The fields of the first few elements, those that most of them have first."""
    sampled = [*islice(ours.values(), _MOST_SAMPLED), *islice(theirs.values(), _MOST_SAMPLED)]
    counts = Counter(path for item in sampled for path in dict.fromkeys(field_names(item)))
    return (path for path, _ in islice(counts.most_common(), _MOST_FIELDS))


def _tier(path: Path) -> int:
    name = path[-1].lstrip("@").rpartition("}")[2]
    if name.lower() in _IDS:
        return _BY_ID if len(path) == 1 else _BY_ID_INSIDE
    if name.lower() in _NAMES or _STABLE_END.fullmatch(name):
        return _BY_NAME
    return _BY_COUNT if name.lower() in _COUNTING else _BY_ANY
