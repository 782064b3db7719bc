"""Looks before a run begins: are the servers there, is an address free, are the variables set?"""

import asyncio
import os
import socket
from collections.abc import Collection, Mapping
from pathlib import Path

from crossfade.shadow.asking.clients.header_policy import value_of
from crossfade.shadow.config import Config, place_of
from crossfade.shadow.config.address import split_address
from crossfade.shadow.errors import ShadowError

_WITHIN_S = 1.0
_AGAIN_S = 0.1
_SIDES = ("legacy", "candidate", "secondary")


async def missing_servers(
    config: Config, within_s: float = _WITHIN_S, *, sides: Collection[str] = _SIDES, patience_s: float = 0.0
) -> tuple[str, ...]:
    """One line for each server of these sides that took no connection within the time: listener, side, URL and why.

    For ``patience_s`` it is tried again, for servers that are just starting.
    """
    clock = asyncio.get_running_loop().time
    until = clock() + patience_s
    while True:
        missing = await _missing(config, within_s, sides)
        if not missing or clock() >= until:
            return missing
        await asyncio.sleep(_AGAIN_S)


async def _missing(config: Config, within_s: float, sides: Collection[str]) -> tuple[str, ...]:
    wanted = [
        (f"{listen.name}: {side}", str(url))
        for listen in config.listen
        for side in _SIDES
        if side in sides
        if (url := getattr(listen, side)) is not None
    ]
    found = await asyncio.gather(*(_why_not(url, within_s) for _, url in wanted))
    return tuple(
        f"{name} can't be reached: {url} ({why})" for (name, url), why in zip(wanted, found, strict=True) if why
    )


def check_address_free(place: str, host: str, port: int) -> None:
    """Looks whether a server can bind there; ``place`` names the address in the error. Raises: ShadowError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, os.name == "posix")  # as asyncio binds
            probe.bind((host, port))
    except OSError as error:
        raise ShadowError(
            f"{place}: expected a free address of this machine, got {host}:{port} ({error.strerror}); "
            "stop what listens there, or choose another",
            exit_code=4,
        ) from None


def check_variables(config: Config, config_path: Path, environment: Mapping[str, str]) -> None:
    """Looks whether each ``value_env`` can be read: the compare process, which uses them, knows no line of the file.

    Raises: ShadowError: a variable is not set, or holds what no field can carry.
    """
    for index, rule in enumerate(config.mirror.header):
        try:
            value_of(rule, environment)
        except ShadowError as error:
            place = place_of(config_path, ("mirror", "header", index, "value_env"))
            raise ShadowError(f"{place}: {error}") from None


async def _why_not(url: str, within_s: float) -> str:
    """Why a server took no connection, or "" where it did."""
    host, port = split_address(url.partition("://")[2])
    try:
        async with asyncio.timeout(within_s):
            _, writer = await asyncio.open_connection(host, port)
    except TimeoutError:
        return f"no answer within {within_s:g} s"
    except OSError as error:
        return _in_words(error)
    writer.close()
    return ""


def _in_words(error: OSError) -> str:
    """What went wrong, without numbers; asyncio gives none where several addresses each failed in their own way."""
    if isinstance(error, socket.gaierror):
        return "no such host"
    return os.strerror(error.errno) if error.errno is not None else "none of its addresses takes a connection"
