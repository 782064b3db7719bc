"""Odd requests that no gRPC library sends, on a raw HTTP/2 connection."""

import socket
from collections.abc import Callable
from typing import Any

import grpc
import h2.config
import h2.connection
import h2.events
import pytest

pytestmark = pytest.mark.java


def _ask(port: int, fields: list[tuple[str, str]], body: bytes) -> dict[str, str]:
    """All header and trailer fields of the answer; a reset stands as such."""
    config = h2.config.H2Configuration(validate_outbound_headers=False, validate_inbound_headers=False)
    connection = h2.connection.H2Connection(config)
    connection.initiate_connection()
    pseudo = [(":method", "POST"), (":scheme", "http"), (":path", "/probe.v1.Probe/Get"), (":authority", "x")]
    connection.send_headers(1, [*pseudo, ("content-type", "application/grpc"), ("te", "trailers"), *fields])
    connection.send_data(1, body, end_stream=True)
    got: dict[str, str] = {}
    with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
        wire.sendall(connection.data_to_send())
        while data := wire.recv(65536):
            for event in connection.receive_data(data):
                if isinstance(event, h2.events.ResponseReceived | h2.events.TrailersReceived):
                    got |= {_text(name): _text(value) for name, value in event.headers}
                if isinstance(event, h2.events.StreamReset):
                    return {**got, "reset": str(event.error_code)}
                if isinstance(event, h2.events.StreamEnded):
                    return got
            wire.sendall(connection.data_to_send())
    return {**got, "closed": ""}


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


@pytest.mark.parametrize(
    "fields",
    [
        [("x+odd", "1")],
        [("x-odd-bin", "!!!")],
        [("x odd", "1")],
        [("x-empty", "")],
        [("x-odd", "\x01\xff")],
        [("-bin", "AAAA")],
    ],
    ids=lambda fields: repr(fields[0]),
)
@pytest.mark.parametrize(("mode", "compared"), [("LEGACY", "COMPARE"), ("PORTED", "PORTED_COMPARE")])
def test_an_odd_header_gets_the_same_answer_whether_it_is_compared_or_not(
    modes: Callable[[str], None],
    strangler: Any,
    said: Callable[..., bytes],
    fields: list[tuple[str, str]],
    mode: str,
    compared: str,
) -> None:
    """Looking at metadata must not break a call that goes through otherwise."""
    message = said("x")
    body = b"\x00" + len(message).to_bytes(4, "big") + message
    modes(f"* = {mode}\n")
    expected = _ask(strangler.port, fields, body)
    modes(f"* = {compared}\n")
    got = _ask(strangler.port, fields, body)
    assert got.get("grpc-status") == expected.get("grpc-status")


@pytest.mark.parametrize("name", ["x+odd", "x odd", "X-Odd", "x-ödd"])
def test_an_odd_header_of_one_client_does_not_hurt_another(
    probe: Any,
    modes: Callable[[str], None],
    strangler: Any,
    through: grpc.Channel,
    said: Callable[..., bytes],
    name: str,
) -> None:
    """All clients share the connection to legacy, so what legacy refuses must end one call alone."""
    modes("* = LEGACY\n")
    feed = probe.Feed()
    call, answers = probe.start(through, "Chat", iter(feed))
    message = said("x")
    for _ in range(3):
        feed.put(message)
        assert next(answers) == message
        _ask(strangler.port, [(name, "1")], b"\x00" + len(message).to_bytes(4, "big") + message)
    feed.close()
    assert list(answers) == []
    assert call.code() is grpc.StatusCode.OK
