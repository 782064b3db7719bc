"""crossfade canary watchdog."""

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

import click

from crossfade.shadow.canary.planes.watchdog import Watchdog
from crossfade.shadow.config import Config, load_config
from crossfade.shadow.config.canary_settings import PlaneSettings
from crossfade.shadow.errors import ShadowError
from crossfade.tools.canary.canary_render import gateway_of
from crossfade.tools.errors import ExitCode
from crossfade.tools.options import config_option
from crossfade.tools.output import emit
from crossfade.tools.signals import stop_signals


@click.command()
@config_option
@click.option("--plane", "name", help="The plane of the config.  [default: the first with kind = 'gateway']")
def canary_watchdog(config_path: Path, name: str | None) -> None:
    """Give the routes of a Kubernetes Gateway back to legacy when nobody renews their lease.

    A Gateway keeps its last weights whatever becomes of the controller. Run this apart from it; `crossfade canary
    render gateway` writes a Deployment. Routes that are complete stay. It ends with Ctrl-C.

    \b
    Example:
      crossfade canary watchdog --config crossfade.toml
    """
    config = load_config(config_path)
    if asyncio.run(_watch(config, gateway_of(config, name), announce=emit)):
        raise SystemExit(ExitCode.INTERRUPTED)


async def _watch(config: Config, settings: PlaneSettings, *, announce: Callable[[str], None]) -> bool:
    """Until SIGINT or SIGTERM; whether it was SIGINT. Raises: ShadowError: no access to an API server."""
    try:
        from crossfade.shadow.canary.planes.gateway import open_plane  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        message = f"canary watchdog: expected Kubernetes' client, got no module named {error.name}"
        raise ShadowError(f"{message}; pip install 'crossfade[kubernetes]'", exit_code=4) from None
    plane = open_plane(settings, config)
    stop: asyncio.Future[signal.Signals] = asyncio.get_running_loop().create_future()
    watching = asyncio.create_task(Watchdog(plane, config.canary.lease_s).watch(announce))
    try:
        with stop_signals(stop):
            announce(f"watching the lease of {plane.name}, {config.canary.lease_s:g} s")
            await asyncio.wait((stop, watching), return_when=asyncio.FIRST_COMPLETED)
            if watching.done():
                watching.result()
            return await stop == signal.SIGINT
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await plane.close()
