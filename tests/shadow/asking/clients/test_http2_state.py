"""The client's half of HTTP/2 by scripts of frames, and against h2 as a server."""

from typing import Any

import h2.config
import h2.connection
import h2.events
import h2.settings
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.asking.clients import http2_frames as wire
from crossfade.shadow.asking.clients.http2_events import Data, Event, GoAway, Head, Opened, Reset, Settled, Trailers
from crossfade.shadow.asking.clients.http2_fields import block_of
from crossfade.shadow.asking.clients.http2_frames import FrameReader, Http2Error, frame_bytes
from crossfade.shadow.asking.clients.http2_state import Http2State

ASK = [
    (b":method", b"POST"),
    (b":scheme", b"http"),
    (b":authority", b"svc"),
    (b":path", b"/p.S/M"),
    (b"te", b"trailers"),
]
OK = [(b":status", b"200")]


def state_of(window_bytes: int = 1000) -> Http2State:
    """A connection whose opening was sent."""
    state = Http2State(window_bytes=window_bytes, connection_window_bytes=10_000, head_bytes=65_536)
    state.to_send()
    return state


def asking(state: Http2State | None = None, *, ends: bool = True) -> Http2State:
    """A connection with stream 1 under way."""
    state = state or state_of()
    assert state.open(ASK, ends=ends) == 1
    state.to_send()
    return state


def head(fields: list[tuple[bytes, bytes]] = OK, *, ends: bool = False, stream_id: int = 1) -> bytes:
    """A frame of fields."""
    flags = wire.END_HEADERS | (wire.END_STREAM if ends else 0)
    return frame_bytes(wire.HEADERS, flags, stream_id, block_of(fields))


def data(body: bytes, *, ends: bool = False, stream_id: int = 1) -> bytes:
    """A frame of a body."""
    return frame_bytes(wire.DATA, wire.END_STREAM if ends else 0, stream_id, body)


def number(kind: int, value: int, stream_id: int = 0) -> bytes:
    """A frame that holds a number."""
    return frame_bytes(kind, 0, stream_id, value.to_bytes(4, "big"))


def setting(name: int, value: int) -> bytes:
    """A frame with one setting."""
    return frame_bytes(wire.SETTINGS, 0, 0, name.to_bytes(2, "big") + value.to_bytes(4, "big"))


def heard(state: Http2State, *frames: bytes) -> list[Event]:
    """What a server says."""
    return list(state.receive(b"".join(frames)))


def sent(state: Http2State) -> list[tuple[int, int]]:
    """Kind and stream of the frames that are to be sent."""
    return [(frame.kind, frame.stream_id) for frame in FrameReader().feed(state.to_send())]


def test_an_answer_in_all_its_parts() -> None:
    """An interim head is left out."""
    fields = [*OK, (b"a", b"b")]
    assert heard(
        asking(), head([(b":status", b"103")]), head(fields), data(b"xy"), head([(b"grpc-status", b"0")], ends=True)
    ) == [
        Head(1, ((":status", "200"), ("a", "b")), ends=False),
        Data(1, b"xy", 2, ends=False),
        Trailers(1, (("grpc-status", "0"),)),
    ]


@pytest.mark.parametrize("last", [head(ends=True), head() + data(b"", ends=True)])
def test_an_answer_that_ends_early_leaves_the_request_open(last: bytes) -> None:
    """Then it is reset when nobody waits for it; one that both have ended is not."""
    for ends, expected in ((True, []), (False, [(wire.RST_STREAM, 1)])):
        state = asking(ends=ends)
        assert heard(state, last)[-1].__class__ in {Head, Data}
        assert state.open_streams == (0 if ends else 1)
        state.forget(1, 8)
        assert (sent(state), state.open_streams) == (expected, 0)


def test_a_stream_that_the_server_resets_is_over() -> None:
    """Its code is told, and nothing is sent to it any more."""
    state = asking()
    assert heard(state, number(wire.RST_STREAM, 7, 1)) == [Reset(1, 7)]
    assert state.open_streams == 0
    state.forget(1, 8)
    assert sent(state) == []
    assert heard(state, number(wire.RST_STREAM, 7, 1), head(), data(b"late"), number(wire.WINDOW_UPDATE, 1, 1)) == []


