"""Values as one line of text for a person."""

import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from html import escape

from crossfade.shadow.compare.decode.markup import ATTRIBUTE, COMMENT, DOCTYPE, INSTRUCTION, Element, local_name
from crossfade.shadow.exchange.difference import Deep, Difference, Kind, Move, Moves, Value

ABSENT = "(absent)"
"""What a side does not have at all, where null is a value."""
_MOVE = re.compile(r"at (\d+): (.*)", re.ASCII)
_MAX_MOVED_CHARS = 80


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
    """Both values of a difference, the one that is not there as ``(absent)``; of another order a line for each move."""
    if difference.moves is not None:
        return _moves(difference.moves, lambda move: move.ours), _moves(difference.moves, lambda move: move.theirs)
    legacy, candidate = render(difference.legacy), render(difference.candidate)
    return ABSENT if difference.kind is Kind.ADDED else legacy, ABSENT if difference.kind is Kind.MISSING else candidate


def _moves(moves: Moves, place: Callable[[Move], int]) -> str:
    more = moves.count - len(moves.first)
    lines = [f"at {place(move)}: {render(move.what, _MAX_MOVED_CHARS)}" for move in moves.first]
    return "\n".join((*lines, f"{more} more") if more else lines)


def read_moves(text: str) -> tuple[tuple[int, str], ...]:
    """Where elements stand and what they are, of one side's text of another order; () of any other text."""
    found = (_MOVE.fullmatch(line) for line in text.split("\n"))
    return tuple((int(move[1]), move[2]) for move in found if move is not None)


def each_moved(keep: Callable[[str], str], text: str) -> str:
    """A text of another order with each element as ``keep`` gives it; any other text as a whole."""
    if not read_moves(text):
        return keep(text)
    moves = ((line, _MOVE.fullmatch(line)) for line in text.split("\n"))
    return "\n".join(line if move is None else f"at {move[1]}: {keep(move[2])}" for line, move in moves)


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
