"""crossfade status."""

from pathlib import Path

import click

from crossfade.codegen.hazards import find_handlers
from crossfade.tools import hazard_list
from crossfade.tools.burn_down import contract_of, read_burn_down, to_json, to_text
from crossfade.tools.options import config_option
from crossfade.tools.output import emit


@click.command()
@click.option("--project", type=click.Path(path_type=Path), required=True, help="The folder of crossfade generate.")
@click.option("--modes", type=click.Path(path_type=Path), help="The modes file; default: modes.properties in there.")
@click.option("--legacy-source", type=click.Path(path_type=Path), help="Count hazards in the Python service itself.")
@click.option("--hazards", "rpc", help="List all hazards behind one RPC, as Service/Method; needs --legacy-source.")
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a program.")
@click.pass_context
def status(  # noqa: PLR0913 - one for each option
    ctx: click.Context,
    *,
    project: Path,
    modes: Path | None,
    legacy_source: Path | None,
    rpc: str | None,
    config_path: Path,
    as_json: bool,
) -> None:
    """Say how far the port of each RPC is: whether its handler is written, its mode, open hazards, the evidence.

    A hazard is open while its note stands in a handler that is not written; in one that is, a note is only a comment.
    With --legacy-source those that the Python code has now are counted instead. A stub has at most 20 of them;
    --hazards lists all behind one RPC, the most telling first. Evidence is that of the newest run in the store of the
    config, where there is one.

    \b
    Example:
      crossfade status --project java --config crossfade.toml
      crossfade status --project java --legacy-source app --hazards Users/Get
    """
    if rpc is not None:
        if legacy_source is None:
            raise click.UsageError(
                "expected --legacy-source with --hazards, got none; name the Python service's folder"
            )
        legacy = find_handlers(legacy_source, contract_of(project))
        name = hazard_list.find_rpc(legacy, rpc)
        emit(hazard_list.to_json(legacy, name) if as_json else hazard_list.to_text(legacy, name, legacy_source))
        return
    named = ctx.get_parameter_source("config_path") is not click.core.ParameterSource.DEFAULT
    config = config_path if named or config_path.exists() else None
    rows = read_burn_down(project, modes=modes, config_path=config, legacy_source=legacy_source)
    emit(to_json(rows) if as_json else to_text(rows))
