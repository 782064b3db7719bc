"""The codecs of HTTP/1: events in, commands out."""

from typing import Any

import pytest
from mitmproxy import options
from mitmproxy.connection import Client, ConnectionState, Server
from mitmproxy.proxy import commands, events
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layers.http import (
    ReceiveHttp,
    RequestData,
    RequestEndOfMessage,
    RequestHeaders,
    RequestProtocolError,
    ResponseData,
    ResponseEndOfMessage,
    ResponseHeaders,
    SendHttp,
)

from crossfade.shadow.capture.mitmproxy.wire.events import Informational, LegacyClosed, RefusalError, SenderEnded
from crossfade.shadow.capture.mitmproxy.wire.framing import answer_size, check_request
from crossfade.shadow.capture.mitmproxy.wire.head import read_request, read_response
from crossfade.shadow.capture.mitmproxy.wire.http1_client import WireHttp1Client
from crossfade.shadow.capture.mitmproxy.wire.http1_server import WireHttp1Server
from crossfade.shadow.capture.mitmproxy.wire.limits import ENGINE_HEAD_LIMIT_BYTES
from crossfade.shadow.capture.mitmproxy.wire.versions import status_of

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"


class Bench:
    """One codec between the bytes of its peer and the events of the stream."""

    def __init__(self, *, of_client: bool) -> None:
        client = Client(peername=("a", 1), sockname=("b", 2), timestamp_start=0.0, state=ConnectionState.OPEN)
        context = Context(client, options.Options())
        context.server = Server(address=("c", 3))
        context.server.state = ConnectionState.OPEN
        self.conn = client if of_client else context.server
        self.codec: Any = WireHttp1Server(context) if of_client else WireHttp1Client(context)
        self.handle(events.Start())

    def handle(self, event: events.Event) -> list[Any]:
        """What one event leads to: bytes, events for the stream and the other side, and other commands."""
        found: list[Any] = []
        for command in self.codec.handle_event(event):
            match command:
                case commands.SendData():
                    found.append(command.data)
                case ReceiveHttp() | SendHttp():
                    found.append(command.event)
                case commands.CloseTcpConnection(half_close=True):
                    self.conn.state &= ~ConnectionState.CAN_WRITE
                    found.append("half-close")
                case commands.CloseConnection():
                    self.conn.state = ConnectionState.CLOSED
                    found.append("close")
                case commands.RequestWakeup():
                    found.append("wake up")
        return found

    def comes(self, data: bytes) -> list[Any]:
        """Bytes of the peer."""
        return self.handle(events.DataReceived(self.conn, data))

    def ends(self, *, by_reset: bool = False) -> list[Any]:
        """The peer sends no more, or is gone."""
        self.conn.state = ConnectionState.CLOSED if by_reset else self.conn.state & ~ConnectionState.CAN_READ
        return self.handle(events.ConnectionClosed(self.conn))

    def answer(self, stream_id: int, head: bytes = OK) -> list[Any]:
        """What a client is sent for an answer with the body hi."""
        response = read_response(head)
        response.size = answer_size(b"GET", response)
        found = self.handle(ResponseHeaders(stream_id, response))
        found += self.handle(ResponseData(stream_id, b"hi"))
        return found + self.handle(ResponseEndOfMessage(stream_id))

    def ask(self, raw: bytes = GET) -> list[Any]:
        """What legacy is sent for a request without a body."""
        request = read_request(raw)
        request.size = check_request(request)
        return self.handle(RequestHeaders(1, request, end_stream=True)) + self.handle(RequestEndOfMessage(1))


def kinds(found: list[Any]) -> list[Any]:
    """Events by their class."""
    return [item if isinstance(item, bytes | str) else type(item) for item in found]


@pytest.fixture
def client() -> Bench:
    """The client's connection."""
    return Bench(of_client=True)


@pytest.fixture
def legacy() -> Bench:
    """Legacy's connection."""
    return Bench(of_client=False)


def test_requests_one_after_the_other(client: Bench) -> None:
    """A pipelined one is read when the first is answered, with the next number."""
    assert kinds(client.comes(b"\r\n" + GET + b"\r\n" + GET)) == [RequestHeaders, RequestEndOfMessage]
    *sent, head, end = client.answer(1)
    assert sent == [OK, b"hi"]
    assert (head.stream_id, end.stream_id) == (3, 3)
    assert client.answer(3) == [OK, b"hi"]


def test_a_body_byte_by_byte(client: Bench) -> None:
    """The head is told of once it is whole, then each piece."""
    data = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"
    found = [item for at in range(len(data)) for item in client.comes(data[at : at + 1])]
    assert kinds(found) == [RequestHeaders, RequestData, RequestData, RequestEndOfMessage]


def test_a_client_that_ends_its_side(client: Bench) -> None:
    """Legacy is to see it, the answer goes out, and the connection ends."""
    client.comes(GET)
    assert client.ends() == [SenderEnded(1, by_client=True)]
    assert client.answer(1) == [OK, b"hi", "close"]


def test_a_client_that_ends_its_side_behind_a_second_request(client: Bench) -> None:
    """Legacy is to see it behind that one."""
    client.comes(GET + GET)
    assert client.ends() == []
    assert kinds(client.answer(1)) == [OK, b"hi", RequestHeaders, RequestEndOfMessage, SenderEnded]
    assert client.answer(3) == [OK, b"hi", "close"]


