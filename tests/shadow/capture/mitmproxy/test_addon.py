"""What the add-on tells of a flow: the client's own bytes, and a request that is whole though its end has not come."""

from typing import Any

import pytest
from mitmproxy import http
from mitmproxy.test import tflow, tutils

from crossfade.shadow.capture.mitmproxy.addon import CaptureAddon
from crossfade.shadow.capture.sink import Interest, RequestHead
from crossfade.shadow.exchange import Reply, Request

MESSAGE = b"\0\0\0\0\3abc"


class Sink:
    """Keeps the names of what it was told, and the request."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.request: Request | None = None

    def started(self, _head: RequestHead) -> Interest:
        return Interest.WHOLE

    def request_complete(self, request: Request) -> None:
        self.told.append("request")
        self.request = request

    def answer_began(self, *_: Any) -> bool:
        return False

    def replied(self, _request_id: str, _reply: Reply) -> None:
        self.told.append("reply")


def _addon() -> tuple[CaptureAddon, Sink]:
    sink = Sink()
    return CaptureAddon(sink, new_id=lambda: "id", body_limit_bytes=1000), sink  # type: ignore[arg-type]


def _told(request: http.Request) -> Request:
    """The request as the sink gets it."""
    addon, sink = _addon()
    flow = tflow.tflow(req=request)
    addon.requestheaders(flow)
    addon.request(flow)
    assert sink.request is not None
    return sink.request


@pytest.mark.parametrize("method", [b"GET", b"get", b"M-SEARCH"])
def test_the_method_is_the_clients(method: bytes) -> None:
    """Letter case kept."""
    assert _told(tutils.treq(method=method)).method == method.decode()


@pytest.mark.parametrize(
    ("version", "authority", "path", "target"),
    [
        (b"HTTP/1.1", b"", b"/a?b#c", "/a?b#c"),
        (b"HTTP/1.1", b"", "/café".encode(), "/café"),
        (b"HTTP/1.1", b"", b"/\xb2\xe2", "/\udcb2\udce2"),
        (b"HTTP/1.1", b"", b"http://other.test:81/a?b", "http://other.test:81/a?b"),
        (b"HTTP/1.1", b"", b"*", "*"),
        (b"HTTP/2.0", b"api.test", b"/a", "/a"),
    ],
)
def test_the_target_is_what_legacy_gets(version: bytes, authority: bytes, path: bytes, target: str) -> None:
    """The absolute form where the client sent it; HTTP/2 carries the authority beside it."""
    request = tutils.treq(scheme=b"http", authority=authority, path=path, http_version=version)
    assert _told(request).target == target


def test_a_folded_field_is_one_line() -> None:
    """As the other side's is."""
    told = _told(tutils.treq(headers=http.Headers([(b"A", b"1\r\n 2"), (b"b", b"\xfc")])))
    assert told.headers == (("A", "1 2"), ("b", "\xfc"))


def test_the_peer_is_the_clients_address() -> None:
    """Without the port, which is another one with each connection."""
    assert _told(tutils.treq()).peer == "127.0.0.1"


@pytest.mark.parametrize(
    ("kind", "parts", "told"),
    [
        ("application/grpc", [MESSAGE], ["request", "reply"]),
        ("application/grpc+proto", [MESSAGE[:4], MESSAGE[4:]], ["request", "reply"]),
        ("application/grpc", [b"\0\0\0\0\0"], ["request", "reply"]),
        ("application/grpc", [], ["reply"]),
        ("application/grpc", [MESSAGE[:-1]], ["reply"]),
        ("application/grpc", [MESSAGE, MESSAGE], ["reply"]),
        ("application/json", [MESSAGE], ["reply"]),
    ],
)
def test_a_message_whose_end_is_late(kind: str, parts: list[bytes], told: list[str]) -> None:
    """Legacy answers a unary call when it has the message: it is told as whole before the answer, and once."""
    addon, sink = _addon()
    request = tutils.treq(
        method=b"POST",
        http_version=b"HTTP/2.0",
        headers=http.Headers(content_type=kind),
        content=None,
        timestamp_end=None,
    )
    flow = tflow.tflow(req=request, resp=tutils.tresp(content=b""))
    addon.requestheaders(flow)
    for part in parts:
        flow.request.stream(part)
    addon.responseheaders(flow)
    addon.response(flow)
    assert sink.told == told
    if "request" in told:
        assert sink.request is not None
        assert (sink.request.body, sink.request.truncated) == (b"".join(parts), False)
    addon.request(flow)  # the end comes at last
    assert sink.told == told
