"""Text for a terminal: visible, never markup."""

from collections.abc import Iterable

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from crossfade.reports.visible import visible

INDENT = 2
"""Blanks before what belongs to the line above."""


def text(told: str, style: str = "") -> Text:
    """Visible text; our own line break at its beginning is kept."""
    body = told.removeprefix("\n")
    return Text("\n" * (len(told) - len(body)) + visible(body), style=style)


def indented(rows: Iterable[tuple[str, ...]]) -> Padding:
    """Columns, the first one dim, so that a long text in the last one folds under itself."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    for at, row in enumerate(rows):
        if not at:
            for column in range(len(row)):
                grid.add_column(style="" if column else "dim", overflow="fold")
        grid.add_row(*map(text, row))
    return Padding(grid, (0, 0, 0, INDENT))
