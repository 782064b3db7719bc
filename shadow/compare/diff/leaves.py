"""What an element of a list holds, as a flat set of leaves: what it is known by. Pure."""

import math
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from crossfade.shadow.compare.decode.markup import ATTRIBUTE, Element, local_name
from crossfade.shadow.exchange.difference import Value

MOST_LEAVES = 64
"""Of a larger element the first ones are looked at."""
_MAX_DEPTH = 6
_MAX_GIST_CHARS = 200
_FEW = 2**60
_NO_GIST = re.compile(r"[^a-z0-9]+")
ANY = "*"
Path = tuple[str, ...]
Leaf = tuple[Path, str]


def leaves_of(value: Value) -> frozenset[Leaf]:
    """The gists of a value's leaves with their paths, at most 64; an index is ``*``: it says nothing of the element."""
    found: list[Leaf] = []
    _gather(value, (), found)
    return frozenset(found)


def gist(value: Value) -> str:
    """What another implementation leaves of a scalar, however it writes it: no case, no marks, three digits.

    An int, its text and a number without a fraction have one; so have an é and what a wrong charset makes of it.
    """
    if isinstance(value, str):
        return (_NO_GIST.sub("", value.lower()) or value) if len(value) <= _MAX_GIST_CHARS else value
    if isinstance(value, int):
        return str(value).lower() if -_FEW < value < _FEW else hex(value)
    if isinstance(value, float | Decimal):
        number = math.nan if Decimal(value).is_nan() else float(value)
        return f"{number:.0f}" if number.is_integer() and abs(number) < _FEW else f"{number:.3g}"
    return repr(value)


def field_at(value: Value, path: Path) -> Value:
    """The scalar at a path of names, None where there is none; of an element its attributes and plain children."""
    for name in path:
        if isinstance(value, Element):
            value = _part(value, name)
        elif isinstance(value, dict):
            value = value.get(name)
        else:
            return None
    return None if isinstance(value, dict | tuple) else value


def field_names(value: Value, depth: int = 2) -> Iterator[Path]:
    """The paths of the scalars that an object or an element has down to a depth, the outer ones first."""
    if not isinstance(value, dict) or depth == 0:
        return
    members = list(_members(value))
    yield from ((name,) for name, item in members if not isinstance(item, dict | tuple))
    for name, item in members:
        yield from ((name, *below) for below in field_names(item, depth - 1))


def _members(value: dict[str, Value]) -> Iterator[tuple[str, Value]]:
    if not isinstance(value, Element):
        yield from value.items()
        return
    for key, item in value.items():
        if key[:1] == ATTRIBUTE:
            yield key, item
    for child in value.children:
        if isinstance(child, Element):
            yield local_name(child.name), _plain(child)


def _part(element: Element, name: str) -> Value:
    """An attribute, with or without its @, or what the only child of a name holds."""
    attribute = element.get(name if name[:1] == ATTRIBUTE else f"{ATTRIBUTE}{name}")
    if attribute is not None:
        return attribute
    named = [child for child in element.children if isinstance(child, Element) and local_name(child.name) == name]
    return _plain(named[0]) if len(named) == 1 else None


def _plain(element: Element) -> Value:
    """The text of an element that holds nothing else, or the element."""
    children = element.children
    return children[0] if len(children) == 1 and isinstance(children[0], str) else element


def _gather(value: Value, path: Path, found: list[Leaf]) -> None:
    if not isinstance(value, dict | tuple):
        found.append((path, gist(value)))
        return
    for name, item in _parts(value):
        if len(found) == MOST_LEAVES:
            return
        if not isinstance(item, dict | tuple):
            found.append(((*path, name), gist(item)))
        elif len(path) < _MAX_DEPTH:
            _gather(item, (*path, name), found)


def _parts(value: dict[str, Value] | tuple[Value, ...]) -> Iterable[tuple[str, Value]]:
    if isinstance(value, tuple):
        return [(ANY, item) for item in value[:MOST_LEAVES]]
    if isinstance(value, Element):
        return [*value.attributes.items(), *((_name(child), child) for child in value.children[:MOST_LEAVES])]
    return value.items()


def _name(child: Value) -> str:
    return local_name(child.name) if isinstance(child, Element) else ANY
