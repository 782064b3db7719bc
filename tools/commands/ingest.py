"""crossfade ingest."""

import asyncio
import logging
import sys
from pathlib import Path

import click

from crossfade.shadow.config import load_config
from crossfade.shadow.config.address import check_ingest_address
from crossfade.tools.errors import ExitCode
from crossfade.tools.ingest_run import run_ingest
from crossfade.tools.options import config_option
from crossfade.tools.output import emit


def _checked(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    try:
        return None if value is None else check_ingest_address(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.command()
@config_option
@click.option("--address", callback=_checked, help="host:port or unix:PATH; overrides [ingest] address.")
def ingest(config_path: Path, address: str | None) -> None:
    """Receive comparisons from generated Java services, and judge the answers that are not equal.

    A service in COMPARE mode calls legacy and its own handler, counts equal answers, and sends the other pairs to the
    address in CROSSFADE_INGEST. `crossfade report` and `crossfade gate` read the run like any other. Ctrl-C or SIGTERM
    reads what is on its way, commits and exits.

    \b
    Example:
      crossfade ingest --config crossfade.toml --address 127.0.0.1:7431
    """
    config = load_config(config_path)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(message)s")
    result = asyncio.run(run_ingest(config, config_path, address, announce=emit))
    emit(f"run {', '.join(result.run_ids)}: {result.entered} requests entered; next: crossfade report")
    if result.interrupted:
        raise SystemExit(ExitCode.INTERRUPTED)
