"""Codecs without sockets: events in, commands out."""

from collections.abc import Callable, Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import h2.config
import h2.connection
import pytest
from hyperframe.frame import Frame
from mitmproxy.connection import Client, ConnectionState, Server
from mitmproxy.proxy import commands, events
from mitmproxy.proxy.context import Context

from crossfade.shadow.capture.mitmproxy.wire import install_codecs
from crossfade.shadow.capture.mitmproxy.wire.events import TurnHook


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mitmproxy 11 and its own dependencies warn on import."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore::DeprecationWarning"))


def _peer(*, client_side: bool) -> h2.connection.H2Connection:
    config = h2.config.H2Configuration(
        client_side=client_side, header_encoding=None, validate_outbound_headers=False, normalize_outbound_headers=False
    )
    peer = h2.connection.H2Connection(config)
    peer.initiate_connection()
    return peer


def _frames(data: bytes) -> list[Frame]:
    frames = []
    data = data.removeprefix(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
    while data:
        frame, length = Frame.parse_frame_header(memoryview(data[:9]))
        frame.parse_body(memoryview(data[9 : 9 + length]))
        frames.append(frame)
        data = data[9 + length :]
    return frames


class Wire:
    """A codec and what it has said; ``peer`` is h2 at the other end of its connection."""

    def __init__(self, codec: Any, conn: Any, *, peer_is_client: bool) -> None:
        self.codec = codec
        self.conn = conn
        self.peer = _peer(client_side=peer_is_client)
        self.heard: list[Any] = []  # the peer's events
        self.sent: list[Frame] = []
        self._is_raw = False

    def handle(self, event: events.Event) -> list[commands.Command]:
        """What comes of one event; what is sent reaches the peer, whose events are kept."""
        found = list(self.codec.handle_event(event))
        for command in found:
            if isinstance(command, commands.SendData) and command.connection is self.conn:
                self.sent += _frames(command.data)
                if not self._is_raw:
                    self.heard += self.peer.receive_data(command.data)
        return found

    def flush(self) -> list[commands.Command]:
        """What comes of all that the peer has queued, in as many turns as it takes."""
        found = everything = self.handle(events.DataReceived(self.conn, self.peer.data_to_send()))
        while hooks := [item for item in found if isinstance(item, TurnHook)]:
            found = self.handle(events.HookCompleted(hooks[-1]))
            everything = everything + found
        return everything

    def raw(self, frames: Iterable[Any]) -> list[commands.Command]:
        """What comes of frames that h2 itself would not send; from now on it is not told what is sent."""
        self._is_raw = True
        return self.handle(events.DataReceived(self.conn, b"".join(frame.serialize() for frame in frames)))


@pytest.fixture
def context() -> Context:
    """A client of HTTP/2, and a legacy."""
    install_codecs()
    options: Any = SimpleNamespace(
        validate_inbound_headers=False, http2_ping_keepalive=0, normalize_outbound_headers=False, proxy_debug=False
    )
    client = Client(peername=("127.0.0.1", 1), sockname=("127.0.0.1", 2), state=ConnectionState.OPEN, alpn=b"h2")
    made = Context(client, options)
    made.server = Server(address=("127.0.0.1", 3), alpn=b"h2")
    made.server.state = ConnectionState.OPEN
    return made


@pytest.fixture
def server(context: Context) -> Wire:
    """The client's connection, after its Start."""
    from crossfade.shadow.capture.mitmproxy.wire.http2_server import WireHttp2Server  # noqa: PLC0415 - after the install

    wire = Wire(WireHttp2Server(context), context.client, peer_is_client=True)
    wire.handle(events.Start())
    wire.flush()
    return wire


@pytest.fixture
def legacy(context: Context) -> Wire:
    """Legacy's connection, after its Start."""
    from crossfade.shadow.capture.mitmproxy.wire.http2_client import WireHttp2Client  # noqa: PLC0415 - after the install

    wire = Wire(WireHttp2Client(context), context.server, peer_is_client=False)
    wire.handle(events.Start())
    return wire


Of = Callable[[list[commands.Command], type], list[Any]]


@pytest.fixture
def told() -> Of:
    """The events of a kind that a codec passes on."""

    def find(found: list[commands.Command], kind: type) -> list[Any]:
        passed = [getattr(command, "event", None) for command in found]
        return [event for event in passed if isinstance(event, kind)]

    return find
