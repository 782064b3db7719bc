"""Frames in batches: a connection that sent much at once lets the others in between."""

from h2.exceptions import DenialOfServiceError
from h2.frame_buffer import FrameBuffer
from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    Frame,
    HeadersFrame,
    PushPromiseFrame,
    RstStreamFrame,
    SettingsFrame,
)

from crossfade.shadow.capture.mitmproxy.wire.limits import ENGINE_HEAD_LIMIT_BYTES
from crossfade.shadow.capture.mitmproxy.wire.versions import unread

BATCH = 16
"""What is handled in one go, in units of about 30 microseconds: half a millisecond of the loop."""

REFUSED_UNITS = 4
"""A stream that is refused takes one. Who goes on opening them all the same can wait."""

_FRAME_HEAD_BYTES = 9  # RFC 9113 4.1
_COSTS: dict[type[Frame], int] = {HeadersFrame: 4, DataFrame: 2, RstStreamFrame: 8}
_NEW_STREAM = 28  # a flow, its hooks, and legacy's side: a millisecond
_BYTES_PER_UNIT = 8_192
_DUE = 512  # units after which others are let in even if nothing waits


class FrameBatches(FrameBuffer):
    """h2's buffer of frames; iterating it ends at the end of the data or of the batch."""

    def __init__(self, *, server: bool) -> None:
        super().__init__(server=server)
        self._spent = 0
        self._owed = 0
        self._block_bytes = 0

    def begin(self) -> None:
        """A new batch."""
        self._spent = 0

    def spend(self, units: int) -> None:
        """Work that was done in this batch."""
        self._spent += units
        self._owed += units

    def due(self) -> int:
        """The units since the last call, if it is time to let others in between; else 0."""
        if not self.is_behind and self._owed < _DUE:
            return 0
        owed, self._owed = self._owed, 0
        return owed

    @property
    def is_behind(self) -> bool:
        """Whether a whole frame waits for the next batch."""
        data = unread(self)
        have = len(data) - _FRAME_HEAD_BYTES
        return have >= 0 and have >= int.from_bytes(data[:3], "big")

    def __next__(self) -> Frame:
        if self._spent >= BATCH:
            raise StopIteration
        frame: Frame = super().__next__()
        return frame

    def _update_header_buffer(self, f: Frame | None) -> Frame | None:
        """Limits a head in many frames, which h2 keeps until the last one (CVE-2024-27316 and similar ones)."""
        self.spend(1)
        if isinstance(f, HeadersFrame | PushPromiseFrame):
            self._block_bytes = len(f.data)
        elif isinstance(f, ContinuationFrame):
            self._block_bytes += len(f.data)
            if self._block_bytes > 2 * ENGINE_HEAD_LIMIT_BYTES:
                raise DenialOfServiceError(f"A head of more than {2 * ENGINE_HEAD_LIMIT_BYTES} bytes")
        whole: Frame | None = super()._update_header_buffer(f)
        return whole


def cost(frame: Frame, *, opens: bool, open_streams: int) -> int:
    """What handling a frame takes, in units of ``BATCH``."""
    units = _COSTS.get(type(frame), 1) + int(frame.body_len) // _BYTES_PER_UNIT
    if opens:
        units += _NEW_STREAM
    elif isinstance(frame, SettingsFrame):  # h2 walks all streams
        units += open_streams // 8
    return units
