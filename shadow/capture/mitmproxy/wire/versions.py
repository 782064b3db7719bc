"""Where mitmproxy 11 (the last for Python 3.11; h2 4.1) and 12 (h2 4.4) differ: one name here for both.

All else in ``wire`` is the same code on either. To drop 11 is to drop this file.
"""

from typing import Any

from h2.frame_buffer import FrameBuffer
from mitmproxy.net.http import status_codes
from mitmproxy.proxy.layers.http import RequestProtocolError, ResponseProtocolError, _events

_ErrorCode: Any = getattr(_events, "ErrorCode", None)
"""Why a message ended: a member of this in 12; in 11 the status that the client gets, or one that is never sent."""

CLIENT_LEFT: Any = _ErrorCode.CLIENT_DISCONNECTED if _ErrorCode else status_codes.CLIENT_CLOSED_REQUEST
"""The code of a request whose client closed its connection or reset its stream."""

NO_ANSWER: Any = _ErrorCode.KILL if _ErrorCode else status_codes.NO_RESPONSE
"""The code of an answer that is none: the client's connection closes without a word."""

_NEVER_SENT = frozenset({status_codes.CLIENT_CLOSED_REQUEST, status_codes.NO_RESPONSE})


def status_of(error: RequestProtocolError | ResponseProtocolError) -> int | None:
    """The status that the proxy answers for an error; None: it answers nothing."""
    code: Any = error.code
    if _ErrorCode is None:
        return None if code in _NEVER_SENT else int(code)
    status: int | None = code.http_status_code()
    return status


def unread(frames: FrameBuffer) -> bytes | bytearray:
    """What h2 has received and not yet read as frames, which newer versions keep in a private attribute."""
    found: bytes | bytearray = frames._data if hasattr(frames, "_data") else frames.data  # noqa: SLF001 - h2's own
    return found
