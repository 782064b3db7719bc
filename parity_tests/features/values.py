"""The classes of all values in a decoded body: JSON, a form, rows of a table, parts. Pure."""

from collections.abc import Iterator

from crossfade.parity_tests.features.places import MAX_ELEMENTS, MAX_VALUES, element, member
from crossfade.parity_tests.features.records import OBJECT, Classed
from crossfade.parity_tests.features.scalars import classes_of, length_class
from crossfade.shadow.compare.decode.markup import Element
from crossfade.shadow.compare.decode.multipart import Parts
from crossfade.shadow.compare.decode.table import Table
from crossfade.shadow.compare.diff import Place
from crossfade.shadow.compare.diff.elements import attribute_place, child_places
from crossfade.shadow.exchange.difference import Value

_Here = tuple[str, Value]


def value_classes(value: Value, root: str) -> Iterator[Classed]:
    """Places below ``root`` with their classes; an object has the class ``object``, a list that of its length."""
    waiting: list[_Here] = [(root, value)]
    looked_at = 0
    while waiting and looked_at < MAX_VALUES:
        template, value = waiting.pop()
        looked_at += 1
        if isinstance(value, dict):
            yield template, OBJECT
            waiting += _members(value, template)
        elif isinstance(value, tuple):
            yield template, length_class(len(value))
            waiting += _elements(value, template)
        else:
            for name in classes_of(value):
                yield template, name


def _members(value: dict[str, Value], template: str) -> Iterator[_Here]:
    if isinstance(value, Element):
        place = Place(template, template)
        for key, text in value.attributes.items():
            yield attribute_place(place, key, "").template, text
        at = child_places(place, value, "")
        for index, child in enumerate(value.children[:MAX_ELEMENTS]):
            yield at(index).template, child
    elif isinstance(value, Table):
        yield from _elements(value.rows, template)
    else:
        for key, item in value.items():
            yield member(template, key), item


def _elements(value: tuple[Value, ...], template: str) -> Iterator[_Here]:
    if isinstance(value, Parts):
        place = Place(template, template)
        return ((place.part(index).template, part) for index, part in enumerate(value[:MAX_ELEMENTS]))
    at = element(template)
    return ((at, item) for item in value[:MAX_ELEMENTS])
