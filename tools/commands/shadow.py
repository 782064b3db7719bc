"""crossfade shadow."""

import asyncio
import logging
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from crossfade.shadow.capture.engine import MakeEngine, find_engine
from crossfade.shadow.config import Config, load_config, place_of
from crossfade.shadow.errors import ShadowError
from crossfade.tools.corpus_process import summary_lines
from crossfade.tools.errors import ExitCode, fail
from crossfade.tools.loops import loop_factory
from crossfade.tools.options import config_option
from crossfade.tools.output import emit
from crossfade.tools.reach import missing_servers
from crossfade.tools.shadow_run import RecordOptions, run_shadow


@click.command()
@config_option
def shadow(config_path: Path) -> None:
    """Proxy live traffic to legacy and mirror it to the candidate.

    Clients connect to the ports under [[listen]], and legacy answers them. Safe requests also go to the candidate, and
    a second process compares the answers. Ctrl-C or SIGTERM drains, commits and exits.

    \b
    Example:
      crossfade shadow --config crossfade.toml
    """
    run_proxy(load_config(config_path), config_path)


def run_proxy(config: Config, config_path: Path, record: RecordOptions = RecordOptions()) -> None:  # noqa: B008 - frozen
    """Runs the proxy to its end, and prints how it ended. Raises: ShadowError: as ``engine_of``."""
    make_engine = engine_of(config, config_path)
    with asyncio.Runner(loop_factory=engine_loops()) as runner:
        for line in runner.run(missing_servers(config)):
            click.echo(f"warning: {line}", err=True)
        result = runner.run(run_shadow(config, config_path, make_engine, announce=emit, record=record))
    emit(f"run {result.run_id}: {result.entered} requests entered; next: crossfade report")
    if result.lost_runs:
        lost = f"expected it to last, got {len(result.lost_runs)} lost ({', '.join(result.lost_runs)})"
        fail(f"compare process: {lost}; what entered meanwhile is shed(compare_down)", ExitCode.INFRASTRUCTURE)
    if result.worker_exit_code:
        got = f"expected exit code 0, got {result.worker_exit_code}"
        fail(f"compare process: {got}; not all evidence is committed, see the lines above", ExitCode.INFRASTRUCTURE)
    if record.corpus is not None:
        tell_recorded(record.corpus, result.recorded)
    if result.interrupted:
        raise SystemExit(ExitCode.INTERRUPTED)


def tell_recorded(corpus: Path, summary: Mapping[str, Any] | None) -> None:
    """Prints what a corpus has got; exits where its process was lost."""
    if summary is None:
        fail("corpus process: expected it to last, got lost; what it had written is readable", ExitCode.INFRASTRUCTURE)
    for line in summary_lines(corpus, summary):
        emit(line)


def engine_of(config: Config, config_path: Path) -> MakeEngine:
    """The engine that the config names, with a log set up for it.

    Raises: ShadowError: a config without a port for clients, an engine that is not there.
    """
    if not config.listen:
        message = f"{config_path}: listen: expected at least one port that clients connect to, got none"
        raise ShadowError(f"{message}; add [[listen]], or run `crossfade ingest`")
    make_engine = find_engine(config.capture.engine, place_of(config_path, ("capture", "engine")))
    # set up here, because an engine's own log handler may show no lines
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(message)s")
    return make_engine


def engine_loops() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The loops of the engine."""
    if (3, 13) <= sys.version_info < (3, 13, 3):
        return None  # the eager tasks that mitmproxy 12 sets there do not take what uvloop passes
    return loop_factory()
