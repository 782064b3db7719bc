"""JSON nested deeper than a value may be: read without recursion, so that any depth costs as much as its length."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NoReturn

from crossfade.shadow.compare.decode.errors import UndecodableError
from crossfade.shadow.compare.decode.names import keep_repeated
from crossfade.shadow.compare.difference import Deep, Value

_TOKEN = re.compile(
    r"[ \t\n\r]*(?:(?P<mark>[\[\]{},:])"
    r'|(?P<text>"(?:[^"\\\x00-\x1f]|\\.)*")'
    r"|(?P<other>-?(?:\d[\d.eE+-]*|Infinity)|true|false|null|NaN))"
)
_BLANKS = re.compile(r"[ \t\n\r]*")

_Rope = str | list["_Rope"]
"""Parts of a text that are joined at the end, so that nesting copies nothing."""


@dataclass(slots=True)
class _Open:
    """An object or a list that is being read; deeper than the bound its items are ropes of canonical text."""

    is_object: bool
    is_deep: bool
    items: list[Any] = field(default_factory=list)
    key: str | None = None
    after_comma: bool = False


def decode_deep(text: str, max_depth: int, scalar: Callable[[str], Value]) -> Value:
    """The value of a JSON text of any depth; ``scalar`` reads a text, a number or a word.

    What lies deeper than ``max_depth`` is one ``Deep``: two of them are equal exactly where the values are the same.
    Raises: UndecodableError.
    """
    stack: list[_Open] = []
    tokens = _tokens(text)
    for kind, token in tokens:
        top = stack[-1] if stack else None
        if kind == "mark" and token in "[{":
            _check_place(top)
            stack.append(_Open(is_object=token == "{", is_deep=len(stack) >= max_depth))
        elif kind == "mark" and token in "]}":
            stack.pop() if top is not None else _refuse()
            done = _closed(top, token)
            if not stack:
                return _whole(tokens, done)
            _add(stack[-1], done if stack[-1].is_deep else _shallow(done, top))
        elif kind == "mark":
            _separate(top, token)
        elif top is None:
            return _whole(tokens, scalar(token))
        elif top.is_object and top.key is None:
            top.key = str(scalar(token)) if kind == "text" else _refuse()
            _expect_colon(tokens)
        else:
            _check_place(top)
            value = scalar(token)
            _add(top, _canonical(value) if top.is_deep else value)
    _refuse()


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while match := _TOKEN.match(text, at):
        at = match.end()
        yield match.lastgroup or "", match[match.lastgroup or ""]
    if _BLANKS.match(text, at).end() < len(text):  # type: ignore[union-attr] # it matches the empty text
        _refuse()


def _refuse() -> NoReturn:
    raise UndecodableError("expected JSON, got another text")


def _whole(tokens: Iterator[tuple[str, str]], value: Value) -> Value:
    for _ in tokens:
        _refuse()
    return value


def _expect_colon(tokens: Iterator[tuple[str, str]]) -> None:
    if next(tokens, None) != ("mark", ":"):
        _refuse()


def _check_place(top: _Open | None) -> None:
    """Whether a value may stand here: at first, behind a comma, or behind its key."""
    if top is None:
        return
    if top.is_object != (top.key is not None) or (top.items and not top.after_comma):
        _refuse()


def _separate(top: _Open | None, token: str) -> None:
    if top is None or token != "," or not top.items or top.after_comma or top.key is not None:
        _refuse()
    top.after_comma = True


def _add(top: _Open, item: object) -> None:
    top.items.append((top.key, item) if top.is_object else item)
    top.key, top.after_comma = None, False


def _closed(top: _Open | None, token: str) -> Any:  # noqa: ANN401 - a rope or a value
    if top is None or top.after_comma or top.key is not None or top.is_object != (token == "}"):
        _refuse()
    if top.is_deep:
        return _deep_object(top.items) if top.is_object else _deep_list(top.items)
    return keep_repeated(top.items) if top.is_object else tuple(top.items)


def _shallow(done: Any, top: _Open | None) -> Value:  # noqa: ANN401 - a rope or a value
    return Deep(_joined(done)) if top is not None and top.is_deep else done  # type: ignore[no-any-return]


def _deep_list(items: list[_Rope]) -> _Rope:
    return ["[", *(part for index, item in enumerate(items) for part in ((",", item) if index else (item,))), "]"]


def _deep_object(pairs: list[tuple[str, _Rope]]) -> _Rope:
    """Members in the order of their names, which says nothing."""
    members = sorted(keep_repeated(pairs).items())
    parts = (part for index, (key, item) in enumerate(members) for part in ("," * bool(index), json.dumps(key), ":", item))
    return ["{", *parts, "}"]


def _canonical(value: Value) -> str:
    """One text for all that are the same (see ``same_scalar``): an integer has no exponent, any other number has one."""
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
