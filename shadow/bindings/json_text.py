"""JSON with some of its texts and numbers replaced, and every other byte as it was. Pure.

Order, repeated keys, spaces, escapes and the way numbers are written stay; several texts may follow each other.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from crossfade.shadow.bindings.forms import Bare, Quoted
from crossfade.shadow.bindings.names import ANY
from crossfade.shadow.bindings.shapes import MAX_TOKEN_CHARS
from crossfade.shadow.compare.diff.paths import looks_like_value

NamedChange = Callable[[str, tuple[str, ...]], str | None]
"""What is to stand instead of a text below these names; None where that stays."""

_PIECE = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|-?\d[0-9.eE+-]*+|[\[\]{}:,]', re.DOTALL)
_INTEGER = re.compile(r"-?(?:0|[1-9]\d{0,30})")
_MAX_DEPTH = 200
_MAX_STRING = 6 * MAX_TOKEN_CHARS  # each character may be an escape


@dataclass(slots=True)
class _Container:
    """An open object or list, the names that lead to it, and the member that is being read."""

    names: tuple[str, ...]
    is_object: bool
    at_key: bool
    key: str = field(default="")

    def below(self) -> tuple[str, ...]:
        return (*self.names, self.key if self.is_object else ANY)


def rewrite_json(text: str, change: NamedChange) -> str:
    """The text with what ``change`` replaces; the very same where that is nothing, or where it is nested too deep.

    Keys that are data are values of their object, under the name ``*``. A number becomes a number where it can.
    """
    parts: list[str] = []
    at = 0
    for start, end, changed in _replacements(text, change):
        parts += (text[at:start], changed)
        at = end
    return "".join((*parts, text[at:])) if parts else text


def _replacements(text: str, change: NamedChange) -> Iterator[tuple[int, int, str]]:
    stack = [_Container((), is_object=False, at_key=False)]
    for match in _PIECE.finditer(text):
        piece = match[0]
        inside = stack[-1]
        first = piece[0]
        if first in "{[":
            if len(stack) > _MAX_DEPTH:
                return
            below = inside.below() if len(stack) > 1 else ()
            stack.append(_Container(below, is_object=first == "{", at_key=first == "{"))
        elif first in "}]":
            if len(stack) > 1:
                stack.pop()
        elif first == ":":
            inside.at_key = False
        elif first == ",":
            inside.at_key = inside.is_object
        else:
            changed = _changed(piece, inside, change)
            if changed is not None:
                yield match.start(), match.end(), changed


def _changed(piece: str, inside: _Container, change: NamedChange) -> str | None:
    if piece[0] != '"':
        return _number(piece, inside, change) if _INTEGER.fullmatch(piece) else None
    if len(piece) > _MAX_STRING:
        return None
    plain = _plain(piece)
    if plain is None:
        return None
    if inside.at_key:
        inside.key = ANY if looks_like_value(plain) else plain
        if inside.key != ANY:
            return None
    changed = change(plain, inside.below())
    return None if changed is None or (changed == plain and not isinstance(changed, Bare)) else _written(changed, piece)


def _number(piece: str, inside: _Container, change: NamedChange) -> str | None:
    changed = change(piece, inside.below())
    if isinstance(changed, Quoted):
        return json.dumps(changed)
    if changed is None or changed == piece:
        return None
    return changed if _INTEGER.fullmatch(changed) else json.dumps(changed)


def _plain(piece: str) -> str | None:
    if "\\" not in piece:
        return piece[1:-1]
    try:
        return str(json.loads(piece, strict=False))
    except ValueError:
        return None


def _written(text: str, piece: str) -> str:
    """As the text that it replaces is written: without escapes where that has none."""
    if isinstance(text, Bare):
        return text
    has_surrogate = any("\ud800" <= character <= "\udfff" for character in text)
    written = json.dumps(text, ensure_ascii=piece.isascii() or has_surrogate)
    return written.replace("/", "\\/") if "\\/" in piece else written
