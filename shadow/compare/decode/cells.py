"""The cells of comma- or tab-separated text as they are written (RFC 4180); what readers read differently has none."""

import re
from dataclasses import dataclass
from functools import cache

from crossfade.shadow.compare.decode.lines import CRLF, LF

MAX_CHARS = 4_194_304
MAX_CELLS = 500_000
COMMAS, TABS = (",", ";", "\t", "|"), ("\t",)
"""By what cells are separated where a type says comma, which often stands for another mark, and where it says tab."""
_COMMENTS = re.compile(r"(?:(?:#(?=[\s#!])[^\n]*+|#[^\n,;\t|]*+)\n|(?<=\n)\r?\n)*")
_QUOTE = '"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The rows of a text behind its ``comments``, with each cell as it is written."""

    comments: str
    rows: tuple[tuple[str, ...], ...]
    delimiter: str
    line_end: str
    is_ended: bool
    """Whether the last row has an end too."""

    def text(self) -> str:
        """The text again."""
        rows = self.line_end.join(map(self.delimiter.join, self.rows))
        return f"{self.comments}{rows}{self.line_end if self.is_ended else ''}"


class NoCellsError(Exception):
    """A text that has no cells, or of which readers find different ones."""


def read_cells(text: str, delimiters: tuple[str, ...]) -> Grid:
    """The cells between that delimiter by which all rows have the same number of at least two; else between the first.

    Quotes mean something in text that is separated by commas; a row of one cell alone is no table.
    Raises: NoCellsError: a quote within a cell or without its end, lines that end differently, no row of two cells,
    more than 4 MiB or 500,000 cells.
    """
    if len(text) > MAX_CHARS:
        raise NoCellsError
    has_quotes = delimiters != TABS and _QUOTE in text
    start = _COMMENTS.match(text).end()  # type: ignore[union-attr] # it matches the empty text
    rest = text[start:]
    line_end = CRLF if CRLF in rest else LF
    first = None
    for delimiter in delimiters:
        if rest.count(delimiter) >= MAX_CELLS or rest.count(LF) >= MAX_CELLS:
            raise NoCellsError
        rows = (_quoted if has_quotes else _plain)(rest, delimiter, line_end) if delimiter in rest else ()
        if max(map(len, rows), default=0) < 2:  # noqa: PLR2004 - lines alone are no table
            continue
        grid = Grid(
            comments=text[:start],
            rows=rows,
            delimiter=delimiter,
            line_end=line_end,
            is_ended=rest.endswith(line_end),
        )
        if len({*map(len, rows)}) == 1:
            return grid
        first = first or grid
    if first is None:
        raise NoCellsError
    return first


def content(cell: str) -> str:
    """What a cell holds whose quotes mean something."""
    return cell[1:-1].replace('""', _QUOTE) if cell.startswith(_QUOTE) else cell


def as_written(text: str, like: str) -> str:
    """The cell that holds a text, in quotes where another one is."""
    return f'"{text.replace(_QUOTE, _QUOTE * 2)}"' if like.startswith(_QUOTE) else text


def is_quoted_without_need(cell: str, delimiter: str) -> bool:
    """Whether a cell could do without its quotes."""
    return cell.startswith(_QUOTE) and not any(mark in cell[1:-1] for mark in (delimiter, _QUOTE, "\r", "\n"))


def _plain(text: str, delimiter: str, line_end: str) -> tuple[tuple[str, ...], ...]:
    """() where lines end differently."""
    if text.count(line_end) != text.count(LF) or text.count("\r") != text.count(CRLF):
        return ()
    lines = text.removesuffix(line_end).split(line_end)
    return tuple(tuple(line.split(delimiter)) for line in lines)


def _quoted(text: str, delimiter: str, line_end: str) -> tuple[tuple[str, ...], ...]:
    """() where quotes are not those of whole cells, or lines end differently."""
    rows: list[tuple[str, ...]] = []
    row: list[str] = []
    at = 0
    for match in _pattern(delimiter, line_end).finditer(text):
        if match.start() != at:
            return ()
        at = match.end()
        cell, mark = match.groups()
        if at == match.start() and rows and not row:
            break  # behind the end of the last row
        row.append(cell)
        if mark != delimiter:
            rows.append(tuple(row))
            row = []
            if not mark:
                break
    return tuple(rows) if at == len(text) else ()


@cache
def _pattern(delimiter: str, line_end: str) -> re.Pattern[str]:
    mark = re.escape(delimiter)
    return re.compile(rf'("(?:[^"]|"")*+"|[^"\r\n{mark}]*+)({mark}|{line_end}|\Z)')
