"""What legacy said before its connection broke: a second descriptor on its socket."""

import asyncio
import socket
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from mitmproxy.connection import Client, ConnectionState, Server
from mitmproxy.proxy.server import ConnectionIO

from crossfade.shadow.capture.mitmproxy.wire import last_words
from crossfade.shadow.capture.mitmproxy.wire.last_words import listen, share_transports, stop_listening, unheard

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

EARLY = b"HTTP/1.1 413 Payload Too Large\r\n\r\n"


class Line:
    """A client, and legacy's socket for it; ``far`` is legacy's end of it."""

    def __init__(self) -> None:
        self.client = Client(peername=("a", 1), sockname=("b", 2), state=ConnectionState.OPEN)
        self.server = Server(address=("c", 3))
        self.near, self.far = socket.socketpair()
        self.closing = False
        writer: Any = SimpleNamespace(is_closing=lambda: self.closing, get_extra_info=lambda _name: self.near)
        reader: Any = SimpleNamespace(_buffer=bytearray())
        self.transport = ConnectionIO(handler=None, reader=reader, writer=writer)
        share_transports(self.client, {self.server: self.transport})

    def breaks(self) -> bytes:
        """Asyncio closes its socket; what is found all the same."""
        self.near.close()
        return unheard(self.server, self.transport)


@pytest.fixture
def line() -> Iterator[Line]:
    """Legacy is connected, and not listened to yet."""
    made = Line()
    yield made
    stop_listening(made.server)
    made.near.close()
    made.far.close()


def test_an_answer_that_nobody_read(line: Line) -> None:
    """It is found though the socket is closed."""
    listen(line.client, line.server)
    line.far.sendall(EARLY)
    assert line.breaks() == EARLY


def test_an_answer_of_which_a_part_was_read(line: Line) -> None:
    """What the reader holds, which gives nothing once it has failed, comes first."""
    listen(line.client, line.server)
    reader: Any = line.transport.reader
    reader._buffer += EARLY[:10]
    line.far.sendall(EARLY[10:])
    assert line.breaks() == EARLY


def test_without_a_body_nobody_listens(line: Line) -> None:
    """And what was not read is lost, as it is without a proxy."""
    line.far.sendall(EARLY)
    assert line.breaks() == b""


def test_a_broken_connection_is_asked_once(line: Line) -> None:
    """After that its descriptor is closed: legacy sees the end."""
    listen(line.client, line.server)
    line.breaks()
    assert line.far.recv(1) == b""
    assert unheard(line.server, line.transport) == b""


def test_the_end_of_a_connection_is_not_held_up(line: Line) -> None:
    """Legacy sees it only when the second descriptor is closed, too."""
    listen(line.client, line.server)
    line.near.close()
    line.far.settimeout(0)
    with pytest.raises(BlockingIOError):
        line.far.recv(1)
    stop_listening(line.server)
    assert line.far.recv(1) == b""
    stop_listening(line.server)  # as often as one likes


def test_one_descriptor_a_connection(line: Line) -> None:
    """However many requests with a body it serves."""
    listen(line.client, line.server)
    spare = vars(line.server)["crossfade_spare"]
    listen(line.client, line.server)
    assert vars(line.server)["crossfade_spare"] is spare


def test_no_ear_on_what_is_closed(line: Line) -> None:
    """Neither on a connection that is being closed, nor where no descriptor is left, nor on one that is not known."""
    line.closing = True
    listen(line.client, line.server)
    assert "crossfade_spare" not in vars(line.server)
    line.breaks()
    line.closing = False
    listen(line.client, line.server)  # its socket is closed: as if no descriptor were left
    listen(line.client, Server(address=("d", 4)))
    listen(Client(peername=("a", 1), sockname=("b", 2)), line.server)
    assert "crossfade_spare" not in vars(line.server)


def test_what_is_kept_is_bounded(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """A legacy that talks on and on is not read to the end."""
    monkeypatch.setattr(last_words, "_MOST_BYTES", 1)
    listen(line.client, line.server)
    line.far.sendall(b"x" * 65_536 + EARLY)
    assert line.breaks() == b"x" * 65_536


async def test_a_reader_of_asyncio_has_that_buffer() -> None:
    """Its attribute is private, so a Python that renames it must not pass in silence."""
    reader: Any = asyncio.StreamReader()
    reader.feed_data(b"a")
    assert reader._buffer == b"a"
