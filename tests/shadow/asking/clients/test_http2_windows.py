"""How much may be under way."""

import pytest

from crossfade.shadow.asking.clients.http2_frames import Http2Error
from crossfade.shadow.asking.clients.http2_windows import Inbound, Outbound


def test_a_server_is_told_of_room_when_half_of_a_window_was_read() -> None:
    """Not for each byte, and all that was read."""
    window = Inbound(100)
    window.take(80)
    assert [window.give_back(size) for size in (49, 1, 30)] == [0, 50, 0]
    window.take(70)
    with pytest.raises(Http2Error):
        window.take(1)


def test_a_window_that_a_server_has_taken_back() -> None:
    """It may fall below nothing (RFC 9113 6.9.2), and must not grow beyond what a window can be."""
    window = Outbound(10)
    window.take(8)
    window.add(-5)
    assert window.bytes_left == -3
    with pytest.raises(Http2Error):
        window.add(2**31 + 3)
    window.add(2**31 - 1)
    assert window.bytes_left == 2**31 - 4
