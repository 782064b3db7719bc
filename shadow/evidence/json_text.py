"""JSON with some values replaced, and every other byte as it was: number texts, order, repeated keys, spaces. Pure."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from crossfade.shadow.compare.diff.paths import looks_like_value
from crossfade.shadow.evidence.hiding import Hiding

_PIECE = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[0-9.eE+-]*|[\[\]{}:,]|[A-Za-z-]+', re.DOTALL)
_NAMING, _NAMED = frozenset({"name", "key", "field", "path"}), frozenset({"value", "values"})
"""A member that names what a later one holds, and the later one, as in RFC 6902."""
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(slots=True)
class _Container:
    """An open object or list: whether it stands under a secret name, and the member that is being read.

    ``names_secret``: one of its members names what its value is, and that is a secret.
    """

    secret: bool
    is_object: bool
    at_key: bool
    key: str = ""
    names_secret: bool = False


def redact_json(text: str, redactor: Hiding, *, secret: bool = False) -> str:
    """``text``, which is JSON or several of it, with what must not be stored replaced.

    Texts and numbers under a secret name, and all that stands below one (``secret``: below which all of it stands);
    matches of patterns in any other text, number or key. true, false and null stay.
    """
    parts: list[str] = []
    at = 0
    for start, end, hidden in _replacements(text, redactor, secret=secret):
        parts += (text[at:start], hidden)
        at = end
    return "".join((*parts, text[at:]))


def _replacements(text: str, redactor: Hiding, *, secret: bool) -> Iterator[tuple[int, int, str]]:
    stack = [_Container(secret=secret, is_object=False, at_key=False)]
    for match in _PIECE.finditer(text):
        piece = match[0]
        inside = stack[-1]
        if piece in "{[":
            stack.append(_Container(_is_secret(inside, redactor), is_object=piece == "{", at_key=piece == "{"))
        elif piece in "}]":
            stack.pop()
        elif piece == ":":
            inside.at_key = False
        elif piece == ",":
            inside.at_key = inside.is_object
        else:
            hidden = _hidden(piece, inside, redactor)
            if hidden != piece:
                yield match.start(), match.end(), hidden


def _is_secret(inside: _Container, redactor: Hiding) -> bool:
    named = inside.names_secret and inside.key in _NAMED
    return inside.secret or (inside.is_object and (named or redactor.is_secret(inside.key)))


def _hidden(piece: str, inside: _Container, redactor: Hiding) -> str:
    if piece[0] == '"':
        if inside.at_key:
            inside.key = _plain(piece)
            return _text(piece, lambda key: hide_key(key, redactor, secret=inside.secret))
        if _is_secret(inside, redactor):
            return _text(piece, redactor.pseudonym)
        inside.names_secret |= inside.key in _NAMING and redactor.is_secret(_plain(piece))
        return _text(piece, redactor.members)
    if not piece[0].isdigit() and not piece[1:2].isdigit():  # true, false, null, NaN, -Infinity
        return piece
    if _is_secret(inside, redactor) or redactor.text(piece) != piece:
        return redactor.number(piece)
    return piece


def hide_key(key: str, redactor: Hiding, *, secret: bool) -> str:
    """A key of an object or a map: what looks like a value under a secret name is one, any other may hold one."""
    return redactor.pseudonym(key) if secret and looks_like_value(key) else redactor.text(key)


def _plain(piece: str) -> str:
    return piece[1:-1] if "\\" not in piece else str(json.loads(piece))


def _text(piece: str, hide: Callable[[str], str]) -> str:
    plain = _plain(piece)
    hidden = hide(plain)
    if hidden == plain:
        return piece
    return json.dumps(hidden, ensure_ascii=piece.isascii() or bool(_SURROGATE.search(hidden)))
