"""JSON objects that are maps though their keys look like names: ``{"alice": 1, "bob": 2}``. Pure.

One answer does not show it: an object with many fields looks the same. But a map has other keys in other answers. So
the keys of an object at which answers differ are remembered, and when there are many, of which the answer at hand has
few, they are data: from then on they are ``*`` in templates.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from crossfade.shadow.compare.decode.errors import UndecodableError
from crossfade.shadow.compare.decode.json_in_text import read_json_pair
from crossfade.shadow.compare.decode.view import AnswerView
from crossfade.shadow.compare.diff.paths import JSON_STEP
from crossfade.shadow.exchange.difference import Difference, Value

MOST_NAMES = 20
"""So many keys of one object are taken for names in any case."""
MOST_FIELDS = 64
"""No object has so many different fields at which it differs, even where each answer has all of them."""
MOST_OBJECTS = 1024
"""So many objects of all routes are remembered; those that were not seen for the longest time are forgotten."""
_FEW = 3  # a part of the keys
_ROOT = "body"
Naming = Callable[[Iterable[Difference], AnswerView, AnswerView], Iterator[Difference]]
"""Names the places of differences between two answers by what is known of the route's maps."""


@dataclass(slots=True)
class _Keys:
    """The keys of one object at which answers differed; ``is_map`` once they were found to be data.

    ``is_due``: they were just now, and the comparison under way still has their names.
    """

    found: set[str] = field(default_factory=set)
    is_map: bool = False
    is_due: bool = False


class MapKeys:
    """What differences have shown of the objects of each route, at bounded cost."""

    def __init__(self) -> None:
        self._objects: OrderedDict[tuple[str, str], _Keys] = OrderedDict()
        self._due: list[_Keys] = []

    def naming(self, route: str) -> Naming:
        """Names the differences on a route, and learns from them."""

        def named(found: Iterable[Difference], one: AnswerView, other: AnswerView) -> Iterator[Difference]:
            for difference in found:
                yield self._named(route, difference, (one, other))

        return named

    def settle(self) -> None:
        """A comparison is judged: what it showed applies from now on, so that all its looks have the same names."""
        for keys in self._due:
            keys.is_map = True
            keys.found.clear()
        self._due.clear()

    def _named(self, route: str, difference: Difference, views: Iterable[AnswerView]) -> Difference:
        template = difference.template
        if not template.startswith(f"{_ROOT}/"):
            return difference
        names, steps = template.split("/"), difference.path.split("/")
        if len(names) != len(steps):
            return difference
        parent = names[0]
        for at in range(1, len(names)):
            if names[at] != "*" and self._is_map(route, parent, steps[: at + 1], views):
                names[at] = "*"
            parent = f"{parent}/{names[at]}"
        return difference if parent == template else replace(difference, template=parent)

    def _is_map(self, route: str, parent: str, steps: list[str], views: Iterable[AnswerView]) -> bool:
        keys = self._objects.setdefault((route, parent), _Keys())
        self._objects.move_to_end((route, parent))
        while len(self._objects) > MOST_OBJECTS:
            self._objects.popitem(last=False)
        key = _plain(steps[-1])
        if not keys.is_map and not keys.is_due and key not in keys.found:
            self._learn(keys, key, steps, views)
        return keys.is_map

    def _learn(self, keys: _Keys, key: str, steps: list[str], views: Iterable[AnswerView]) -> None:
        keys.found.add(key)
        if len(keys.found) <= MOST_NAMES:
            return
        here = _object_at(steps[1:-1], key, views)
        if here is not None and _are_data(keys.found, here):
            keys.is_due = True
            self._due.append(keys)
        elif len(keys.found) > MOST_FIELDS:
            keys.found.clear()


def _are_data(known: set[str], here: dict[str, Value]) -> bool:
    return len(known) > MOST_FIELDS or _FEW * sum(key in here for key in known) < len(known)


def _object_at(steps: list[str], key: str, views: Iterable[AnswerView]) -> dict[str, Value] | None:
    """The JSON object at this path, of the first answer that has it with the key."""
    for view in views:
        value = _body(view)
        for step in steps:
            value = _below(value, _plain(step))
        if type(value) is dict and key in value:  # markup is a dict, too
            return value
    return None


def _body(view: AnswerView) -> Value:
    try:
        found = view.json()
        return view.value() if found is None else found
    except UndecodableError:
        return None


def _below(value: Value, step: str) -> Value:
    if type(value) is dict:
        return value.get(step)
    if isinstance(value, tuple) and step.isdecimal() and len(step) < 10 and int(step) < len(value):  # noqa: PLR2004
        return value[int(step)]
    if step == JSON_STEP and isinstance(value, str):
        found = read_json_pair(value, value)
        return None if found is None else found[0]
    return None


def _plain(step: str) -> str:
    """A key as the object has it (RFC 6901 4)."""
    return step.replace("~1", "/").replace("~0", "~")
