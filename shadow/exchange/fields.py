"""How header fields and targets are kept: one form for both sides, so that the same bytes give the same record."""

import re
from collections.abc import Iterable

from crossfade.shadow.exchange.records import Headers

CANDIDATE_HEAD_LIMIT_BYTES = 1_048_576
"""A longer head, and longer trailers, of candidate or secondary are refused.

Clients and legacy have the engine's bound, which is lower: what a side sends beyond it is a difference, no failure.
"""

CANDIDATE_HEAD_LIMIT_FIELDS = 32_768
"""So many fields are more than 64 KB can hold; each costs far more memory than its bytes."""

_FOLD = re.compile(rb"\r?\n[ \t]*")
_TEXT = ("utf-8", "surrogateescape")


def as_recorded(fields: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Fields as records hold them: no blanks around name and value, a folded value on one line (RFC 9112 5.1, 5.2)."""
    return tuple([(name.strip().decode("latin-1"), _value(value).decode("latin-1")) for name, value in fields])


def wire_text(data: bytes) -> str:
    """A method, target or authority as records hold it: UTF-8 where it is, and ``wire_bytes`` gives it back."""
    return data.decode(*_TEXT)


def wire_bytes(text: str) -> bytes:
    """What ``wire_text`` was made of."""
    return text.encode(*_TEXT)


def _value(value: bytes) -> bytes:
    return (_FOLD.sub(b" ", value) if b"\n" in value else value).strip()
