"""crossfade status."""

from pathlib import Path

import click

from crossfade.tools.burn_down import read_burn_down, to_json, to_text
from crossfade.tools.options import config_option
from crossfade.tools.output import emit


@click.command()
@click.option("--project", type=click.Path(path_type=Path), required=True, help="The folder of crossfade generate.")
@click.option("--modes", type=click.Path(path_type=Path), help="The modes file; default: modes.properties in there.")
@click.option("--legacy-source", type=click.Path(path_type=Path), help="Count hazards in the Python service itself.")
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a program.")
@click.pass_context
def status(  # noqa: PLR0913 - one for each option
    ctx: click.Context,
    *,
    project: Path,
    modes: Path | None,
    legacy_source: Path | None,
    config_path: Path,
    as_json: bool,
) -> None:
    """Say how far the port of each RPC is: whether its handler is written, its mode, open hazards, the evidence.

    A hazard is open while its note stands in a handler that is not written; in one that is, a note is only a comment.
    With --legacy-source those that the Python code has now are counted instead. Evidence is that of the newest run in
    the store of the config, where there is one.

    \b
    Example:
      crossfade status --project java --config crossfade.toml
    """
    named = ctx.get_parameter_source("config_path") is not click.core.ParameterSource.DEFAULT
    config = config_path if named or config_path.exists() else None
    rows = read_burn_down(project, modes=modes, config_path=config, legacy_source=legacy_source)
    emit(to_json(rows) if as_json else to_text(rows))
