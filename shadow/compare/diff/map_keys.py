"""JSON objects that are maps though their keys look like names: ``{"alice": 1, "bob": 2}``. Pure.

One answer does not show it: an object with many fields looks the same. But a map has other keys in other answers. So
the keys of an object at which answers differ are remembered, and when there are many, of which the answer at hand has
few, they are data: from then on they are ``*`` in templates.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from crossfade.shadow.exchange.difference import Difference, Value

MOST_NAMES = 20
"""So many keys of one object are taken for names in any case."""
MOST_FIELDS = 64
"""No object has so many different fields at which it differs, even where each answer has all of them."""
MOST_OBJECTS = 1024
"""So many objects of all routes are remembered; those that were not seen for the longest time are forgotten."""
_FEW = 3  # a part of the keys
_ROOT = "body"


@dataclass(slots=True)
class _Keys:
    """The keys of one object at which answers differed; ``is_map`` once they were found to be data."""

    found: set[str] = field(default_factory=set)
    is_map: bool = False


class MapKeys:
    """What differences have shown of the objects of each route, at bounded cost."""

    def __init__(self) -> None:
        self._objects: OrderedDict[tuple[str, str], _Keys] = OrderedDict()

    def renamed(self, route: str, difference: Difference, bodies: Iterable[Callable[[], Value]]) -> Difference:
        """The difference with ``*`` for each key that is known to be data, after what it shows was learnt.

        ``bodies`` give the decoded bodies in which its path may lie; they are called where a decision is due.
        """
        template = difference.template
        if not template.startswith(f"{_ROOT}/"):
            return difference
        names, steps = template.split("/"), difference.path.split("/")
        if len(names) != len(steps):
            return difference
        parent = names[0]
        for at in range(1, len(names)):
            if names[at] != "*" and self._is_map(route, parent, steps[: at + 1], bodies):
                names[at] = "*"
            parent = f"{parent}/{names[at]}"
        return difference if parent == template else replace(difference, template=parent)

    def _is_map(self, route: str, parent: str, steps: list[str], bodies: Iterable[Callable[[], Value]]) -> bool:
        keys = self._objects.setdefault((route, parent), _Keys())
        self._objects.move_to_end((route, parent))
        while len(self._objects) > MOST_OBJECTS:
            self._objects.popitem(last=False)
        key = _plain(steps[-1])
        if keys.is_map or key in keys.found:
            return keys.is_map
        keys.found.add(key)
        if len(keys.found) > MOST_NAMES:
            here = _object_at(steps[1:-1], key, bodies)
            keys.is_map = here is not None and _are_data(keys.found, here)
            if keys.is_map or len(keys.found) > MOST_FIELDS:
                keys.found.clear()
        return keys.is_map


def _are_data(known: set[str], here: dict[str, Value]) -> bool:
    return len(known) > MOST_FIELDS or _FEW * sum(key in here for key in known) < len(known)


def _object_at(steps: list[str], key: str, bodies: Iterable[Callable[[], Value]]) -> dict[str, Value] | None:
    """The JSON object at this path, of the first body that has it with the key."""
    for body in bodies:
        value = body()
        for step in steps:
            value = _below(value, _plain(step))
        if type(value) is dict and key in value:  # markup is a dict, too
            return value
    return None


def _below(value: Value, step: str) -> Value:
    if type(value) is dict:
        return value.get(step)
    if isinstance(value, tuple) and step.isdecimal() and len(step) < 10 and int(step) < len(value):  # noqa: PLR2004
        return value[int(step)]
    return None


def _plain(step: str) -> str:
    """A key as the object has it (RFC 6901 4)."""
    return step.replace("~1", "/").replace("~0", "~")
