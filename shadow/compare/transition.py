"""From what to what a difference leads, where the values come from a closed set: ``404 -> 401``. Pure."""

import re
from collections.abc import Callable

from crossfade.shadow.compare.answers import STATUS_PLACES
from crossfade.shadow.compare.diff.equality import family
from crossfade.shadow.exchange.difference import Difference, Kind, Value

Shows = Callable[[Difference, str], bool]
"""Whether a word that stands at the place of a difference may be told to whoever reads evidence."""

_STATUSES = STATUS_PLACES | {"status.http"}
_MOST_CHARS = 40
_WORD = re.compile(r"[A-Za-z]+(?:[_-]?[0-9]{1,4}(?![0-9])|[_-][A-Za-z]+)*", re.ASCII)
"""Names of enums, codes and modes; an id or a number is none."""
_TYPES = {"str": "string", "int": "integer"}
_ARROW = " -> "
_ERROR = 400  # RFC 9110 15: from here on a status is an error
_OK = "OK"


def shows_nothing(difference: Difference, word: str) -> bool:
    """Tells no word: where it is not known which of them are secret."""
    del difference, word
    return False


def transition(difference: Difference, shows: Shows) -> str:
    """The transition of a difference, "" where it has none.

    Statuses, bools and types (``null -> string``) always have one. Texts have one where both are words and ``shows``
    allows both: a word may be a person's name as well as an enum's.
    """
    legacy, candidate = difference.legacy, difference.candidate
    match difference.kind:
        case Kind.TYPE:
            names = _type_name(legacy), _type_name(candidate)
            return _told(*names) if names[0] != names[1] else ""
        case Kind.VALUE | Kind.FORMAT if difference.template in _STATUSES:
            return _told(str(legacy), str(candidate))
        case Kind.VALUE | Kind.FORMAT:
            names = _name(difference, legacy, shows), _name(difference, candidate, shows)
            return _told(*names) if all(names) else ""
        case _:
            return ""


def changes_all(transition: str) -> bool:
    """Whether this transition of a status explains that all else differs.

    So it is where one side gives an error, or they are of other classes.
    """
    legacy, arrow, candidate = transition.partition(_ARROW)
    if not arrow:
        return False
    ours, theirs = _class(legacy), _class(candidate)
    return ours != theirs or ours >= _ERROR


def _class(status: str) -> int:
    """The class of an HTTP status, 200 or 404's 400; of a gRPC code 200 for OK, else 400."""
    if status.isdecimal():
        return int(status) // 100 * 100
    return 200 if status == _OK else _ERROR


def _told(legacy: str, candidate: str) -> str:
    return f"{legacy}{_ARROW}{candidate}"


def _type_name(value: Value) -> str:
    name = family(value)
    return _TYPES.get(name, name)


def _name(difference: Difference, value: Value, shows: Shows) -> str:
    """A bool or a word as it is told; "" for any other value."""
    if isinstance(value, bool):
        return str(value).lower()
    is_word = isinstance(value, str) and len(value) <= _MOST_CHARS and _WORD.fullmatch(value) is not None
    return str(value) if is_word and shows(difference, str(value)) else ""
