"""JSON without loss: integers of any size, decimals of the very text, duplicate keys kept."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from crossfade.shadow.compare.decode.deep_json import decode_deep
from crossfade.shadow.compare.decode.errors import UndecodableError
from crossfade.shadow.compare.decode.names import keep_repeated
from crossfade.shadow.exchange.difference import Value

MAX_DEPTH = 200
"""What lies deeper is one leaf, a ``Deep``."""
MAX_VALUES = 1_000_000
"""More are not looked at: 30 KB of gzip may hold 15 million, which take minutes and gigabytes."""
_INTEGER_DIGITS = 4000  # below sys.get_int_max_str_digits
_BEFORE_VALUES = ",[{"
_OPENING = re.compile(r"[\[{]")
_BLANKS = re.compile(r"[ \t\n\r]*")


class Documents(tuple[Value, ...]):
    """Several JSON texts that stood in one body, one after the other."""

    __slots__ = ()


def decode_json(text: str) -> Value:
    """The value of a JSON text.

    A number with a fraction or an exponent, and -0, is a Decimal; NaN and Infinity, which Python writes and JSON
    forbids, are floats; the second ``key`` of one object is named ``key#2`` (see ``keep_repeated``). A byte order mark
    at the start is not part of the value (RFC 8259 8.1). What is nested deeper than 200 is a ``Deep``.
    Raises: UndecodableError: not JSON, something behind the value, too many values.
    """
    text = text.removeprefix("\ufeff")
    _check_size(text)
    try:
        value = _DECODER.decode(text)
    except RecursionError:
        return decode_deep(text, MAX_DEPTH, _scalar)
    except ValueError as error:
        raise UndecodableError(f"expected JSON, got {_reason(error)}") from None
    if len(_OPENING.findall(text)) > MAX_DEPTH and _is_deep(value):
        return decode_deep(text, MAX_DEPTH, _scalar)
    return _frozen(value)


def _check_size(text: str) -> None:
    if sum(map(text.count, _BEFORE_VALUES)) > MAX_VALUES:
        raise UndecodableError(f"expected at most {MAX_VALUES} values, got more")


def decode_documents(text: str) -> Value:
    """As ``decode_json``; where several objects or lists follow each other, as in a watch, they are ``Documents``.

    Raises: UndecodableError.
    """
    _check_size(text)
    try:
        return decode_json(text)
    except UndecodableError:
        documents = Documents(_documents(text.removeprefix("\ufeff")))
        if len(documents) > 1:
            return documents
        raise


def _documents(text: str) -> Iterator[Value]:
    """The objects and lists of a text in which nothing else stands; none where there is anything else."""
    at, ends = 0, []
    while at < len(text):
        start = _BLANKS.match(text, at).end()  # type: ignore[union-attr] # it matches the empty text
        if start == len(text):
            break
        try:
            if text[start] not in "{[":
                return
            _, at = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            return
        ends.append((start, at))
    yield from (decode_json(text[start:end]) for start, end in ends)


def _reason(error: ValueError) -> str:
    """The message of json, which holds no payload: what and where."""
    return str(error)[:80] if isinstance(error, json.JSONDecodeError | _NumberError) else "another text"


class _NumberError(ValueError):
    """A number that can't be held."""


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent beyond decimal's own limits
        raise _NumberError("a number beyond 10 to the 10^18") from None


def _integer(text: str) -> int | Decimal:
    """int() has no -0 and refuses texts over 4300 digits; Decimal takes both exactly."""
    return Decimal(text) if text == "-0" or len(text) > _INTEGER_DIGITS else int(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs) and not any("#" in name for name in found):
        return found
    return keep_repeated(pairs)


def _is_deep(value: object) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [child for item in level for child in _children(item)]
        if not level:
            return False
    return True


def _children(item: object) -> list[object]:
    if isinstance(item, dict):
        return list(item.values())
    return item if isinstance(item, list) else []


def _frozen(value: Any) -> Value:  # noqa: ANN401 - what json gives
    if isinstance(value, list):
        return tuple(map(_frozen, value))
    if isinstance(value, dict):
        return {key: _frozen(item) for key, item in value.items()}
    return value  # type: ignore[no-any-return]


def _scalar(token: str) -> Value:
    """The value of a text, a number or a word. Raises: UndecodableError."""
    try:
        return _DECODER.decode(token)  # type: ignore[no-any-return]
    except ValueError as error:
        raise UndecodableError(f"expected JSON, got {_reason(error)}") from None


_DECODER = json.JSONDecoder(parse_float=_decimal, parse_int=_integer, parse_constant=float, object_pairs_hook=_object)
