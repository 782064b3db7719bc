"""Values as one line of text for a person."""

import json
from collections.abc import Iterator
from decimal import Decimal
from html import escape

from crossfade.shadow.compare.decode.markup import ATTRIBUTE, COMMENT, DOCTYPE, INSTRUCTION, Element, local_name
from crossfade.shadow.exchange.difference import Deep, Difference, Kind, Value

ABSENT = "(absent)"
"""What a side does not have at all, where null is a value."""


def render(value: Value, limit_chars: int = 200) -> str:
    """A value as JSON-like text on one line: texts quoted, decimals exact, bytes as hex; … stands where it is cut.

    Elements are shown as XML. The text can be encoded as UTF-8: lone surrogates are escaped. The work is bounded by the
    limit, not by the value.
    """
    text = ""
    for part in _parts(value, limit_chars):
        text += part
        if len(text) > limit_chars:
            return f"{text[:limit_chars]}…"
    return text


def render_sides(difference: Difference) -> tuple[str, str]:
    """Both values of a difference, the one that is not there as ``(absent)``."""
    legacy, candidate = render(difference.legacy), render(difference.candidate)
    return ABSENT if difference.kind is Kind.ADDED else legacy, ABSENT if difference.kind is Kind.MISSING else candidate


def _parts(value: Value, limit_chars: int) -> Iterator[str]:
    match value:
        case Element():
            yield from _markup(value, limit_chars)
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
        case Deep():
            yield value[: limit_chars + 1]
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


def _markup(element: Element, limit_chars: int) -> Iterator[str]:
    name = local_name(element.name)
    match name:
        case "":
            yield from _inside(element, limit_chars)
        case _ if name == COMMENT:
            yield from ("<!--", *_inside(element, limit_chars), "-->")
        case _ if name == INSTRUCTION:
            yield from ("<?", *_inside(element, limit_chars), "?>")
        case _ if name == DOCTYPE:
            yield from ("<!DOCTYPE ", *_inside(element, limit_chars), ">")
        case _:
            yield f"<{name}"
            for key, value in element.attributes.items():
                yield f' {local_name(key.removeprefix(ATTRIBUTE))}="{_escaped(str(value), limit_chars)}"'
            yield ">"
            yield from _inside(element, limit_chars)
            yield f"</{name}>"


def _inside(element: Element, limit_chars: int) -> Iterator[str]:
    for child in element.children:
        if isinstance(child, str):
            yield _escaped(child, limit_chars)
        else:
            yield from _parts(child, limit_chars)


def _escaped(text: str, limit_chars: int) -> str:
    cut = escape(" ".join(text[: limit_chars + 1].split("\n")))
    return cut.encode("utf-8", "backslashreplace").decode("utf-8")
