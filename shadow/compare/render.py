"""Values as one line of text for a person."""

import json
from collections.abc import Iterator
from decimal import Decimal

from crossfade.shadow.compare.difference import Value


def render(value: Value, limit_chars: int = 200) -> str:
    """A value as JSON-like text on one line: texts quoted, decimals exact, bytes as hex; … stands where it is cut.

    The text can be encoded as UTF-8: lone surrogates are escaped. The work is bounded by the limit, not by the value.
    """
    text = ""
    for part in _parts(value, limit_chars):
        text += part
        if len(text) > limit_chars:
            return f"{text[:limit_chars]}…"
    return text


def _parts(value: Value, limit_chars: int) -> Iterator[str]:
    match value:
        case dict():
            yield from _joined(
                "{", ((f"{_quoted(key, limit_chars)}: ", item) for key, item in value.items()), "}", limit_chars
            )
        case tuple():
            yield from _joined("[", (("", item) for item in value), "]", limit_chars)
        case bytes():
            yield f"{value[:limit_chars].hex()} ({len(value)} bytes)"
        case Decimal():
            yield str(value)
        case str():
            yield _quoted(value, limit_chars)
        case _:
            yield json.dumps(value)


def _joined(opening: str, items: Iterator[tuple[str, Value]], closing: str, limit_chars: int) -> Iterator[str]:
    yield opening
    for index, (name, item) in enumerate(items):
        yield f", {name}" if index else name
        yield from _parts(item, limit_chars)
    yield closing


def _quoted(text: str, limit_chars: int) -> str:
    """At least one more character than the limit of a long text, so that the cut is seen."""
    quoted = json.dumps(text[: limit_chars + 1], ensure_ascii=False)
    return quoted.encode("utf-8", "backslashreplace").decode("utf-8")
