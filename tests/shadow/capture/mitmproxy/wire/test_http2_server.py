"""The client's connection: what is beyond its share is refused, waits, or ends alone."""

from typing import Any

import h2.events
import pytest
from hpack import Decoder, Encoder
from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    Frame,
    GoAwayFrame,
    HeadersFrame,
    PingFrame,
    PriorityFrame,
    RstStreamFrame,
    SettingsFrame,
)
from mitmproxy.proxy import commands, events
from mitmproxy.proxy.layers.http import (
    ReceiveHttp,
    RequestData,
    RequestHeaders,
    RequestProtocolError,
    ResponseHeaders,
    ResponseProtocolError,
)

from crossfade.shadow.capture.mitmproxy.wire.batches import BATCH
from crossfade.shadow.capture.mitmproxy.wire.events import (
    NOT_PASSED_ON,
    RefusalError,
    RefusedHead,
    StreamLimit,
    TurnHook,
    failure,
)
from crossfade.shadow.capture.mitmproxy.wire.limits import ENGINE_HEAD_LIMIT_BYTES, FIRST_STREAMS, MOST_STREAMS

GET = [(b":method", b"GET"), (b":scheme", b"http"), (b":path", b"/a"), (b":authority", b"a.test")]
REFUSED, CALM = 0x7, 0xB


def _requests(count: int, first: int = 1, encoder: Encoder | None = None) -> list[Frame]:
    encoder = encoder or Encoder()
    frames = []
    for number in range(count):
        frame = HeadersFrame(first + 2 * number, encoder.encode(GET))
        frame.flags |= {"END_HEADERS", "END_STREAM"}
        frames.append(frame)
    return frames


def _to_the_end(server: Any, found: list[commands.Command]) -> tuple[list[commands.Command], int]:
    """All that comes of what was received, and in how many turns."""
    turns, everything = 0, list(found)
    while hooks := [item for item in found if isinstance(item, TurnHook)]:
        turns += 1
        found = server.handle(events.HookCompleted(hooks[-1]))
        everything += found
    return everything, turns


def test_streams_beyond_the_limit_are_refused(server: Any, told: Any) -> None:
    """Ten thousand at once, before the limit was read: those beyond it may be asked again, and the connection lives."""
    found, turns = _to_the_end(server, server.raw(_requests(10_000)))
    assert len(told(found, RequestHeaders)) == FIRST_STREAMS
    refused = [frame for frame in server.sent if isinstance(frame, RstStreamFrame)]
    assert {frame.error_code for frame in refused} == {REFUSED}
    assert [frame.stream_id for frame in refused] == list(range(2 * FIRST_STREAMS + 1, 20_001, 2))
    assert turns > 100
    assert not [item for item in found if isinstance(item, commands.CloseConnection)]
    assert len(server.codec.h2_conn.streams) == FIRST_STREAMS


def test_a_stream_that_ended_makes_room(server: Any, told: Any) -> None:
    """The limit is of streams that are open, and heads after refused ones are still understood."""
    encoder = Encoder()
    _to_the_end(server, server.raw(_requests(FIRST_STREAMS + 50, encoder=encoder)))
    server.handle(failure(ResponseProtocolError, 1, "broken"))
    assert 1 not in server.codec.streams
    found, _ = _to_the_end(server, server.raw(_requests(2, first=1001, encoder=encoder)))
    (head,) = told(found, RequestHeaders)
    assert head.stream_id == 1001
    assert head.request.path == "/a"


def test_late_frames_of_a_refused_stream(server: Any) -> None:
    """The client sent a body before it knew: each piece is answered by a reset, and its window comes back."""
    _to_the_end(server, server.raw(_requests(FIRST_STREAMS)))
    head = _requests(1, first=2 * FIRST_STREAMS + 1)[0]
    head.flags.discard("END_STREAM")
    body = DataFrame(head.stream_id, b"x" * 1000)
    found, _ = _to_the_end(server, server.raw([head, body, body]))
    assert not [item for item in found if isinstance(item, commands.CloseConnection | ReceiveHttp)]


