"""How the verbs find the controller, and who asks."""

import getpass
import os
from pathlib import Path

from crossfade.shadow.canary.control.client import Client
from crossfade.shadow.canary.control.place import folder_of, is_running, last_running
from crossfade.shadow.config import Config, place_of
from crossfade.shadow.errors import ShadowError


def token_of(config: Config, config_path: Path) -> str:
    """The token of the API and of the engine. Raises: ShadowError: its variable is not set."""
    token = os.environ.get(config.canary.token_env, "").strip()
    if not token:
        place = place_of(config_path, ("canary", "token_env"))
        message = f"{place}: expected a token in the variable {config.canary.token_env}, got none"
        raise ShadowError(f"{message}; set it, the same for the engine, the controller and those who ask it")
    return token


def client_of(config: Config, config_path: Path) -> Client:
    """The controller of this folder, else the one at ``[canary] address``.

    Raises: ShadowError: the token is missing, or nothing says where it is.
    """
    token = token_of(config, config_path)
    folder = folder_of(config.evidence.dir)
    last = last_running(folder)
    if last is not None and is_running(folder):
        return Client(address=last.address, token=token)
    if config.canary.address is not None:
        return Client(address=config.canary.address, token=token)
    message = f"{folder}: expected a controller that runs, got none; start it with `crossfade canary start`"
    raise ShadowError(message, exit_code=4)


def this_person() -> str:
    """The user of the system, as a verb's actor."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user has no name
        return f"uid {os.getuid()}"
