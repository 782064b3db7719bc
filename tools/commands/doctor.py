"""crossfade doctor."""

import dataclasses
import json
from functools import partial

import click
from rich.console import Console
from rich.table import Table

from crossfade.tools.doctor import Check, examine
from crossfade.tools.errors import ExitCode
from crossfade.tools.output import emit, rendered


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(*, as_json: bool) -> None:
    """Show what is missing on this machine and how to install it.

    Exits 4 if something is missing that crossfade itself needs. What only the demo and `crossfade generate` need is
    listed separately, and does not change the exit code.

    \b
    Example:
      crossfade doctor
    """
    checks = examine()
    emit(json.dumps([dataclasses.asdict(check) for check in checks], indent=2) if as_json else _text(checks))
    if not all(check.ok for check in checks if not check.only_for_demo):
        raise SystemExit(ExitCode.INFRASTRUCTURE)


def _text(checks: tuple[Check, ...]) -> str:
    own = [check for check in checks if not check.only_for_demo]
    demo = [check for check in checks if check.only_for_demo]
    return rendered(partial(_draw, own)) + "\n\nonly for the demo and generate\n" + rendered(partial(_draw, demo))


def _draw(checks: list[Check], console: Console) -> None:
    table = Table("", "what", "found", "needed for", box=None)
    for check in checks:
        mark = "[green]ok[/]" if check.ok else "[red]old[/]" if check.found else "[red]missing[/]"
        table.add_row(mark, check.name, check.found or "-", check.needed_for)
    console.print(table)
    for check in checks:
        if text := check.note if check.ok else check.fix:
            console.print(f"{check.name}: {text}", markup=False, highlight=False, soft_wrap=True)
