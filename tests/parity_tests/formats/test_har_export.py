"""Sessions as a HAR."""

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest
from mitmproxy.io import FlowReader

from crossfade.parity_tests.corpus.records import Call, Session
from crossfade.parity_tests.formats.har import read_har
from crossfade.parity_tests.formats.har_export import har_calls, har_text
from crossfade.shadow.exchange import Answer, Failure, FailureReason, Protocol, Request
from crossfade.shadow.exchange.events import Side
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage

ROUTE = RouteInfo(route="GET /a", protocol="http", call_type="http", stage=Stage.SHADOW, listener="web")


def call_of(body: bytes = b"", answer: bytes = b"", **more: Any) -> Call:
    """A call; ``more`` are ``protocol``, ``status``, ``kind`` of both bodies, ``coding`` of the answer's."""
    kind = (("content-type", more.get("kind", "application/json")),)
    coding = (("content-encoding", more["coding"]),) if "coding" in more else ()
    request = Request(
        id="7",
        protocol=more.get("protocol", Protocol.HTTP),
        method="POST" if body else "GET",
        scheme="https",
        authority="svc.test:8443",
        target="/a?q=1&q=%20&r",
        headers=(*kind, ("cookie", "a=1; b=2")),
        body=body,
        truncated=False,
        trailers=(),
        started_at=1767323045.678,
    )
    reply = Answer(
        status=more.get("status", 200),
        headers=(*kind, *coding, ("set-cookie", "c=3; Path=/"), ("location", "/b")),
        body=answer,
        truncated=False,
        trailers=(),
        latency_ms=12.5,
    )
    return Call(route=ROUTE, request=request, reply=reply, write=False)


def exported(tmp_path: Path, *calls: Call) -> Path:
    """A file with these calls."""
    path = tmp_path / "a.har"
    path.write_text("".join(har_text([Session(id="s-1", calls=calls)])), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("body", "answer", "more"),
    [
        (b"", b"", {}),
        (b'{"a":"\xc3\xbc"}', b'{"b":1}', {}),
        (b"\xff\0\xfe", b"\xff\0", {"kind": "application/octet-stream"}),
        (b"a=1", b"ok", {"kind": "text/plain; charset=latin-1"}),
        (b"", gzip.compress(b'{"b":1}', mtime=0), {"coding": "gzip", "status": 299}),
    ],
)
def test_what_is_written_is_read(tmp_path: Path, taken: Any, body: bytes, answer: bytes, more: Any) -> None:
    """By our own reader: all but the codings of bodies."""
    call = call_of(body, answer, **more)
    (found,) = taken(read_har(exported(tmp_path, call))).exchanges
    request = found.request
    assert (request.method, request.scheme, request.authority, request.target) == (
        call.request.method,
        "https",
        "svc.test:8443",
        "/a?q=1&q=%20&r",
    )
    assert (request.headers, request.body, request.started_at) == (call.request.headers, body, 1767323045.678)
    plain = gzip.decompress(answer) if "coding" in more else answer
    assert (found.reply.status, found.reply.body, found.reply.latency_ms) == (more.get("status", 200), plain, 12.5)


def test_what_mitmproxy_reads(tmp_path: Path) -> None:
    """Another reader of the format finds the same."""
    path = exported(tmp_path, call_of(b'{"a":1}', b'{"b":1}'), call_of())
    one, two = FlowReader(io.BytesIO(path.read_bytes())).stream()
    assert (one.request.pretty_url, one.request.method) == ("https://svc.test:8443/a?q=1&q=%20&r", "POST")
    assert (one.request.content, one.response.content, one.response.status_code) == (b'{"a":1}', b'{"b":1}', 200)
    assert one.response.headers["location"] == "/b"
    assert two.request.method == "GET"


def test_the_parts_of_an_entry(tmp_path: Path) -> None:
    """What the format asks for is there."""
    har = json.loads(exported(tmp_path, call_of(b"{}", b"{}", status=201)).read_text(encoding="utf-8"))
    assert (har["log"]["version"], har["log"]["creator"]["name"]) == ("1.2", "crossfade")
    (entry,) = har["log"]["entries"]
    assert entry["startedDateTime"] == "2026-01-02T03:04:05.678Z"
    assert entry["comment"] == "session s-1, call 7"
    assert entry["request"]["cookies"] == [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}]
    assert entry["request"]["queryString"] == [
        {"name": "q", "value": "1"},
        {"name": "q", "value": " "},
        {"name": "r", "value": ""},
    ]
    assert entry["response"]["cookies"] == [{"name": "c", "value": "3"}]
    assert (entry["response"]["statusText"], entry["response"]["redirectURL"]) == ("Created", "/b")


def test_what_has_no_place(tmp_path: Path) -> None:
    """gRPC, what was not answered, and what is not whole."""
    whole = call_of()
    failed = Failure(reason=FailureReason.RESET, detail="", latency_ms=1.0)
    others = (
        call_of(protocol=Protocol.GRPC),
        Call(route=ROUTE, request=whole.request, reply=failed, write=False),
        Call(route=ROUTE, request=whole.request, reply=whole.reply, write=False, hidden=frozenset({Side.LEGACY})),
    )
    session = Session(id="s-1", calls=(*others, whole))
    assert [call for call, _ in har_calls(session)] == [whole]
    assert len(json.loads(exported(tmp_path, *session.calls).read_text(encoding="utf-8"))["log"]["entries"]) == 1
