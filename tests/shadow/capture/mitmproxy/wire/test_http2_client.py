"""Legacy's connection: what its limit holds back waits, moves on, or leaves."""

from typing import Any

import h2.events
import h2.settings
from mitmproxy.http import Headers, Request
from mitmproxy.proxy import commands, events
from mitmproxy.proxy.layers.http import (
    RequestData,
    RequestEndOfMessage,
    RequestHeaders,
    RequestProtocolError,
    ResponseHeaders,
    ResponseProtocolError,
    SendHttp,
)

from crossfade.shadow.capture.mitmproxy.wire.events import Choked, Flowing, StreamLimit, Unsent
from crossfade.shadow.capture.mitmproxy.wire.limits import ENGINE_HEAD_LIMIT_BYTES
from crossfade.shadow.capture.mitmproxy.wire.versions import CLIENT_LEFT

OK = [(b":status", b"200")]
MOST = h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS
PROVISIONAL = 1  # streams that are opened before legacy has said its limit


def _request() -> Request:
    return Request("a.test", 80, b"GET", b"http", b"a.test", b"/a", b"HTTP/2.0", Headers(), None, None, 0, None)


def _ask(legacy: Any, stream_id: int, *, end_stream: bool = True) -> list[commands.Command]:
    found = legacy.handle(RequestHeaders(stream_id, _request(), end_stream=end_stream))
    if end_stream:
        found += legacy.handle(RequestEndOfMessage(stream_id))
    return list(found)


def _asked(legacy: Any) -> list[int]:
    return [event.stream_id for event in legacy.heard if isinstance(event, h2.events.RequestReceived)]


def _allow(legacy: Any, count: int) -> list[commands.Command]:
    legacy.peer.update_settings({MOST: count})
    return list(legacy.flush())


def test_a_thousand_that_waited_go_out_at_once(legacy: Any) -> None:
    """Once legacy has said that it takes them, and not by recursion."""
    for number in range(1000):
        _ask(legacy, 2 * number + 1)
    assert len(_asked(legacy)) == PROVISIONAL
    _allow(legacy, 5000)
    assert len(_asked(legacy)) == 1000
    assert not legacy.codec.stream_queue


def test_its_limit_is_told_to_the_client(legacy: Any) -> None:
    """As it is, whatever is then made of it."""
    found = _allow(legacy, 37)
    told = [item.event for item in found if isinstance(item, SendHttp) and isinstance(item.event, StreamLimit)]
    assert told[-1].count == 37
    assert told[-1].stream_id == 0


def test_one_at_a_time(legacy: Any) -> None:
    """In the order in which they came."""
    _allow(legacy, 1)
    for stream_id in (9, 5, 7):
        _ask(legacy, stream_id)
    for number, client_id in enumerate((9, 5, 7)):
        assert _asked(legacy) == [2 * item + 1 for item in range(number + 1)]
        legacy.peer.send_headers(2 * number + 1, OK, end_stream=True)
        (head,) = [item.event for item in legacy.flush() if isinstance(getattr(item, "event", None), ResponseHeaders)]
        assert head.stream_id == client_id
    assert not legacy.codec.our_stream_id
    assert not legacy.codec.their_stream_id


def test_one_that_leaves_while_it_waits(legacy: Any) -> None:
    """Legacy does not hear of it, and nothing is kept of it."""
    _allow(legacy, 1)
    _ask(legacy, 1)
    _ask(legacy, 3, end_stream=False)
    assert legacy.handle(RequestProtocolError(3, "stream reset by client (CANCEL)", CLIENT_LEFT)) == []
    assert not legacy.codec.stream_queue
    legacy.peer.send_headers(1, OK, end_stream=True)
    legacy.flush()
    assert _asked(legacy) == [1]
    assert legacy.handle(RequestData(3, b"late")) == []


def test_a_body_that_waits_gets_no_credit(legacy: Any, told: Any) -> None:
    """Until its turn has come."""
    _allow(legacy, 1)
    _ask(legacy, 1)
    _ask(legacy, 3, end_stream=False)
    assert told(legacy.handle(RequestData(3, b"a")), Choked) == [Choked(3, by_client=False)]
    assert told(legacy.handle(RequestData(3, b"b")), Choked) == []
    legacy.peer.send_headers(1, OK, end_stream=True)
    assert told(legacy.flush(), Flowing) == [Flowing(3, by_client=False)]
    data = [event.data for event in legacy.heard if isinstance(event, h2.events.DataReceived)]
    assert b"".join(data) == b"ab"


def test_a_connection_that_ends_hands_back_what_waited(legacy: Any, told: Any) -> None:
    """What was sent fails; what was not is free to go elsewhere, with all that came of it and still comes."""
    _allow(legacy, 1)
    _ask(legacy, 1)
    _ask(legacy, 3, end_stream=False)
    legacy.handle(RequestData(3, b"a"))
    found = legacy.handle(events.ConnectionClosed(legacy.conn))
    assert [event.stream_id for event in told(found, ResponseProtocolError)] == [1]
    (unsent,) = told(found, Unsent)
    assert unsent.stream_id == 3
    assert legacy.handle(RequestEndOfMessage(3)) == []
    assert [type(event) for event in unsent.waiting] == [RequestHeaders, RequestData, RequestEndOfMessage]
    assert {event.stream_id for event in unsent.waiting} == {3}


def test_an_answer_whose_head_is_too_large(legacy: Any, told: Any) -> None:
    """Its stream ends on both sides; the other one goes on."""
    _allow(legacy, 10)
    _ask(legacy, 1)
    _ask(legacy, 3)
    legacy.peer.send_headers(1, [*OK, *((b"x-%d" % number, b"v" * 1000) for number in range(300))], end_stream=True)
    legacy.peer.send_headers(3, OK, end_stream=True)
    found = legacy.flush()
    (error,) = told(found, ResponseProtocolError)
    assert error.stream_id == 1
    assert f"at most {ENGINE_HEAD_LIMIT_BYTES}" in error.message
    assert [event.stream_id for event in told(found, ResponseHeaders)] == [3]
