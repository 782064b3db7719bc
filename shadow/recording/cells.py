"""Comma- and tab-separated text as it may be stored: cells are secret by what stands on top of their column. Pure."""

import re
from dataclasses import replace

from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.cells import NoCellsError, as_written, content, read_cells
from crossfade.shadow.evidence.redact import Redactor

_MARKS = re.compile(r"[,;|\t\r\n]")


def redact_cells(text: str, delimiters: tuple[str, ...], redactor: Redactor) -> str:
    """The text with secret cells replaced, and what a pattern finds in any other; the first row tops the columns.

    Raises: UndecodableError: it has no cells that all readers find, and one of its first words names a secret.
    """
    try:
        grid = read_cells(text, delimiters)
    except NoCellsError:
        if any(map(redactor.is_secret, _MARKS.split(text))):
            raise UndecodableError("expected cells under a name, got other text") from None
        return redactor.members(text)
    tops = [redactor.is_secret(content(cell)) for cell in grid.rows[0]]
    rows = (grid.rows[0], *(_row(row, tops, redactor) for row in grid.rows[1:]))
    return redactor.members(replace(grid, rows=rows).text())


def _row(row: tuple[str, ...], tops: list[bool], redactor: Redactor) -> tuple[str, ...]:
    """Of a row with another number of cells nothing shows which is the secret one."""
    secret = tops if len(row) == len(tops) else [any(tops)] * len(row)
    return tuple(_hidden(cell, redactor) if is_secret else cell for cell, is_secret in zip(row, secret, strict=True))


def _hidden(cell: str, redactor: Redactor) -> str:
    return as_written(redactor.pseudonym(content(cell)), cell)
