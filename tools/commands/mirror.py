"""crossfade mirror."""

import dataclasses
import datetime
import getpass
import json
import time
from pathlib import Path

import click

from crossfade.shadow.config import evidence_dir
from crossfade.shadow.errors import ShadowError
from crossfade.shadow.operate.switch import FILE_NAME, Off, read_off, turn_off, turn_on
from crossfade.tools.errors import ExitCode, fail
from crossfade.tools.options import config_option
from crossfade.tools.output import emit


@click.command()
@click.argument("state", type=click.Choice(["on", "off"]), required=False)
@config_option
@click.option("--reason", default="", help="Why mirroring is turned off; stored with who did it and when.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def mirror(state: str | None, config_path: Path, reason: str, *, as_json: bool) -> None:
    """Turn all mirroring off or on while traffic continues, or show whether it is on.

    A running proxy obeys within a second; one that starts later obeys from its start. Requests that the candidate is
    working on finish; nothing more is sent to it, and requests are skipped(mirror_off). Only [evidence] dir is read
    from the config, so the switch works even if another key has a mistake.

    \b
    Example:
      crossfade mirror off --reason "the candidate fills the disk of the database"
    """
    folder = _folder(config_path, state)
    try:
        if state == "off":
            turn_off(folder, Off(by=_user(), at=time.time(), reason=reason))
        elif state == "on":
            turn_on(folder)
    except OSError as error:
        message = f"{folder / FILE_NAME}: expected to write, got {error.strerror}; stop the proxy instead"
        fail(message, ExitCode.INFRASTRUCTURE)
    off = read_off(folder)
    emit(_json(off) if as_json else _text(off))


def _folder(config_path: Path, state: str | None) -> Path:
    try:
        return evidence_dir(config_path)
    except ShadowError as error:
        if state != "off":
            raise
        raise ShadowError(f"{error}; or create the file {FILE_NAME} in the evidence folder by hand") from None


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user has no name
        return "(unknown)"


def _json(off: Off | None) -> str:
    return json.dumps(
        {"mirror": "on", "off": None} if off is None else {"mirror": "off", "off": dataclasses.asdict(off)}
    )


def _text(off: Off | None) -> str:
    if off is None:
        return "mirroring is on"
    at = datetime.datetime.fromtimestamp(off.at, datetime.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return f"mirroring is off since {at}, by {off.by}: {off.reason or 'no reason given'}"
