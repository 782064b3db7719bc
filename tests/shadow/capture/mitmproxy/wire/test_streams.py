"""A client's streams and their connections to legacy, without sockets."""

from collections.abc import Iterator
from typing import Any

import pytest
from hpack import Encoder
from hyperframe.frame import HeadersFrame, RstStreamFrame, SettingsFrame
from mitmproxy.connection import ConnectionState, Server
from mitmproxy.proxy import commands, events
from mitmproxy.proxy.layers.http import HTTPMode

from crossfade.shadow.capture.mitmproxy.wire.streams import WireHttpLayer, slow_heads

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
GET = [(b":method", b"GET"), (b":scheme", b"http"), (b":path", b"/a"), (b":authority", b"a.test")]


class All:
    """The layer; hooks end at once, as they do without an add-on."""

    def __init__(self, context: Any) -> None:
        context.server = Server(address=("127.0.0.1", 3))
        context.options.connection_strategy = "lazy"
        context.options.keep_host_header = True
        context.options.stream_large_bodies = context.options.body_size_limit = None
        self.client = context.client
        self.layer = WireHttpLayer(context, HTTPMode.transparent)
        self._encoder = Encoder()

    def handle(self, event: events.Event) -> Iterator[commands.Command]:
        for command in self.layer.handle_event(event):
            if isinstance(command, commands.StartHook) and command.blocking and command.name != "crossfade_drain":
                yield from self.handle(events.HookCompleted(command))
            else:
                yield command

    def receive(self, data: bytes) -> list[commands.Command]:
        return list(self.handle(events.DataReceived(self.client, data)))

    def ask(self, stream_id: int) -> list[commands.Command]:
        head = HeadersFrame(stream_id, self._encoder.encode(GET))
        head.flags |= {"END_HEADERS", "END_STREAM"}
        return self.receive(head.serialize())

    def answer(self, opened: commands.OpenConnection, error: str | None = None) -> list[commands.Command]:
        """Legacy takes the connection, or does not."""
        if error is None:
            opened.connection.state = ConnectionState.OPEN
        else:
            opened.connection.error = error
        return list(self.handle(events.OpenConnectionCompleted(opened, error)))


@pytest.fixture
def streams(context: Any) -> All:
    """Of a client of HTTP/2 in front of a legacy of HTTP/1.1."""
    made = All(context)
    list(made.handle(events.Start()))
    made.receive(PREFACE + SettingsFrame(0).serialize())
    return made


def _opened(found: list[commands.Command]) -> list[commands.OpenConnection]:
    return [command for command in found if isinstance(command, commands.OpenConnection)]


def test_each_stream_has_a_connection(streams: All) -> None:
    """The second waits for the first one's connection, and then opens its own."""
    (first,) = _opened(streams.ask(1))
    assert _opened(streams.ask(3)) == []
    (second,) = _opened(streams.answer(first))
    assert second.connection is not first.connection


def test_a_client_that_left_waits_for_nothing(streams: All) -> None:
    """Its stream ends before legacy's connection is there, which is then closed: nobody else can use it."""
    (opened,) = _opened(streams.ask(1))
    streams.receive(RstStreamFrame(1, error_code=0x8).serialize())
    assert not streams.layer.streams
    assert not streams.layer.command_sources.keys() - {opened} - _drains(streams)
    found = streams.answer(opened)
    assert [command.connection for command in found if isinstance(command, commands.CloseConnection)] == [
        opened.connection
    ]


def _drains(streams: All) -> set[commands.Command]:
    return {item for item in streams.layer.command_sources if getattr(item, "name", "") == "crossfade_drain"}


def test_a_legacy_that_was_down_is_asked_again(streams: All) -> None:
    """By the next request."""
    (first,) = _opened(streams.ask(1))
    assert _opened(streams.answer(first, "connection refused")) == []
    (second,) = _opened(streams.ask(3))
    assert second.connection is not first.connection
    assert first.connection not in streams.layer.connections


def test_connections_that_ended_are_forgotten(streams: All) -> None:
    """Of a hundred requests, one after the other."""
    for number in range(100):
        (opened,) = _opened(streams.ask(2 * number + 1))
        streams.answer(opened)
        answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        found = list(streams.handle(events.DataReceived(opened.connection, answer)))
        assert [item for item in found if isinstance(item, commands.CloseConnection)]
        opened.connection.state = ConnectionState.CLOSED
        list(streams.handle(events.ConnectionClosed(opened.connection)))
    assert len(streams.layer.connections) <= 17


def test_a_slow_head(context: Any) -> None:
    """From the third piece on, until it is whole."""
    context.client.alpn = None
    made = All(context)
    list(made.handle(events.Start()))
    seen = []
    for piece in (b"GET / HT", b"TP/1.1\r\n", b"Host: a\r\n", b"\r\n"):
        made.receive(piece)
        seen.append(context.client in slow_heads)
    assert seen == [False, True, True, False]
