"""What mitmproxy 11 and 12 name differently; each Python runs these tests on its own version."""

from typing import Any

import pytest
from h2.frame_buffer import FrameBuffer
from mitmproxy.proxy.layers.http import RequestProtocolError, ResponseProtocolError

from crossfade.shadow.capture.mitmproxy.wire.events import failure
from crossfade.shadow.capture.mitmproxy.wire.versions import CLIENT_LEFT, NO_ANSWER, status_of, unread

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.mark.parametrize(("kind", "status"), [(RequestProtocolError, 400), (ResponseProtocolError, 502)])
def test_an_error_without_a_code(kind: Any, status: int) -> None:
    """The client is at fault for what is wrong with a request, legacy for what is wrong with an answer."""
    assert status_of(failure(kind, 1, "broken")) == status


@pytest.mark.parametrize("code", [CLIENT_LEFT, NO_ANSWER])
def test_codes_that_are_never_answered(code: Any) -> None:
    """Nobody is there, or is to see that its connection closed."""
    assert status_of(ResponseProtocolError(1, "gone", code)) is None


def test_the_codes_differ() -> None:
    """A client that left is not one that gets no answer."""
    assert CLIENT_LEFT != NO_ANSWER


def test_what_h2_has_not_read() -> None:
    """What came in two pieces stands there in one."""
    frames = FrameBuffer()
    frames.max_frame_size = 16_384
    frames.add_data(b"\0\0\1")
    frames.add_data(b"\6\0")
    assert bytes(unread(frames)) == b"\0\0\1\6\0"