@pytest.mark.parametrize(
    "frames",
    [
        data(b"x"),
        head(ends=True) + data(b"x"),
        head(ends=True) + head(),
        head() + head(),
        head([(b":status", b"100")], ends=True),
        head(stream_id=3),
        head(stream_id=2),
        data(b"x", stream_id=3),
        data(b"x", stream_id=0),
        number(wire.RST_STREAM, 1, 3),
        number(wire.RST_STREAM, 1, 0),
        number(wire.WINDOW_UPDATE, 1, 3),
        number(wire.WINDOW_UPDATE, 0, 1),
        number(wire.WINDOW_UPDATE, 0, 0),
        number(wire.WINDOW_UPDATE, 2**31 - 1, 0),
        number(wire.WINDOW_UPDATE, 2**31 - 1, 1),
        frame_bytes(wire.WINDOW_UPDATE, 0, 0, b"abc"),
        frame_bytes(wire.RST_STREAM, 0, 1, b"abc"),
        frame_bytes(wire.PUSH_PROMISE, wire.END_HEADERS, 1, b"\0\0\0\2"),
        frame_bytes(wire.PING, 0, 0, b"1234567"),
        frame_bytes(wire.PING, 0, 1, b"12345678"),
        frame_bytes(wire.SETTINGS, 0, 0, b"12345"),
        frame_bytes(wire.SETTINGS, wire.ACK, 0, b"123456"),
        frame_bytes(wire.SETTINGS, 0, 1, b""),
        frame_bytes(wire.GOAWAY, 0, 0, b"1234567"),
        frame_bytes(wire.GOAWAY, 0, 1, b"12345678"),
        setting(4, 2**31),
        setting(5, 16_383),
        setting(5, 2**24),
        head([*OK, (b"content-length", b"3")]) + data(b"ab", ends=True),
        head([*OK, (b"content-length", b"3")]) + data(b"abcd"),
        head() + data(b"x" * 1001),
        frame_bytes(wire.HEADERS, wire.END_HEADERS, 1, b"\xff"),
    ],
)
def test_what_no_server_may_send(frames: bytes) -> None:
    """Ends the connection: nothing behind it can be understood."""
    with pytest.raises(Http2Error):
        heard(asking(), frames)


def test_what_a_connection_takes_is_bounded_over_all_streams() -> None:
    """65,535 bytes at first, and what its window was opened by; what is read gives room again."""
    state = state_of(window_bytes=60_000)
    for _ in range(2):
        state.open(ASK, ends=True)
    body = b"x" * 10_000
    heard(state, head(), *[data(body)] * 6, head(stream_id=3), data(body, stream_id=3))
    with pytest.raises(Http2Error, match="room"):
        heard(state, data(body, stream_id=3))


def test_data_that_are_read_give_room_again() -> None:
    """To their stream when half of its window was read; to the connection likewise, also of a stream that is over."""
    state = asking()
    heard(state, head(), data(b"x" * 600))
    state.to_send()
    state.give_back(1, 600)
    assert sent(state) == [(wire.WINDOW_UPDATE, 1)]
    state.forget(1, 8)
    heard(state, *[data(b"x" * 10_000)] * 4)
    assert sent(state) == [(wire.RST_STREAM, 1), (wire.WINDOW_UPDATE, 0)]


def test_padding_counts_for_the_windows_and_for_no_body() -> None:
    """The whole frame is what the server took of them."""
    padded = frame_bytes(wire.DATA, wire.PADDED, 1, b"\x03xy\0\0\0")
    assert heard(asking(), head([*OK, (b"content-length", b"2")]), padded)[1:] == [Data(1, b"xy", 6, ends=False)]


def test_pings_and_settings_are_acknowledged() -> None:
    """Once each, and acknowledgements are not."""
    state = state_of()
    ping = frame_bytes(wire.PING, 0, 0, b"12345678")
    events = heard(state, ping, setting(3, 7), frame_bytes(wire.PING, wire.ACK, 0, b"12345678"))
    assert events == [Settled()]
    assert state.to_send() == frame_bytes(wire.PING, wire.ACK, 0, b"12345678") + frame_bytes(wire.SETTINGS, wire.ACK, 0)
    assert heard(state, frame_bytes(wire.SETTINGS, wire.ACK, 0)) == []
    assert (state.to_send(), state.max_streams) == (b"", 7)


def test_a_server_that_changes_its_windows() -> None:
    """Open streams get the difference (RFC 9113 6.9.2), new ones the new size."""
    state = asking(ends=False)
    state.send_data(1, b"x" * 100, ends=False)
    heard(state, setting(4, 50))
    assert state.room_bytes(1) == 50 - 100
    heard(state, number(wire.WINDOW_UPDATE, 60, 1))
    assert state.room_bytes(1) == 10
    assert state.room_bytes(state.open(ASK, ends=False)) == 50