def test_legacy_allows_more(server: Any, told: Any) -> None:
    """What legacy says is passed on within a bound, once, and holds when the client knows; less is never said."""
    server.handle(StreamLimit(0, 2**31))
    assert server.handle(StreamLimit(0, 2**31)) == []
    assert server.codec.h2_conn.local_settings.max_concurrent_streams == FIRST_STREAMS
    server.flush()
    assert server.codec.h2_conn.local_settings.max_concurrent_streams == MOST_STREAMS
    changed = [event for event in server.heard if isinstance(event, h2.events.RemoteSettingsChanged)]
    assert changed[-1].changed_settings[3].new_value == MOST_STREAMS
    server.handle(StreamLimit(0, 1))
    assert server.codec.h2_conn.local_settings.max_concurrent_streams == MOST_STREAMS
    found, _ = _to_the_end(server, server.raw(_requests(FIRST_STREAMS + 1)))
    assert len(told(found, RequestHeaders)) == FIRST_STREAMS + 1


def test_much_at_once_is_handled_in_turns(server: Any, told: Any) -> None:
    """Nothing of the next batch before the turn has come, whatever arrives meanwhile; then all of it, in order."""
    first = server.raw(_requests(20))
    early = len(told(first, RequestHeaders))
    assert 0 < early <= BATCH // 8
    assert server.raw([]) == []
    assert server.handle(events.ConnectionClosed(server.conn)) == []
    found, _ = _to_the_end(server, first)
    assert [event.stream_id for event in told(found, RequestHeaders)] == list(range(1, 41, 2))
    assert [event.stream_id for event in told(found, RequestProtocolError)] == list(range(1, 41, 2))


def test_floods_of_small_frames_take_turns(server: Any) -> None:
    """PING, SETTINGS, PRIORITY, empty DATA: each batch is bounded, and nothing is kept of them."""
    head = _requests(1)[0]
    head.flags.discard("END_STREAM")
    server.raw([head])
    floods: list[list[Frame]] = [
        [PingFrame(0, b"12345678")] * 1000,
        [SettingsFrame(0, {4: 65_535})] * 1000,
        [PriorityFrame(1, depends_on=0, stream_weight=1)] * 1000,
        [DataFrame(1, b"")] * 1000,
    ]
    for frames in floods:
        found, turns = _to_the_end(server, server.raw(frames))
        assert turns >= 1000 // BATCH
        assert not [event for event in found if isinstance(event, ReceiveHttp)]
    assert len(server.codec.h2_conn.streams) == 1


def test_a_head_that_is_too_large(server: Any, told: Any) -> None:
    """It is told of without its fields; the other streams of the connection go on."""
    encoder = Encoder()
    fields = [*GET, *((b"x-%d" % number, b"v" * 1000) for number in range(300))]
    block = encoder.encode(fields, huffman=False)
    frames: list[Frame] = [HeadersFrame(1, block[:16_000])]
    frames[0].flags.add("END_STREAM")
    frames += [ContinuationFrame(1, block[at : at + 16_000]) for at in range(16_000, len(block), 16_000)]
    frames[-1].flags.add("END_HEADERS")
    found, _ = _to_the_end(server, server.raw([*frames, *_requests(1, first=3, encoder=encoder)]))
    large, small = told(found, RequestHeaders)
    assert isinstance(large, RefusedHead)
    assert large.text.startswith(NOT_PASSED_ON)
    assert large.request.path == "/a"
    assert not large.request.headers.fields
    assert small.stream_id == 3
    server.handle(RefusalError(1, large.text, 431))
    (answer,) = (frame for frame in server.sent if isinstance(frame, HeadersFrame))
    assert (b":status", b"431") in Decoder().decode(answer.data, raw=True)


