"""JSON without loss: integers of any size, decimals of the very text, duplicate keys kept."""

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any

from crossfade.shadow.compare.decode.errors import UndecodableError
from crossfade.shadow.compare.decode.names import keep_repeated
from crossfade.shadow.compare.difference import Value

MAX_DEPTH = 200
_TOO_DEEP = f"expected JSON nested at most {MAX_DEPTH} deep"
_INTEGER_DIGITS = 4000  # below sys.get_int_max_str_digits
_OPENING = re.compile(r"[\[{]")


def decode_json(text: str) -> Value:
    """The value of a JSON text.

    A number with a fraction or an exponent, and -0, is a Decimal; NaN and Infinity, which Python writes and JSON
    forbids, are floats; the second ``key`` of one object is named ``key#2`` (see ``keep_repeated``). A byte order mark
    at the start is not part of the value (RFC 8259 8.1).
    Raises: UndecodableError: not JSON, something behind the value, nested deeper than 200.
    """
    text = text.removeprefix("\ufeff")
    try:
        value = json.loads(
            text, parse_float=_decimal, parse_int=_integer, parse_constant=float, object_pairs_hook=_object
        )
    except RecursionError:
        raise UndecodableError(_TOO_DEEP) from None
    except ValueError as error:
        raise UndecodableError(f"expected JSON, got {_reason(error)}") from None
    if len(_OPENING.findall(text)) > MAX_DEPTH:
        _check_depth(value)
    return _frozen(value)


def _reason(error: ValueError) -> str:
    """What json says, which holds no payload: a message and a place."""
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


def _check_depth(value: object) -> None:
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [child for item in level for child in _children(item)]
        if not level:
            return
    raise UndecodableError(_TOO_DEEP)


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
