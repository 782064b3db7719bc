"""crossfade mock."""

import asyncio
from pathlib import Path

import click

from crossfade.shadow.config import load_config
from crossfade.shadow.config.address import split_address
from crossfade.tools.errors import ExitCode
from crossfade.tools.mock_run import MockPorts, run_mock
from crossfade.tools.output import emit


def _checked(_: click.Context, __: click.Parameter, value: str | None) -> tuple[str, int] | None:
    try:
        return None if value is None else split_address(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.command()
@click.argument("folder", metavar="CORPUS", type=click.Path(path_type=Path))
@click.option("--http", callback=_checked, default="127.0.0.1:8081", show_default=True, help="The address for HTTP.")
@click.option("--grpc", callback=_checked, default="127.0.0.1:50051", show_default=True, help="The address for gRPC.")
@click.option(
    "--speed",
    type=click.FloatRange(0),
    default=1.0,
    show_default=True,
    help="How fast streams are: 1 as recorded, 2 twice as fast, 0 at once.",
)
@click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path),
    default=None,
    help="The service's config file: with its key, requests with secrets are known again.",
)
def mock(folder: Path, http: tuple[str, int], grpc: tuple[str, int], speed: float, config_path: Path | None) -> None:
    """Answer as legacy did when a corpus was recorded, so that nobody needs the Python service.

    The k-th identical request gets the k-th answer. What was not recorded gets 501, or of gRPC UNIMPLEMENTED, with the
    field x-crossfade-not-recorded and the nearest call that was. SIGHUP begins the recording anew; Ctrl-C ends it.

    \b
    Example:
      crossfade mock corpus --http 127.0.0.1:8081 --grpc 127.0.0.1:50051
    """
    config = None if config_path is None else load_config(config_path)
    done = asyncio.run(run_mock(folder, MockPorts(http=http, grpc=grpc), speed, config, announce=emit))
    emit(f"{done.missed} requests were not recorded")
    if done.interrupted:
        raise SystemExit(ExitCode.INTERRUPTED)
