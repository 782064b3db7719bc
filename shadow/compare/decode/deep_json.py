"""JSON nested deeper than a value may be: read without recursion, so that any depth costs as much as its length."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from crossfade.shadow.compare.decode.errors import UndecodableError
from crossfade.shadow.compare.decode.names import keep_repeated
from crossfade.shadow.exchange.difference import Deep, Value

_PIECE = re.compile(
    r"[ \t\n\r]*(?:(?P<open>[\[{])|(?P<close>[\]}])|(?P<comma>,)|(?P<colon>:)"
    r'|(?P<text>"(?:[^"\\\x00-\x1f]|\\.)*+")'
    r"|(?P<other>-?(?:\d[\d.eE+-]*|Infinity)|true|false|null|NaN))"
)

_Rope = str | list["_Rope"]
"""Parts of a text that are joined at the end, so that nesting copies nothing."""


@dataclass(slots=True)
class _Open:
    """An object or a list that is being read; deeper than the bound its items are ropes of canonical text."""

    is_object: bool
    is_deep: bool
    items: list[Any] = field(default_factory=list)
    key: str | None = None
    has_colon: bool = False
    after_comma: bool = False


def decode_deep(text: str, max_depth: int, scalar: Callable[[str], Value]) -> Value:
    """The value of a JSON text of any depth; ``scalar`` reads a text, a number or a word.

    What lies deeper than ``max_depth`` is one ``Deep``: two of them are equal exactly where the values are the same.
    Raises: UndecodableError.
    """
    reader = _Reader(max_depth, scalar)
    for kind, piece in _pieces(text):
        reader.take(kind, piece)
    return reader.whole()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeepScalars:
    """The scalars of a ``Deep`` in their order, each with the last key before it; ``between`` is all else of it."""

    found: tuple[tuple[str, str], ...]
    between: str


def deep_scalars(deep: Deep) -> DeepScalars:
    """The scalars of a deep value as they are written: its text is canonical, so equal texts are equal values."""
    found: list[tuple[str, str]] = []
    between: list[str] = []
    name = ""
    pieces = list(_pieces(deep))
    for index, (kind, piece) in enumerate(pieces):
        if kind not in {"text", "other"}:
            between.append(piece)
        elif pieces[index + 1][0] == "colon":
            name = str(json.loads(piece))
            between.append(piece)
        else:
            found.append((name, piece))
            between.append("_")
    return DeepScalars(found=tuple(found), between="".join(between))


class _Reader:
    """Takes the pieces of a text one by one."""

    def __init__(self, max_depth: int, scalar: Callable[[str], Value]) -> None:
        self._max_depth = max_depth
        self._scalar = scalar
        # around it all: a list with one item
        self._stack = [_Open(is_object=False, is_deep=False)]

    def whole(self) -> Value:
        """The value. Raises: UndecodableError: it is not complete."""
        (outer, *rest) = self._stack
        if rest or len(outer.items) != 1 or outer.after_comma:
            raise _other_text()
        value: Value = outer.items[0]
        return value

    def take(self, kind: str, piece: str) -> None:
        """Raises: UndecodableError: it can't stand here."""
        top = self._stack[-1]
        if kind == "open":
            self._check_place(top)
            self._stack.append(_Open(is_object=piece == "{", is_deep=len(self._stack) > self._max_depth))
        elif kind == "close":
            self._close(top, piece)
        elif kind == "comma":
            self._separate(top)
        elif kind == "colon":
            if top.key is None or top.has_colon:
                raise _other_text()
            top.has_colon = True
        elif top.is_object and top.key is None:
            if kind != "text":
                raise _other_text()
            top.key = str(self._scalar(piece))
        else:
            self._check_place(top)
            value = self._scalar(piece)
            _add(top, _canonical(value) if top.is_deep else value)

    def _check_place(self, top: _Open) -> None:
        """A value may stand at first, behind a comma, or behind its key; outside of all only one."""
        behind = not top.items or top.after_comma
        if not behind or top.is_object != top.has_colon or (len(self._stack) == 1 and top.items):
            raise _other_text()

    def _separate(self, top: _Open) -> None:
        if len(self._stack) == 1 or not top.items or top.after_comma or top.key is not None:
            raise _other_text()
        top.after_comma = True

    def _close(self, top: _Open, piece: str) -> None:
        if len(self._stack) == 1 or top.after_comma or top.key is not None or top.is_object != (piece == "}"):
            raise _other_text()
        self._stack.pop()
        done = _closed(top)
        _add(self._stack[-1], Deep(_joined(done)) if top.is_deep and not self._stack[-1].is_deep else done)


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while match := _PIECE.match(text, at):
        at = match.end()
        kind = match.lastgroup or ""
        yield kind, match[kind]
    if text[at:].strip(" \t\n\r"):
        raise _other_text()


def _other_text() -> UndecodableError:
    return UndecodableError("expected JSON, got another text")


def _add(top: _Open, item: object) -> None:
    top.items.append((top.key, item) if top.is_object else item)
    top.key, top.has_colon, top.after_comma = None, False, False


def _closed(top: _Open) -> Any:  # noqa: ANN401 - a rope or a value
    if top.is_deep:
        return _deep_object(top.items) if top.is_object else _deep_list(top.items)
    return keep_repeated(top.items) if top.is_object else tuple(top.items)


def _deep_list(items: list[_Rope]) -> _Rope:
    return ["[", *(part for index, item in enumerate(items) for part in ((",", item) if index else (item,))), "]"]


def _deep_object(pairs: list[tuple[str, _Rope]]) -> _Rope:
    """Members in the order of their names, which carries no meaning."""
    members = sorted(keep_repeated(pairs).items())
    parts = (
        part for index, (key, item) in enumerate(members) for part in ("," * bool(index), json.dumps(key), ":", item)
    )
    return ["{", *parts, "}"]


def _canonical(value: Value) -> str:
    """One text for all that are the same (see ``same_scalar``): an integer has no exponent, other numbers have one."""
    if not isinstance(value, Decimal):
        return json.dumps(value)
    sign, digits, exponent = value.as_tuple()
    text = "".join(map(str, digits))
    kept = text.rstrip("0")
    scale = int(exponent) + len(text) - len(kept) if kept else 0
    return f"{'-' * sign}{kept or '0'}E{scale}"


def _joined(rope: _Rope) -> str:
    parts: list[str] = []
    waiting: list[_Rope] = [rope]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            parts.append(part)
        else:
            waiting.extend(reversed(part))
    return "".join(parts)
