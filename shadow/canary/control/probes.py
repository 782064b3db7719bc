"""Whether servers accept connections."""

import asyncio
import contextlib
from collections.abc import Iterable

TIMEOUT_S = 1.0


async def are_up(servers: Iterable[tuple[str, int]]) -> bool:
    """Whether each of them (host, port) accepts a connection within a second; all are asked at once."""
    return all(await asyncio.gather(*(_accepts(host, port) for host, port in servers)))


async def _accepts(host: str, port: int) -> bool:
    try:
        async with asyncio.timeout(TIMEOUT_S):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True
