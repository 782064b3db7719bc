"""crossfade canary status."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click
from msgspec import json
from rich.console import Console
from rich.live import Live

from crossfade.shadow.canary.control.client import Client
from crossfade.shadow.canary.control.status import Status
from crossfade.shadow.config import load_config
from crossfade.tools.canary.reaching import client_of
from crossfade.tools.canary.status_text import status_view
from crossfade.tools.canary.verbs import json_option
from crossfade.tools.errors import ExitCode
from crossfade.tools.options import config_option
from crossfade.tools.output import emit, rendered

_EVERY_S = 1.0
_BROKEN = frozenset({"Degraded"})
_BACK = frozenset({"RollingBack", "Aborted"})
_ENDED = frozenset({"Completed", "Aborted"})


@click.command()
@config_option
@click.option("--watch", is_flag=True, help="Show it every second, until each route is complete or rolled back.")
@json_option
def canary_status(config_path: Path, *, watch: bool, as_json: bool) -> None:
    """Show how far each route is: stage, phase, step, weight, errors, verdict, and what it waits for.

    Weights are those that the data planes read back. The exit code is 1 where a route was rolled back, 4 where a data
    plane can't be trusted, else 0. --watch --json prints a line every second.

    \b
    Example:
      crossfade canary status --watch
    """
    client = client_of(load_config(config_path), config_path)
    if not watch:
        status = client.status()
        emit(_text(status, as_json=as_json))
    else:
        status = _watch(client, as_json=as_json)
    raise SystemExit(exit_code_of(status))


def exit_code_of(status: Status) -> int:
    """0 where all is well."""
    phases = {route.phase for route in status.routes}
    if phases & _BROKEN or any(plane.problem for plane in status.planes):
        return ExitCode.INFRASTRUCTURE
    return ExitCode.FAIL if phases & _BACK else ExitCode.PASS


def _watch(client: Client, *, as_json: bool) -> Status:
    status = client.status()
    if as_json or not sys.stdout.isatty():
        last = ""
        for status in _each(client):
            text = _text(status, as_json=as_json)
            if text != last:
                emit(text)
            last = text
        return status
    with Live(status_view(status), console=Console(), auto_refresh=False) as live:
        for status in _each(client):
            live.update(status_view(status), refresh=True)
    return status


def _text(status: Status, *, as_json: bool) -> str:
    if as_json:
        return json.encode(status).decode()
    return rendered(lambda console: console.print(status_view(status)))


def _each(client: Client) -> Iterator[Status]:
    while True:
        status = client.status()
        yield status
        if all(route.phase in _ENDED for route in status.routes):
            return
        time.sleep(_EVERY_S)
