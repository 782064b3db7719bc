"""How far a message is looked into, and the names of its places: the templates of the differ. Pure."""

from functools import lru_cache

from crossfade.shadow.compare.diff import Place

MAX_VALUES = 20_000
"""Values of one message that are looked at."""
MAX_ELEMENTS = 1_000
"""Elements of one list that are looked at."""
MAX_BYTES = 4 * 2**20
"""A longer body is not looked into."""
_MOST_KEPT = 65_536


@lru_cache(_MOST_KEPT)
def member(template: str, name: str) -> str:
    """The template of a member of a JSON object."""
    return Place(template, template).key(name).template


def element(template: str) -> str:
    """The template of the elements of a JSON list."""
    return f"{template}/*"
