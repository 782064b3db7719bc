"""What servers of data planes answer over HTTP: the whole body, within a bound, and in words why there is none."""

import aiohttp

MOST_BYTES = 10_000_000


async def whole_body(answer: aiohttp.ClientResponse) -> bytes:
    """The body, as far as a data plane could have sent it. ``content.read(n)`` would end with the first packet."""
    found = bytearray()
    async for piece in answer.content.iter_any():
        found += piece
        if len(found) > MOST_BYTES:
            break
    return bytes(found)


def reason_of(error: BaseException) -> str:
    """What the system calls it, or the name of its kind."""
    return getattr(error, "strerror", None) or type(error).__name__
