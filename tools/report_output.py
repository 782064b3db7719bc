"""A report or the result of a gate in a chosen format: to standard output or to a file."""

from functools import partial
from pathlib import Path

from crossfade.reports.formats import Lead, find_format
from crossfade.reports.gate import GateResult
from crossfade.reports.report import Report
from crossfade.tools.output import emit, rendered, save


def show_report(report: Report, form: str, output: Path | None, lead: Lead | None = None) -> None:
    """Writes the report to a file that a person named, or shows it."""
    found = find_format(form)
    if output is None and found.draw is not None:
        emit(rendered(partial(found.draw, report, lead)))
    else:
        _write(found.render(report, lead), output)


def shows_report(form: str) -> bool:
    """Whether a gate in this format shows the whole report."""
    return find_format(form).gate is None


def show_gate(report: Report, result: GateResult, form: str, output: Path | None) -> None:
    """Writes the result of a gate to a file that a person named, or shows it."""
    found = find_format(form)
    if found.gate is None:
        show_report(report, form, output)
    else:
        _write(found.gate(report, result), output)


def _write(text: str, output: Path | None) -> None:
    if output is None:
        emit(text.rstrip("\n"))
    else:
        save(text, output, "--output")
