"""Two texts side by side, with the parts that differ marked. Pure."""

import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

from crossfade.reports.visible import visible

MAX_CHARS = 300
"""What is left of each text after its common ends is compared by characters up to here, and marked whole past it."""
_SHORT = 3  # equal characters between two changes: fewer only make confetti


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A visible piece of a text, and whether the other side lacks it."""

    text: str
    changed: bool


Parts = tuple[Part, ...]


def mark(legacy: str, candidate: str) -> tuple[Parts, Parts]:
    """Both texts in parts. If they differ but look alike, changed characters are shown by their number."""
    start = _common(legacy, candidate)
    end = _common(legacy[start:][::-1], candidate[start:][::-1])
    stops = len(legacy) - end, len(candidate) - end
    runs = [
        ("equal", legacy[:start], candidate[:start]),
        *_cleaned(_changes(legacy[start : stops[0]], candidate[start : stops[1]])),
        ("equal", legacy[stops[0] :], candidate[stops[1] :]),
    ]
    alike = _look(legacy) == _look(candidate)
    left, right = [(tag, ours) for tag, ours, _ in runs], [(tag, theirs) for tag, _, theirs in runs]
    return _parts(left, alike=alike), _parts(right, alike=alike)


def _common(left: str, right: str) -> int:
    """How many characters both begin with."""
    return next((at for at, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))


def _changes(legacy: str, candidate: str) -> list[tuple[str, str, str]]:
    if not legacy and not candidate:
        return []
    if max(len(legacy), len(candidate)) > MAX_CHARS:
        return [("replace", legacy, candidate)]
    opcodes = SequenceMatcher(None, legacy, candidate, autojunk=False).get_opcodes()
    return [(tag, legacy[a:b], candidate[c:d]) for tag, a, b, c, d in opcodes]


def _cleaned(runs: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Short equal runs become part of the change around them, and neighbours of one sort become one."""
    tags = ["equal" if tag == "equal" and len(left) >= _SHORT else "change" for tag, left, _ in runs]
    cleaned = []
    for tag, group in groupby(zip(tags, runs, strict=True), key=lambda item: item[0]):
        members = [run for _, run in group]
        cleaned.append((tag, "".join(left for _, left, _ in members), "".join(right for _, _, right in members)))
    return cleaned


def _parts(runs: list[tuple[str, str]], *, alike: bool) -> Parts:
    return tuple(
        Part(text=_numbered(text) if alike and tag != "equal" else visible(text), changed=tag != "equal")
        for tag, text in runs
        if text
    )


def _look(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _numbered(text: str) -> str:
    return "".join(
        char if char.isascii() and char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in text
    )
