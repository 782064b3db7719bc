"""Plain text as its lines, and a line as its words."""

import re
from dataclasses import dataclass

from crossfade.shadow.compare.decode.texts import Rows, Text
from crossfade.shadow.exchange.difference import Value

_NO_LINES = ("<", "{", "[", '"', "--")
_SECTION = re.compile(r"\s*\[[A-Za-z][\w .:-]{0,100}\][ \t]*+\r?\n")  # as files of settings begin
_MAX_LINES = 100_000
_SPANS_LINES = "-----BEGIN "  # a key in PEM is one value, and is hidden as one
CRLF, LF = "\r\n", "\n"

MAX_LINE_CHARS = 65_536
"""A longer line is not taken apart."""
# A colon within a time or before // and the = that pads base64 are parts of their words; so is the comma within a
# number, but not between cells. What is random beside a mark never decides whether it is one.
_TIME_COLON = r"(?:(?<=\b\d)|(?<=\b\d\d)|(?<=T\d\d)):(?=\d\d(?!\d))"
_PLAIN = rf"[^\s,;|&?(){{}}\[\]\"'<>=:]+|{_TIME_COLON}|:(?=//)"
_PAD = r"=(?=[=\s,;|&(){}\[\]<>]|\Z)"
_THOUSANDS = r"(?:(?<=\b\d)|(?<=\b\d\d)|(?<=\b\d\d\d)),(?=\d{3}(?!\w))"
_CELL_WORD = re.compile(rf"(?:{_PLAIN})(?:{_PLAIN}|{_PAD})*")
_WORD = re.compile(rf"(?:{_PLAIN}|{_THOUSANDS})(?:{_PLAIN}|{_THOUSANDS}|{_PAD})*")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*")
_ALIKE = 3  # of so many words one is the same in two lines that are spellings of one


class Lines(tuple[Value, ...]):
    """The lines of a text, without their ends; the last one is empty where the text ends with a line end."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Word:
    """A word at its place in a line."""

    text: str
    begin: int
    end: int


def line_end(text: str) -> str:
    """CRLF where each line of a text ends so, else LF, and then a CR is part of its line."""
    count = text.count(LF)
    return CRLF if count and text.count(CRLF) == count else LF


def read_lines(text: Value) -> Lines | None:
    """The lines of a text of several; None for another value, too many, or what begins as JSON, markup or parts do.

    What names a value may stand in another line there, and a secret is known by its name.
    """
    if not isinstance(text, str) or LF not in text or _SPANS_LINES in text:
        return None
    if (text.lstrip().startswith(_NO_LINES) and not _SECTION.match(text)) or text.count(LF) > _MAX_LINES:
        return None
    return Lines(map(Rows if isinstance(text, Rows) else Text, text.split(line_end(text))))


def pair_words(legacy: str, candidate: str) -> tuple[tuple[Word, Word], ...] | None:
    """The words of two lines that differ in words alone, one by one; None where they are two lines.

    They have the same marks between as many words, and a third of these is the same or a number on both sides. Blanks
    are alike, however many.
    """
    if not _is_line(legacy) or not _is_line(candidate):
        return None
    ours, theirs = _words(legacy), _words(candidate)
    if len(ours) != len(theirs) or len(ours) < 2 or _between(legacy, ours) != _between(candidate, theirs):  # noqa: PLR2004 - a word alone is the line
        return None
    pairs = tuple(zip(ours, theirs, strict=True))
    if sum(map(_are_alike, ours, theirs)) * _ALIKE < len(pairs) or all(one.text == two.text for one, two in pairs):
        return None
    return pairs


def blanks_differ(legacy: str, candidate: str) -> bool:
    """Whether two lines of the same marks have other blanks between their words."""
    return _between(legacy, _words(legacy), exact=True) != _between(candidate, _words(candidate), exact=True)


def _is_line(text: str) -> bool:
    return len(text) <= MAX_LINE_CHARS and LF not in text and _SPANS_LINES not in text


def _are_alike(one: Word, two: Word) -> bool:
    return one.text == two.text or bool(_NUMBER.fullmatch(one.text) and _NUMBER.fullmatch(two.text))


def _words(line: str) -> list[Word]:
    pattern = _CELL_WORD if isinstance(line, Rows) else _WORD
    return [Word(match[0], match.start(), match.end()) for match in pattern.finditer(line)]


def _between(line: str, words: list[Word], *, exact: bool = False) -> list[str]:
    ends = [0, *(word.end for word in words)]
    begins = [*(word.begin for word in words), len(line)]
    marks = (line[end:begin] for end, begin in zip(ends, begins, strict=True))
    return (
        list(marks)
        if exact
        else [" ".join(mark.split()) if mark.strip() else mark[:1].replace("\t", " ") for mark in marks]
    )
