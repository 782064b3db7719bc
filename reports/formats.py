"""The formats of a report by name. A new one is a module that ends with its ``FORMAT``, and a line in ``MODULES``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from rich.console import Console

from crossfade.reports.gate import GateResult
from crossfade.reports.report import Report

MODULES: dict[str, str] = {
    "terminal": "crossfade.reports.terminal",
    "json": "crossfade.reports.json_document",
    "html": "crossfade.reports.html",
}
"""Where each format is, in the order in which help lists them; a module is imported when its format is needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """What a command shows before a report: lines for a person, and an object under a name for a program."""

    name: str
    lines: tuple[str, ...]
    record: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """How a report is shown.

    ``render`` returns a whole file, whose name ends with ``suffix``; a format that has no place for a lead leaves it
    out. ``draw`` prints to a terminal what depends on its width and colours; without it a terminal shows the file.
    ``gate`` returns what a gate shows, of a report whose examples have no command lines; without it a gate shows the
    report.
    """

    suffix: str
    render: Callable[[Report, Lead | None], str]
    draw: Callable[[Report, Lead | None, Console], None] | None = None
    gate: Callable[[Report, GateResult], str] | None = None


def find_format(name: str) -> Format:
    """The format of this name. Raises: KeyError."""
    found: Format = import_module(MODULES[name]).FORMAT
    return found
