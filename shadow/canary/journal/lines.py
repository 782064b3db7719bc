"""A journal's lines as bytes, chained by their hashes. Pure."""

import hashlib

from msgspec import DecodeError, ValidationError, json

from crossfade.shadow.canary.journal.records import Body, Line


class BrokenLineError(ValueError):
    """Bytes that are no line of a journal."""


def encode(number: int, previous: str, body: Body) -> bytes:
    """One line, with its end."""
    return json.encode(Line(number=number, previous=previous, body=body)) + b"\n"


def decode(text: bytes) -> Line:
    """The line of some bytes without their end. Raises: BrokenLineError."""
    try:
        return json.decode(text, type=Line)
    except (ValidationError, DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BrokenLineError(str(error)) from None


def digest(text: bytes) -> str:
    """The hash of a line, by which the next one names it."""
    return hashlib.blake2b(text.rstrip(b"\n"), digest_size=32).hexdigest()
