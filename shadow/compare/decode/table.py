"""Comma- and tab-separated text as rows: cells by the name of their column where a line of names stands on top."""

import re
from collections.abc import Iterable, Iterator

from crossfade.shadow.compare.decode.cells import TABS, Grid, NoCellsError, content, is_quoted_without_need, read_cells
from crossfade.shadow.compare.decode.lines import Lines, line_end
from crossfade.shadow.compare.decode.texts import Text
from crossfade.shadow.exchange.difference import Value

SPELLING, COMMENTS, COLUMNS, ROWS = "spelling", "comments", "columns", "rows"
LINE_ENDS, LAST_LINE, DELIMITER, QUOTED = "line ends", "last line", "delimiter", "quoted without need"
_NAME = re.compile(r"#?[^\W\d][\w .:/()%$€#-]{0,99}")
_UNLIKE_NAMES = re.compile(r".*\d.*|true|false|yes|no|null|(?:\"\")?", re.IGNORECASE | re.DOTALL)
_IN_SNAKE_CASE = re.compile(r"[A-Za-z]+(?:_[A-Za-z0-9]+)+")


class Table(dict[str, Value]):
    """``rows``, each an object by column; ``columns``, the names on top or none; ``comments`` before them.

    ``spelling`` is what readers of cells don't see: line ends, the delimiter, quotes that are not needed.
    """

    @property
    def rows(self) -> tuple[Value, ...]:
        """The rows behind the names."""
        return _tuple(self.get(ROWS))

    @property
    def columns(self) -> tuple[Value, ...]:
        """The names on top; () where there are none."""
        return _tuple(self.get(COLUMNS))

    @property
    def comments(self) -> tuple[Value, ...]:
        """The lines before it."""
        return _tuple(self.get(COMMENTS, Lines()))

    @property
    def spelling(self) -> dict[str, Value]:
        """How it is written, beside what stands in it."""
        found = self.get(SPELLING)
        return found if isinstance(found, dict) else {}

    @property
    def titles(self) -> dict[str, str]:
        """What stands on top of each column, by the name that cells have; it may be the first value."""
        first = self.rows[0] if self.rows else {}
        if self.columns or not isinstance(first, dict):
            return {str(name): str(name) for name in self.columns}
        return {name: str(cell) for name, cell in first.items()}


def read_table(text: str, delimiters: tuple[str, ...], *, has_names: bool | None = None) -> Table | None:
    """The table that a text is; None where readers read different ones. ``has_names`` where the type says it.

    A first line is one of names where these are different and look so, and all values below one of them do not.
    """
    try:
        grid = read_cells(text.removeprefix("\ufeff"), delimiters)
    except NoCellsError:
        return None
    rows = list(grid.rows) if delimiters == TABS else [tuple(map(_value, row)) for row in grid.rows]
    named = _are_names(rows) if has_names is None else has_names and _are_distinct(rows[0])
    lines = Lines(map(Text, grid.comments.split(line_end(grid.comments))[:-1]))
    return _table(rows, named=named, comments=lines, spelling=_spelling(grid))


def with_same_top(ours: Table, theirs: Table) -> tuple[Table, Table]:
    """Two tables that both have names on top, or neither: those of one side may be the other's first row."""
    if bool(ours.columns) == bool(theirs.columns):
        return ours, theirs
    named, other = (ours, theirs) if ours.columns else (theirs, ours)
    if tuple(other.titles.values()) == named.columns:
        other = _named(other)
    else:
        named = _unnamed(named)
    return (named, other) if ours.columns else (other, named)


def column(index: int) -> str:
    """The name of a column that has none, counted from 1."""
    return f"column[{index + 1}]"


def is_counted(name: str) -> bool:
    """Whether a column has no name: it stands behind all names, or there are none."""
    return name.startswith("column[")


def _table(rows: list[tuple[str, ...]], *, named: bool, comments: Lines, spelling: Value) -> Table:
    names = rows[0] if named else ()
    cells = rows[1:] if named else rows
    found: tuple[Value, ...] = tuple(_row(names, row) if row != ("",) else {} for row in cells)
    return Table({SPELLING: spelling, COMMENTS: comments, COLUMNS: names, ROWS: found})


def _row(names: tuple[str, ...], cells: tuple[Value, ...]) -> dict[str, Value]:
    return {names[index] if index < len(names) else column(index): cell for index, cell in enumerate(cells)}


def _named(table: Table) -> Table:
    names = tuple(table.titles.values())
    return Table({**table, COLUMNS: names, ROWS: tuple(_renamed(table.rows[1:], names))})


def _unnamed(table: Table) -> Table:
    return Table({**table, COLUMNS: (), ROWS: (_row((), table.columns), *_renamed(table.rows, ()))})


def _renamed(rows: Iterable[Value], names: tuple[str, ...]) -> Iterator[Value]:
    for row in rows:
        yield _row(names, tuple(row.values())) if isinstance(row, dict) else row


def _are_names(rows: list[tuple[str, ...]]) -> bool:
    names, values = rows[0], [row for row in rows[1:] if len(row) == len(rows[0])]
    if not _are_distinct(names) or not all(map(_NAME.fullmatch, names)):
        return False
    if any(map(_IN_SNAKE_CASE.fullmatch, names)):
        return True
    columns = zip(*values, strict=True)
    return any(all(map(_UNLIKE_NAMES.fullmatch, cells)) for cells in columns)


def _value(cell: str) -> str:
    """What a cell holds; where that is nothing but quotes, as written: ``""`` is a text, no cell at all may be null."""
    held = content(cell)
    return held if held.strip('"') else cell


def _are_distinct(names: tuple[str, ...]) -> bool:
    return len(set(names)) == len(names) and "" not in names


def _spelling(grid: Grid) -> Value:
    needless = {
        index
        for row in grid.rows
        for index, cell in enumerate(row)
        if cell[:1] == '"' and is_quoted_without_need(cell, grid.delimiter)
    }
    ends_of_comments = line_end(grid.comments) if grid.comments else grid.line_end
    return {
        LINE_ENDS: grid.line_end if ends_of_comments == grid.line_end else f"{ends_of_comments}, {grid.line_end}",
        DELIMITER: grid.delimiter,
        QUOTED: " ".join(column(index) for index in sorted(needless)),
        LAST_LINE: "ended" if grid.is_ended else "open",
    }


def _tuple(value: Value) -> tuple[Value, ...]:
    return value if isinstance(value, tuple) else ()
