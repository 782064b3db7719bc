"""Options that several commands share."""

from pathlib import Path
from typing import Any

import click

config_option = click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path),
    default=Path("crossfade.toml"),
    show_default=True,
    help="The service's config file.",
)
run_option = click.option("--run", "run_id", default=None, help="The id of a run.  [default: the newest]")


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
    type=click.Choice(["terminal", "json", "html"]),
    callback=_form,
    help="Output format.  [default: terminal]",
)
json_option = click.option(
    "--json", is_flag=True, is_eager=True, expose_value=False, callback=_keep, help="The same as --format json."
)
