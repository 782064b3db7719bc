"""crossfade status."""

from pathlib import Path

import click

from crossfade.codegen.hazards import find_handlers
from crossfade.tools import hazard_list
from crossfade.tools.burn_down import contract_of, read_burn_down, to_json, to_text
from crossfade.tools.options import config_option
from crossfade.tools.output import emit


@click.command()
@click.option(
    "--project", type=click.Path(path_type=Path), required=True, help="The folder that `crossfade generate` wrote."
)
@click.option(
    "--modes", type=click.Path(path_type=Path), help="The modes file.  [default: modes.properties in the project]"
)
@click.option(
    "--legacy-source", type=click.Path(path_type=Path), help="Folder of the Python service; count its hazards."
)
@click.option(
    "--hazards", "rpc", help="List all hazards behind one RPC, given as Service/Method; needs --legacy-source."
)
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
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
    """Show how far each RPC has been ported: its handler, its mode, open hazards and the evidence.

    A hazard is open while its note stands in an unwritten handler. With --legacy-source, the hazards that the Python
    code has now are counted instead. A stub shows at most 20 of them; --hazards lists all behind one RPC, the most
    relevant first. The evidence is that of the newest run in the config's store, if there is one.

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
