"""Which leaf of one answer stands for which of another, where they differ: elements by their content. Pure."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from crossfade.shadow.bindings.names import ANY, is_id_name
from crossfade.shadow.bindings.shapes import is_short_id, is_time, is_token
from crossfade.shadow.bindings.texts import path_names
from crossfade.shadow.compare.decode.markup import NAME, Element
from crossfade.shadow.compare.decode.table import Table
from crossfade.shadow.compare.diff.equality import Equality, scalar_key
from crossfade.shadow.compare.diff.paths import generic_name
from crossfade.shadow.exchange.difference import Value

_MAX_LEAVES = 10_000
_MAX_DEPTH = 200


class Partner(Enum):
    """Why a leaf of legacy's has no leaf that stands for it."""

    MISSING = "missing"  # the other answer has none there
    UNCLEAR = "unclear"  # it has several that may be it
    TAKEN = "taken"  # what it has there is another handle


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf of legacy's at ``path`` (with indexes) and ``names`` (without), and the other answer's for it."""

    path: tuple[str | int, ...]
    names: tuple[str, ...]
    legacy: Value
    other: Value | Partner


Known = Callable[[str], bool]
"""Whether a text means the same thing in both answers, so that elements may be paired by it."""


def differing(legacy: Value, other: Value, known: Known, ids: frozenset[str] = frozenset()) -> Iterator[Leaf]:
    """The leaves of legacy's that the other answer does not have equal at their place, at most 10,000.

    Elements of lists belong together where they are equal but for what may be a handle or is a time, and no other
    element is so, too. ``ids`` are names of ids beside those that say so.
    """
    for count, leaf in enumerate(_Pairing(known, ids).values(legacy, other, (), ())):
        if count == _MAX_LEAVES:
            return
        yield leaf


def leaves(
    value: Value, path: tuple[str | int, ...] = (), names: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], tuple[str, ...], Value]]:
    """All leaves with their paths and names."""
    if len(path) > _MAX_DEPTH:
        return
    if isinstance(value, dict):
        for key, item in value.items():
            if key != NAME or not isinstance(value, Element):
                yield from leaves(item, (*path, key), _names_below(value, key, names))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index), (*names, ANY))
    else:
        yield path, names, value


def _names_below(value: dict[str, Value], key: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """The rows of a table are those of the body itself."""
    return names if isinstance(value, Table) else (*names, generic_name(key))


class _Pairing:
    def __init__(self, known: Known, ids: frozenset[str]) -> None:
        self._known = known
        self._ids = ids
        self._equality = Equality()
        self._contents: dict[int, int] = {}
        self._numbers: dict[Hashable, int] = {}

    def values(
        self, legacy: Value, other: Value | Partner, path: tuple[str | int, ...], names: tuple[str, ...]
    ) -> Iterator[Leaf]:
        if len(path) > _MAX_DEPTH:
            return
        if isinstance(legacy, dict) and isinstance(other, dict):
            for key, item in legacy.items():
                if key != NAME or not isinstance(legacy, Element):
                    below = other.get(key, Partner.MISSING)
                    yield from self.values(item, below, (*path, key), _names_below(legacy, key, names))
        elif isinstance(legacy, tuple) and isinstance(other, tuple):
            yield from self._lists(legacy, other, path, names)
        elif isinstance(legacy, dict | tuple):
            why = other if isinstance(other, Partner) else Partner.MISSING
            for below, named, value in leaves(legacy, path, names):
                yield Leaf(below, named, value, why)
        elif isinstance(other, Partner | dict | tuple):
            yield Leaf(path, names, legacy, other if isinstance(other, Partner) else Partner.MISSING)
        elif scalar_key(legacy) != scalar_key(other):
            yield Leaf(path, names, legacy, other)

    def _lists(
        self, legacy: tuple[Value, ...], other: tuple[Value, ...], path: tuple[str | int, ...], names: tuple[str, ...]
    ) -> Iterator[Leaf]:
        number = self._equality.number
        equal = Counter(map(number, other))
        left = []
        for index, item in enumerate(legacy):
            if equal[number(item)] > 0:
                equal[number(item)] -= 1
            else:
                left.append(index)
        partners = self._partners(legacy, left, self._left(other, equal))
        for index in left:
            yield from self.values(legacy[index], partners[index], (*path, index), (*names, ANY))

    def _left(self, other: tuple[Value, ...], equal: "Counter[int]") -> list[Value]:
        found = []
        for item in other:
            number = self._equality.number(item)
            if equal[number] > 0:
                equal[number] -= 1
                found.append(item)
        return found

    def _partners(self, legacy: tuple[Value, ...], left: list[int], others: list[Value]) -> dict[int, Value | Partner]:
        """The one element with the same content but for handles; unclear where there are several."""
        ours = {index: self._content(legacy[index], "", 0) for index in left}
        counted = Counter(ours.values())
        theirs: dict[Hashable, list[Value]] = {}
        for item in others:
            theirs.setdefault(self._content(item, "", 0), []).append(item)
        found: dict[int, Value | Partner] = {}
        named = self._by_token([legacy[index] for index in left], others)
        for index, content in ours.items():
            if (same := named.get(id(legacy[index]))) is not None:
                found[index] = same
                continue
            partners = theirs.get(content, [])
            if len(partners) == 1 == counted[content]:
                found[index] = partners[0]
            else:
                found[index] = Partner.UNCLEAR if partners or others else Partner.MISSING
        return found

    def _by_token(self, ours: list[Value], theirs: list[Value]) -> dict[int, Value]:
        """By the identity of legacy's: the one element that has one of its tokens in the same member, as no other has.

        So an element whose content differs is not taken for another one.
        """
        mine, others = _tokens(ours), _tokens(theirs)
        return {
            id(items[0]): others[token][0]
            for token, items in mine.items()
            if len(items) == 1 and len(others.get(token, ())) == 1
        }

    def _content(self, value: Value, name: str, depth: int) -> Hashable:
        """What an element is known by; each object and list is looked at once, however deep it lies."""
        if depth > _MAX_DEPTH:
            return "deep"
        if isinstance(value, dict | tuple):
            if id(value) not in self._contents:
                self._contents[id(value)] = self._inner(value, name, depth)
            return self._contents[id(value)]
        text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if isinstance(text, str) and not self._known(text):
            return self._masked(text, name, value)
        return scalar_key(value)

    def _inner(self, value: dict[str, Value] | tuple[Value, ...], name: str, depth: int) -> int:
        """A number that equal contents share, so that deep values have no deep keys."""
        content: Hashable
        if isinstance(value, dict):
            content = ("object", frozenset((key, self._content(item, key, depth + 1)) for key, item in value.items()))
        else:
            items = Counter(self._content(item, name, depth + 1) for item in value)
            content = ("list", frozenset(items.items()))
        return self._numbers.setdefault(content, len(self._numbers))

    def _masked(self, text: str, name: str, value: Value) -> Hashable:
        if is_token(text) or name in self._ids or (is_id_name(name) and is_short_id(text)):
            return ("handle",)
        if isinstance(value, str) and "/" in text:
            return ("path", path_names(text.partition("?")[0]))
        return ("time",) if isinstance(value, str) and is_time(text) else scalar_key(value)


def _tokens(items: list[Value]) -> dict[tuple[str, str], list[Value]]:
    found: dict[tuple[str, str], list[Value]] = {}
    for item in items:
        for name, text in item.items() if isinstance(item, dict) else ():
            if isinstance(text, str) and is_id_name(name) and is_token(text):
                found.setdefault((name, text), []).append(item)
    return found


def text_of(value: Value | Partner) -> str | None:
    """The text of a leaf that may be a handle: a text, a whole number, bytes that are text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return None
    if isinstance(value, int) and not isinstance(value, bool | Decimal):
        return str(value) if abs(value) < 10**30 else None
    return None
