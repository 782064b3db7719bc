"""Reads the values of a line; an error names the place of the value. Pure."""

import base64
import re
from collections.abc import Callable
from typing import Any, TypeVar

from crossfade.shadow.exchange import Headers

T = TypeVar("T")
MAX_COUNT = 1_000_000_000
"""A larger figure in one line is no count of requests."""
_MAX_MS = 1e12
_HASH = re.compile(r"[0-9a-f]{16}")
_NAME = re.compile(r"[0-9a-z_.-]{1,200}")  # grpc/doc/PROTOCOL-HTTP2.md: Header-Name
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_NOT_IN_NAME = re.compile(r"[^0-9a-z_.-]")
_NOT_IN_VALUE = re.compile(r"[^\t\x20-\x7e\x80-\xff]")
_NAME_CHARS = 200
_TEXT_CHARS = 200
_TYPES = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "nothing"}


class FieldError(Exception):
    """``place: expected X, got Y``; holds no value of the line."""


def wrong(place: str, expected: str, got: object) -> FieldError:
    """The error for a value; only its type is told."""
    return FieldError(f"{place}: expected {expected}, got {_TYPES.get(type(got), 'another value')}")


def table(value: object, place: str) -> dict[str, Any]:
    """A JSON object. Raises: FieldError."""
    if not isinstance(value, dict):
        raise wrong(place, "an object", value)
    return value


def items(value: object, place: str, read: Callable[[object, str], T]) -> tuple[T, ...]:
    """A JSON list of which each value is read. Raises: FieldError."""
    if not isinstance(value, list):
        raise wrong(place, "a list", value)
    return tuple(read(item, place) for item in value)


def count(value: object, place: str) -> int:
    """A whole number of requests. Raises: FieldError."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_COUNT:
        raise wrong(place, f"a whole number from 0 to {MAX_COUNT}", value)
    return value


def milliseconds(value: object, place: str) -> float:
    """A duration. Raises: FieldError."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= _MAX_MS:
        raise wrong(place, "milliseconds", value)
    return float(value)


def flag(value: object, place: str) -> bool:
    """True or false. Raises: FieldError."""
    if not isinstance(value, bool):
        raise wrong(place, "true or false", value)
    return value


def text(value: object, place: str) -> str:
    """Any text. Raises: FieldError."""
    if not isinstance(value, str):
        raise wrong(place, "a text", value)
    return value


def name(value: object, place: str) -> str:
    """A text that may stand in a log: printable, and short. Raises: FieldError."""
    found = text(value, place)
    if not found or len(found) > _TEXT_CHARS or not found.isprintable():
        raise FieldError(f"{place}: expected a printable text of 1 to {_TEXT_CHARS} characters, got another one")
    return found


def request_hash(value: object, place: str) -> int:
    """Eight bytes as 16 hex digits. Raises: FieldError."""
    if not isinstance(value, str) or not _HASH.fullmatch(value):
        raise wrong(place, "16 hex digits in lower case", value)
    return int(value, 16)


def data(value: object, place: str) -> bytes:
    """Bytes as base64. Raises: FieldError."""
    try:
        return base64.b64decode(text(value, place), validate=True)
    except ValueError:  # binascii.Error is one; so is a text that is not ASCII
        raise FieldError(f"{place}: expected base64, got another text") from None


def metadata(value: object, place: str) -> Headers:
    """Fields as a list of [name, value]. Raises: FieldError: also where they are none that gRPC can carry."""
    return items(value, place, _field)


def request_metadata(value: object, place: str) -> Headers:
    """Fields of a request, in which what gRPC can't carry is replaced. Raises: FieldError: they are no fields.

    A caller may send any bytes, and a Java service reads some as U+FFFD; the two answers are worth comparing still.
    """
    return items(value, place, _request_field)


def _request_field(value: object, place: str) -> tuple[str, str]:
    key, content = _texts(value, place)
    return _NOT_IN_NAME.sub("_", key.lower())[:_NAME_CHARS] or "_", _NOT_IN_VALUE.sub("?", content)


def _field(value: object, place: str) -> tuple[str, str]:
    key, content = _texts(value, place)
    if not _NAME.fullmatch(key) or not _VALUE.fullmatch(content):
        raise FieldError(f"{place}: expected names and values of gRPC metadata, got others")
    return key, content


def _texts(value: object, place: str) -> tuple[str, str]:
    if not isinstance(value, list) or [type(part) for part in value] != [str, str]:
        raise wrong(place, "[name, value]", value)
    return value[0], value[1]
