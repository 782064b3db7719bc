"""JSON that stands in a text of something else: a field whose text is an object, a script of data in a page."""

import re

from crossfade.shadow.compare.decode.errors import UndecodableError
from crossfade.shadow.compare.decode.json_text import decode_json
from crossfade.shadow.exchange.difference import Value

MAX_CHARS = 1_048_576
MAX_DEPTH = 50
"""What is longer or deeper stays a text."""
_BRACKETS = re.compile(r"[\[\]{}]")
_OUTSIDE = re.compile(r'"(?:[^"\\]|\\.)*+"|([:,])([ \t\r\n]*+)', re.DOTALL)
_ESCAPED = re.compile(r"\\u(?!00[01])[0-9A-Fa-f]{4}")


def read_json_pair(legacy: str, candidate: str) -> tuple[Value, Value] | None:
    """The values of two texts that are both a JSON object, or both a JSON list; None where they are not."""
    if legacy.lstrip()[:1] != candidate.lstrip()[:1]:
        return None
    ours = _read(legacy)
    theirs = None if ours is None else _read(candidate)
    return None if ours is None or theirs is None else (ours, theirs)


def written_alike(legacy: str, candidate: str, values: tuple[Value, Value]) -> bool:
    """Whether two JSON texts with these values are written in the same way.

    That is the blanks behind colons and commas, whether characters beyond ASCII are escaped, and the order in which
    both have their keys.
    """
    ours, theirs = _style(legacy), _style(candidate)
    shared = ours.keys() & theirs.keys()
    return all(ours[mark] == theirs[mark] for mark in shared) and _same_order(*values)


def _read(text: str) -> Value:
    if text.lstrip()[:1] not in {"{", "["} or len(text) > MAX_CHARS or _is_deep(text):
        return None
    try:
        return decode_json(text)
    except UndecodableError:
        return None


def _is_deep(text: str) -> bool:
    """By all brackets, also those in texts; a doubt is for a text."""
    depth = 0
    for match in _BRACKETS.finditer(text):
        depth += 1 if match[0] in "[{" else -1
        if depth > MAX_DEPTH:
            return True
    return False


def _style(text: str) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for mark, blanks in _OUTSIDE.findall(text):
        if mark:
            found.setdefault(mark, set()).add("line" if "\n" in blanks else blanks)
    if not text.isascii():
        found["beyond ASCII"] = {"itself"}
    elif _ESCAPED.search(text):
        found["beyond ASCII"] = {"escaped"}
    return {mark: frozenset(blanks) for mark, blanks in found.items()}


def _same_order(ours: Value, theirs: Value) -> bool:
    waiting = [(ours, theirs)]
    while waiting:
        one, two = waiting.pop()
        if isinstance(one, dict) and isinstance(two, dict):
            if [key for key in one if key in two] != [key for key in two if key in one]:
                return False
            waiting += [(one[key], two[key]) for key in one if key in two]
        elif isinstance(one, tuple) and isinstance(two, tuple):
            waiting += zip(one, two, strict=False)
    return True