def test_a_client_that_is_gone(client: Bench) -> None:
    """Its request ends."""
    client.comes(GET)
    assert kinds(client.ends(by_reset=True)) == [RequestProtocolError]


def test_an_idle_client_that_ends(client: Bench) -> None:
    """Its connection ends, whatever half of a head there is."""
    client.comes(b"\r\nGET / HT")
    assert client.ends() == ["close"]


def test_a_head_without_an_end(client: Bench) -> None:
    """It enters, because its first line has been read; what still comes is dropped for a while."""
    found: list[Any] = client.comes(GET[:-2] + b"X: ")
    while not found:
        found = client.comes(b"x" * 65_535)
    (head,) = found
    assert head.request.refusal.status == 431
    assert len(client.codec.buf) == 0
    assert client.comes(b"x" * 65_535) == []
    sent = client.handle(RefusalError(1, "too long", 431))
    assert sent[0].startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")
    assert sent[1:] == ["half-close", "wake up"]
    assert client.comes(b"x" * 65_535) == []
    assert len(client.codec.buf) == 0
    assert client.ends() == ["close"]


def test_a_line_without_an_end(client: Bench) -> None:
    """It is no request: nobody is told."""
    sent, *rest = client.comes(b"GET /" + b"x" * 2 * ENGINE_HEAD_LIMIT_BYTES)
    assert sent.startswith(b"HTTP/1.1 431 ")
    assert rest == ["half-close", "wake up"]


def test_a_body_that_is_none(client: Bench) -> None:
    """The proxy says so, and the request ends as one that it did not pass on."""
    found = client.comes(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
    assert kinds(found[:1] + found[2:]) == [RequestHeaders, "half-close", "wake up", RequestProtocolError]
    assert found[1].startswith(b"HTTP/1.1 400 ")
    assert found[-1].message.startswith("not passed on: ")


def test_a_request_goes_out_as_it_came(legacy: Bench) -> None:
    """Byte for byte, and the connection is there for the next one."""
    odd = b"get /\xff http/1.1\nX:1\n y\n\n"
    assert legacy.ask(odd) == [odd]
    assert kinds(legacy.comes(OK + b"hi")) == [ResponseHeaders, ResponseData, ResponseEndOfMessage]
    assert legacy.ask() == [GET]


def test_informational_answers(legacy: Bench) -> None:
    """They go to the client as they come, and one that dribbles is read once."""
    legacy.ask()
    hints = b"HTTP/1.1 103 Hints\r\nLink:x\r\n\r\n"
    found = [item for at in range(len(hints)) for item in legacy.comes(hints[at : at + 1])]
    assert kinds(found) == [Informational]
    assert kinds(legacy.comes(hints + OK))[:2] == [Informational, ResponseHeaders]


def test_legacy_ends_an_idle_connection(legacy: Bench) -> None:
    """The client's ends with it."""
    legacy.ask()
    legacy.comes(OK + b"hi")
    assert kinds(legacy.ends()) == ["close", LegacyClosed]


def test_legacy_says_more_than_its_answer(legacy: Bench) -> None:
    """Nobody asked: that connection is not used again."""
    legacy.ask()
    assert kinds(legacy.comes(OK + b"hi, and more"))[-1] == "close"


def test_legacy_ends_without_an_answer(legacy: Bench) -> None:
    """That is no 502."""
    legacy.ask()
    end, error = legacy.ends()
    assert (end, status_of(error)) == ("close", None)


@pytest.mark.parametrize(
    "head",
    [b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"x" * 2 * ENGINE_HEAD_LIMIT_BYTES],
)
def test_legacy_sends_no_answer(legacy: Bench, head: bytes) -> None:
    """502, and the connection ends."""
    legacy.ask()
    end, error = legacy.comes(head)
    assert (end, status_of(error)) == ("close", 502)


def test_legacy_sends_no_http(legacy: Bench) -> None:
    """The bytes pass, up to the end."""
    legacy.ask()
    assert legacy.comes(b"ht") == []
    head, data = legacy.comes(b"ml>\r\n\r\n")
    assert (head.response.head(), data.data) == (b"", b"html>\r\n\r\n")
    assert kinds(legacy.ends()) == [ResponseEndOfMessage, "close"]


def test_the_end_of_the_client_reaches_legacy(legacy: Bench) -> None:
    """One direction ends; the answer still comes."""
    legacy.ask()
    assert legacy.handle(SenderEnded(1, by_client=True)) == ["half-close"]
    assert kinds(legacy.comes(OK + b"hi")) == [ResponseHeaders, ResponseData, ResponseEndOfMessage]


@pytest.mark.parametrize("of_client", [True, False])
def test_very_many_chunks(of_client: bool, client: Bench, legacy: Bench) -> None:
    """What comes at once is a few pieces, because each takes its time; the first ones are told one by one."""
    chunks = b"1\r\na\r\n" * 10_000
    head = b"Transfer-Encoding: chunked\r\n\r\n"
    if of_client:
        found = client.comes(b"POST / HTTP/1.1\r\nHost: a\r\n" + head + chunks + b"0\r\n\r\n")
    else:
        legacy.ask()
        found = legacy.comes(b"HTTP/1.1 200 OK\r\n" + head + chunks + b"0\r\n\r\n")
    data = [item.data for item in found if isinstance(item, RequestData | ResponseData)]
    assert b"".join(data) == b"a" * 10_000
    assert data[:2] == [b"a", b"a"]
    assert len(data) < 20
    assert isinstance(found[-1], RequestEndOfMessage | ResponseEndOfMessage)
