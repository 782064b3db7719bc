"""crossfade report."""

import io
from functools import partial
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from crossfade.reports.html import to_html
from crossfade.reports.run import Report, to_json
from crossfade.reports.runs import runs_json, runs_text
from crossfade.reports.schema import SCHEMA_PATH
from crossfade.reports.terminal import print_report
from crossfade.shadow.config import load_config
from crossfade.tools.evidence_view import report_of, runs_of
from crossfade.tools.options import config_option, format_option, json_option, run_option
from crossfade.tools.output import emit, rendered, save

_RENDER = {"json": to_json, "html": to_html}
_FILE_COLUMNS = 120


def _print_schema(ctx: click.Context, _: click.Parameter, value: Any) -> None:  # noqa: ANN401 - click's
    if value:
        emit(SCHEMA_PATH.read_text(encoding="utf-8").rstrip("\n"))
        ctx.exit()


@click.command()
@config_option
@run_option
@format_option
@json_option
@click.option("--output", type=click.Path(path_type=Path), help="Write to this file instead of the terminal.")
@click.option("--list", "listed", is_flag=True, help="List the runs, newest first, instead of showing one.")
@click.option(
    "--schema",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_schema,
    help="Print the JSON Schema of the JSON report and exit.",
)
def report(config_path: Path, run_id: str | None, form: str, output: Path | None, *, listed: bool) -> None:
    """Show what was compared, where the answers differ, and why.

    \b
    Example:
      crossfade report --format html --output report.html
    """
    config = load_config(config_path)
    if not listed:
        write_report(report_of(config, run_id), form, output)
    elif beside := [
        name for name, given in (("--run", run_id), ("--output", output), ("--format html", form == "html")) if given
    ]:
        raise click.UsageError(f"expected --list alone or with --json, got {' and '.join(beside)} too; remove it")
    else:
        runs = runs_of(config)
        emit(runs_json(runs) if form == "json" else runs_text(runs))


def write_report(built: Report, form: str, output: Path | None) -> None:
    """Renders a report to a file or to standard output."""
    if output is None:
        emit(_RENDER[form](built).rstrip("\n") if form in _RENDER else rendered(partial(print_report, built)))
    else:
        save(_RENDER[form](built) if form in _RENDER else _plain(built), output, "--output")


def _plain(built: Report) -> str:
    """As in a terminal, without colours."""
    console = Console(file=io.StringIO(), width=_FILE_COLUMNS)
    with console.capture() as captured:
        print_report(built, console)
    return captured.get()
