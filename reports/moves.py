"""What stands in another order, as a sentence. Pure."""

import json

from crossfade.shadow.compare.render import read_moves

_MOST_TOGETHER = 3
"""Fields of one key; an object of more of them is the element itself."""


def moves_told(legacy: str, candidate: str) -> str:
    """Both sides' texts of another order as one: ``id 7 from 3 to 0, id 9 from 5 to 1, 4 more``; "" of any other."""
    ours, theirs = read_moves(legacy), read_moves(candidate)
    if not ours or len(ours) != len(theirs):
        return ""
    told = [f"{_known_as(what)} from {one} to {two}" for (one, what), (two, _) in zip(ours, theirs, strict=True)]
    return ", ".join((*told, *_more(legacy)))


def side_told(text: str) -> str:
    """One side's text of another order on one line: ``id 7 at 3, id 9 at 5, 4 more``; any other text as it is."""
    told = [f"{_known_as(what)} at {at}" for at, what in read_moves(text)]
    return ", ".join((*told, *_more(text))) if told else text


def _more(text: str) -> tuple[str, ...]:
    last = text.rpartition("\n")[2]
    return (last,) if last.endswith(" more") else ()


def _known_as(what: str) -> str:
    """A key as its name and value; any other element as it is."""
    try:
        return _key_told(json.loads(what), "") or what
    except (ValueError, RecursionError):
        return what


def _key_told(value: object, name: str) -> str:
    if not isinstance(value, dict):
        return f"{name} {value}" if name and not isinstance(value, list) else ""
    told = [_key_told(item, f"{name}.{key}".lstrip(".")) for key, item in value.items()]
    return ", ".join(told) if all(told) and len(told) <= _MOST_TOGETHER else ""
