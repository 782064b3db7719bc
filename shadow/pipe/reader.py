"""Reads the frames that the engine writes, as many at once as have arrived."""

import asyncio
from collections.abc import Callable

from crossfade.shadow.errors import ShadowError
from crossfade.shadow.pipe.frames import LENGTH, Frame, decode

_MAX_FRAME_BYTES = 2**28  # two bodies of the largest limit and room for their headers


class FrameReader(asyncio.Protocol):
    """Passes each frame to ``take`` in order, until ``take`` returns False or the engine is gone."""

    def __init__(self, take: Callable[[Frame], bool]) -> None:
        """Must be called in a running loop. ``take`` must not block; it returns False after the last frame."""
        self._take = take
        self._rest = bytearray()
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def wait(self) -> None:
        """Returns at the end. Raises: ShadowError: bytes that no engine sends; and whatever ``take`` raised."""
        await self._ended

    # asyncio.Protocol

    def data_received(self, data: bytes) -> None:
        """Takes what has arrived."""
        if self._ended.done():
            return
        self._rest += data
        try:
            at = self._take_frames()
        except Exception as error:  # noqa: BLE001 - raised by ``wait``
            self._ended.set_exception(error)
            return
        del self._rest[:at]

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - an engine that was killed is no error here
        """The engine ended, properly or not."""
        if not self._ended.done():
            self._ended.set_result(None)

    def _take_frames(self) -> int:
        """Takes all complete frames; returns where the rest begins."""
        at = 0
        while len(self._rest) - at >= LENGTH.size:
            (length,) = LENGTH.unpack_from(self._rest, at)
            if length > _MAX_FRAME_BYTES:
                raise _unexpected(length, "TooLong")
            end = at + LENGTH.size + length
            if len(self._rest) < end:
                break
            with memoryview(self._rest)[at + LENGTH.size : end] as payload:
                frame = _decoded(payload)
            at = end
            if not self._take(frame):
                self._ended.set_result(None)
                break
        return at


def _decoded(payload: memoryview) -> Frame:
    try:
        return decode(payload)
    except Exception as error:
        raise _unexpected(len(payload), type(error).__name__) from error


def _unexpected(length: int, what: str) -> ShadowError:
    message = f"compare process: expected a frame, got {length} other bytes ({what}); start again"
    return ShadowError(message, exit_code=4)
