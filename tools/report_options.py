"""Options of the commands that show a report: in which format, and where to."""

from pathlib import Path
from typing import Any

import click

from crossfade.reports.formats import MODULES


def _form(ctx: click.Context, _: click.Parameter, value: Any) -> str:  # noqa: ANN401 - click's
    """The value of --format, or json with --json; both together only if they agree."""
    if not ctx.meta.get("as_json"):
        return str(value or "terminal")
    if value not in {None, "json"}:
        raise click.UsageError(f"expected --json or --format {value}, got both; keep one")
    return "json"


def _keep(ctx: click.Context, _: click.Parameter, value: Any) -> None:  # noqa: ANN401 - click's
    ctx.meta["as_json"] = value


format_option = click.option(
    "--format",
    "form",
    type=click.Choice(list(MODULES)),
    callback=_form,
    help="Output format.  [default: terminal]",
)
json_option = click.option(
    "--json", is_flag=True, is_eager=True, expose_value=False, callback=_keep, help="The same as --format json."
)
output_option = click.option(
    "--output", type=click.Path(path_type=Path), help="Write to this file instead of the terminal."
)
