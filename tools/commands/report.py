"""crossfade report."""

from pathlib import Path
from typing import Any

import click

from crossfade.reports.run_list import runs_json, runs_text
from crossfade.reports.schema import SCHEMA_PATH
from crossfade.shadow.config import load_config
from crossfade.tools.evidence_view import report_of, runs_of
from crossfade.tools.options import config_option, run_option
from crossfade.tools.output import emit
from crossfade.tools.report_options import format_option, json_option, output_option
from crossfade.tools.report_output import show_report


def _print_schema(ctx: click.Context, _: click.Parameter, value: Any) -> None:  # noqa: ANN401 - click's
    if value:
        emit(SCHEMA_PATH.read_text(encoding="utf-8").rstrip("\n"))
        ctx.exit()


@click.command()
@config_option
@run_option
@format_option
@json_option
@output_option
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
        show_report(report_of(config, run_id), form, output)
    elif beside := [name for name, given in _options(run_id, output, form) if given]:
        raise click.UsageError(f"expected --list alone or with --json, got {' and '.join(beside)} too; remove it")
    else:
        runs = runs_of(config)
        emit(runs_json(runs) if form == "json" else runs_text(runs))


def _options(run_id: str | None, output: Path | None, form: str) -> tuple[tuple[str, bool], ...]:
    """What a list has no use for, and whether it was given."""
    other = form not in {"terminal", "json"}
    return ("--run", run_id is not None), ("--output", output is not None), (f"--format {form}", other)
