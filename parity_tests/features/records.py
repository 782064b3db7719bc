"""One thing that a call exercises."""

from dataclasses import dataclass
from enum import StrEnum


class Direction(StrEnum):
    """Who sent the value; ``ORDER`` is of no message: which call follows which."""

    REQUEST = "request"
    ANSWER = "answer"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class Feature:
    """A value of this class stood at this place. ``route`` is ``RouteInfo.key``.

    ``path`` is a template as differences have it (``body/items/*/price``, ``message.items[*].price``, ``status``), in
    requests also ``query/NAME`` and ``path/{NAME}``.
    """

    route: str
    direction: Direction
    path: str
    value_class: str


Classed = tuple[str, str]
"""The template of a place, and the class of a value that stood there."""

ABSENT = "absent"
OBJECT = "object"
WORD = "="
"""Begins the class of a value that is one of a few: ``=PENDING``."""


def word(text: str) -> str:
    """The class of a value that is one of a few."""
    return f"{WORD}{text}"