@pytest.mark.parametrize("more", [(b"x-a", b"1\r\nx-evil: 2"), (b"x-a: 1", b"1")])
def test_a_malformed_head_ends_alone(server: Any, told: Any, more: tuple[bytes, bytes]) -> None:
    """Whatever else is wrong with it; newer versions of h2 would end all streams of the connection."""
    encoder = Encoder()
    block = encoder.encode([*GET, (b":path", b"/other"), more], huffman=False)
    head = HeadersFrame(1, block)
    head.flags |= {"END_HEADERS", "END_STREAM"}
    found, _ = _to_the_end(server, server.raw([head, *_requests(1, first=3, encoder=encoder)]))
    refused, whole = told(found, RequestHeaders)
    assert isinstance(refused, RefusedHead)
    assert (refused.request.path, whole.stream_id) == ("/a", 3)


@pytest.mark.parametrize("more", [(b"X-A", b"1"), (b"te", b"gzip"), (b":path", b"/b"), (b"x-a", b" 1")])
def test_what_h2_refuses(server: Any, told: Any, more: tuple[bytes, bytes]) -> None:
    """A head that says something that no client does ends the connection, and is no request."""
    head = HeadersFrame(1, Encoder().encode([*GET, more], huffman=False))
    head.flags |= {"END_HEADERS", "END_STREAM"}
    found = server.raw([head])
    assert not told(found, RequestHeaders)
    assert [item for item in found if isinstance(item, commands.CloseConnection)]
    assert [frame for frame in server.sent if isinstance(frame, GoAwayFrame)]


def test_trailers_that_are_too_large(server: Any, told: Any) -> None:
    """Their stream is reset, and legacy's side of it is told why."""
    server.peer.send_headers(1, GET)
    server.peer.send_headers(1, [(b"x-%d" % number, b"v" * 1000) for number in range(300)], end_stream=True)
    found = server.flush()
    (error,) = told(found, RequestProtocolError)
    assert str(ENGINE_HEAD_LIMIT_BYTES) in error.message
    assert [event.error_code for event in server.heard if isinstance(event, h2.events.StreamReset)] == [CALM]


def test_a_head_without_an_end(server: Any) -> None:
    """CONTINUATION frames beyond what a refused head may have end the connection."""
    head = HeadersFrame(1, b"")
    piece = ContinuationFrame(1, b"\x00\x01x\x7f\xff\xff\x03" + b"v" * 100_000)
    found, _ = _to_the_end(server, server.raw([head, *[piece] * 8]))
    assert [item for item in found if isinstance(item, commands.CloseConnection)]


def test_streams_that_ended_are_forgotten(server: Any) -> None:
    """Of a thousand requests that were answered nothing is kept but, for a while, how they ended."""
    for number in range(1000):
        stream_id = 2 * number + 1
        server.peer.send_headers(stream_id, GET, end_stream=True)
        server.flush()
        server.handle(ResponseHeaders(stream_id, _answer(), end_stream=True))
    codec = server.codec
    assert not codec.streams
    assert not codec.h2_conn.streams
    assert not codec.h2_conn.stream_buffers


def test_empty_data_is_not_passed_on(server: Any, told: Any) -> None:
    """In chunks of HTTP/1.1 it would be the end of the body."""
    server.peer.send_headers(1, GET)
    server.peer.send_data(1, b"")
    server.peer.send_data(1, b"abc")
    found = server.flush()
    assert [event.data for event in told(found, RequestData)] == [b"abc"]


def _answer() -> Any:
    from mitmproxy.http import Headers, Response  # noqa: PLC0415 - warns on import

    return Response(b"HTTP/2.0", 200, b"", Headers(), None, None, 0, None)


def test_rapid_resets(server: Any, told: Any) -> None:
    """A thousand streams that are opened and reset at once (CVE-2023-44487) take turns, and nothing is kept of them."""
    frames: list[Frame] = []
    for head in _requests(1000):
        frames += [head, RstStreamFrame(head.stream_id, error_code=0x8)]
    found, turns = _to_the_end(server, server.raw(frames))
    assert len(told(found, RequestProtocolError)) == len(told(found, RequestHeaders)) == 1000
    assert turns >= 1000
    assert not server.codec.streams
    assert not server.codec.h2_conn.streams
