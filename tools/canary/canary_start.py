"""crossfade canary start."""

import asyncio
import logging
import sys
from pathlib import Path

import click

from crossfade.shadow.config import load_config
from crossfade.tools.canary.packages import controller_packages
from crossfade.tools.canary.reaching import this_person, token_of
from crossfade.tools.errors import ExitCode
from crossfade.tools.loops import loop_factory
from crossfade.tools.options import config_option
from crossfade.tools.output import emit


@click.command()
@config_option
@click.option("--actor", help="Who starts it; written into the journal.  [default: the user of the system]")
def canary_start(config_path: Path, actor: str | None) -> None:
    """Run the controller beside `crossfade shadow`: it shifts the routes of [[canary.route]] step by step.

    It goes on where its journal ends. One controller runs at a time. Ctrl-C or SIGTERM ends it, and says what the
    candidate goes on answering, and for how long; `crossfade canary abort` gives everything back to legacy.

    \b
    Example:
      crossfade canary start --config crossfade.toml
    """
    with controller_packages():
        from crossfade.tools.canary_run import run_canary  # noqa: PLC0415 - an extra
    config = load_config(config_path)
    token = token_of(config, config_path)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(message)s")
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        result = runner.run(run_canary(config, config_path, token, actor=actor or this_person(), announce=emit))
    for line in result.left:
        emit(line)
    if result.interrupted:
        raise SystemExit(ExitCode.INTERRUPTED)
