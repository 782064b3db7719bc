"""Serves the gate until it is told to end: for rollout controllers that are not crossfade's."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

from aiohttp import web

from crossfade.shadow.config import load_config
from crossfade.shadow.config.address import split_address
from crossfade.shadow.errors import ShadowError
from crossfade.tools.gate_endpoint import GateSource, gate_routes
from crossfade.tools.reach import check_address_free
from crossfade.tools.signals import stop_signals

_OPTION = "--serve"


async def run_gate_server(config_path: Path, address: str, *, announce: Callable[[str], None]) -> bool:
    """Serves until SIGINT or SIGTERM; whether it was SIGINT. Raises: ShadowError: no token, or no such address."""
    token = _token(config_path)
    host, port = split_address(address)
    check_address_free(_OPTION, host, port)
    app = web.Application()
    app.add_routes(gate_routes(GateSource(config_path), token))
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1)
    stop: asyncio.Future[signal.Signals] = asyncio.get_running_loop().create_future()
    with stop_signals(stop):
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
            bound = runner.addresses[0]
            announce(f"the gate is served at http://{bound[0]}:{bound[1]}/v1/gate")
            return await stop == signal.SIGINT
        finally:
            await runner.cleanup()


def _token(config_path: Path) -> str:
    name = load_config(config_path).canary.token_env
    token = os.environ.get(name, "").strip()
    if not token:
        raise ShadowError(f"{name}: expected a token in this environment variable, got none; set it to a long secret")
    return token