def test_what_may_be_sent_at_once() -> None:
    """A frame, or what the connection or the stream has left; the server may take larger frames."""
    state = asking(ends=False)
    assert state.room_bytes(1) == 16_384
    heard(state, setting(5, 40_000))
    assert state.room_bytes(1) == 40_000
    state.send_data(1, b"x" * 40_000, ends=False)
    assert heard(state, number(wire.WINDOW_UPDATE, 9, 1), number(wire.WINDOW_UPDATE, 5)) == [Opened(1), Opened(0)]
    assert state.room_bytes(1) == 65_535 - 40_000 + 5


def test_a_server_that_goes_away() -> None:
    """Its last stream is told, without the reserved bit."""
    last = (2**31 + 5).to_bytes(4, "big") + bytes(4) + b"why"
    assert heard(asking(), frame_bytes(wire.GOAWAY, 0, 0, last)) == [GoAway(5)]


def test_frames_of_kinds_that_nobody_knows_are_left_out() -> None:
    """RFC 9113 5.5; so are priorities."""
    assert heard(asking(), frame_bytes(99, 255, 77, b"?"), frame_bytes(wire.PRIORITY, 0, 1, b"12345")) == []


def test_the_table_is_given_up_again_when_the_server_changes_its_size() -> None:
    """A reader may insist on it (RFC 7541 4.2)."""
    state = state_of()
    first, second = (_block(state) for _ in range(2))
    heard(state, setting(1, 0))
    assert [block[:1] == b"\x20" for block in (first, second, _block(state))] == [True, False, True]


def _block(state: Http2State) -> bytes:
    state.to_send()
    state.open(ASK, ends=True)
    return next(frame.payload for frame in FrameReader().feed(state.to_send()) if frame.kind == wire.HEADERS)


def test_no_id_is_left() -> None:
    """The last one is 2^31 - 1."""
    state = state_of()
    assert state.takes_streams
    state._last_id = 2**31 - 5
    assert state.takes_streams
    state.open(ASK, ends=True)
    assert not state.takes_streams


@given(st.lists(st.binary(max_size=30_000), min_size=1, max_size=4), st.integers(1, 5000), st.integers(0, 3000))
def test_bodies_pass_whole_in_both_directions(bodies: list[bytes], cut: int, more: int) -> None:
    """h2 sends back what it gets, in pieces of any size and with small windows."""
    server = _h2_server()
    state = Http2State(window_bytes=2000, connection_window_bytes=10_000, head_bytes=65_536)
    ids = {state.open(ASK, ends=False): body for body in bodies}
    waiting, found, ended = dict(ids), dict.fromkeys(ids, b""), set()
    echo: dict[int, bytes] = dict.fromkeys(ids, b"")
    for _ in range(2000):
        for stream_id, body in list(waiting.items()):
            size = min(state.room_bytes(stream_id), len(body))
            if size > 0 or not body:
                state.send_data(stream_id, body[:size], ends=size == len(body))
                waiting[stream_id] = body[size:]
                if size == len(body):
                    del waiting[stream_id]
        _serve(server, state.to_send(), echo, more)
        answered = server.data_to_send()
        for at in range(0, len(answered), cut):
            for event in state.receive(answered[at : at + cut]):
                if isinstance(event, Data):
                    found[event.stream_id] += event.data
                    state.give_back(event.stream_id, event.size_bytes)
                if isinstance(event, Trailers):
                    ended.add(event.stream_id)
        if len(ended) == len(ids):
            break
    assert found == ids
    assert state.open_streams == 0


def _h2_server() -> Any:
    server = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
    server.initiate_connection()
    server.update_settings({h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: 1500})
    return server


def _serve(server: Any, came: bytes, echo: dict[int, bytes], more: int) -> None:
    for event in server.receive_data(came):
        if isinstance(event, h2.events.RequestReceived):
            server.send_headers(event.stream_id, [(":status", "200"), ("x-long", "y" * more)])
        elif isinstance(event, h2.events.DataReceived):
            echo[event.stream_id] += event.data
            server.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, h2.events.StreamEnded):
            echo[event.stream_id] += b"\0end"
    for stream_id, body in echo.items():
        _send_back(server, stream_id, echo, body)


def _send_back(server: Any, stream_id: int, echo: dict[int, bytes], body: bytes) -> None:
    is_ended = body.endswith(b"\0end")
    plain = body.removesuffix(b"\0end")
    if not body:
        return
    size = min(server.local_flow_control_window(stream_id), 16_384, len(plain))
    if size > 0:
        server.send_data(stream_id, plain[:size])
    echo[stream_id] = plain[size:] + (b"\0end" if is_ended else b"")
    if is_ended and size == len(plain):
        server.send_headers(stream_id, [("grpc-status", "0")], end_stream=True)
        echo[stream_id] = b""
