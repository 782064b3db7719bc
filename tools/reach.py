"""Looks whether the servers behind the proxy are there, so that a person learns it before the first request."""

import asyncio
import os
import socket

from crossfade.shadow.config import Config
from crossfade.shadow.config.address import split_address

_WITHIN_S = 1.0
_SIDES = ("legacy", "candidate", "secondary")


async def missing_servers(config: Config, within_s: float = _WITHIN_S) -> tuple[str, ...]:
    """One line for each server that took no connection within the time: listener, side, URL and why."""
    wanted = [
        (f"{listen.name}: {side}", str(url))
        for listen in config.listen
        for side in _SIDES
        if (url := getattr(listen, side)) is not None
    ]
    found = await asyncio.gather(*(_why_not(url, within_s) for _, url in wanted))
    return tuple(f"{name} is not there: {url} ({why})" for (name, url), why in zip(wanted, found, strict=True) if why)


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
