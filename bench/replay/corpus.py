"""A corpus of reads, each of another record, in sessions of ten: over HTTP/1.1 or gRPC."""

import struct
from pathlib import Path

from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Call, Manifest, Session
from crossfade.shadow.exchange import Answer, Protocol, Request
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage

METHOD = "bench.v1.Users/List"
_PER_SESSION = 10
_GRPC = RouteInfo(route=METHOD, protocol="grpc", call_type="unary", stage=Stage.SHADOW, listener="all")
_HTTP = RouteInfo(route="GET /users/{id}", protocol="http", call_type="http", stage=Stage.SHADOW, listener="all")


def write_corpus(folder: Path, calls: int, body: bytes, *, grpc: bool) -> None:
    """So many calls, each recorded with the answer that the services give; ``body`` is that of an HTTP answer."""
    corpus = CorpusFolder.create(folder, Manifest(service="bench"))
    make = _grpc_call if grpc else _http_call
    for first in range(0, calls, _PER_SESSION):
        made = tuple(make(number, body) for number in range(first, min(calls, first + _PER_SESSION)))
        corpus.add(Session(id=f"s-{first:06}", calls=made, source="bench"))


def grpc_message(number: int) -> bytes:
    """A request without its frame."""
    return _text(f"page-{number}".encode())


def http_target(number: int) -> str:
    """A request's path."""
    return f"/users/{number}"


def _http_call(number: int, body: bytes) -> Call:
    headers = (("Content-Type", "application/json"), ("Content-Length", str(len(body))))
    answer = Answer(status=200, headers=headers, body=body, truncated=False, trailers=(), latency_ms=1.0)
    request = _request(number, Protocol.HTTP, "GET", http_target(number), (("Accept", "*/*"),), b"")
    return Call(route=_HTTP, request=request, reply=answer, write=False)


def _grpc_call(number: int, body: bytes) -> Call:
    answer = Answer(
        status=200,
        headers=(("content-type", "application/grpc"),),
        body=_frame(_text(body)),
        truncated=False,
        trailers=(("grpc-status", "0"),),
        latency_ms=1.0,
    )
    headers = (("content-type", "application/grpc"), ("te", "trailers"))
    request = _request(number, Protocol.GRPC, "POST", f"/{METHOD}", headers, _frame(grpc_message(number)))
    return Call(route=_GRPC, request=request, reply=answer, write=False)


def _request(  # noqa: PLR0913, PLR0917 - what differs between the two
    number: int, protocol: Protocol, method: str, target: str, headers: tuple[tuple[str, str], ...], body: bytes
) -> Request:
    return Request(
        id=f"c{number}",
        protocol=protocol,
        method=method,
        scheme="http",
        authority="bench.test",
        target=target,
        headers=headers,
        body=body,
        truncated=False,
        trailers=(),
        started_at=1_000.0 + number / 1000,
    )


def _text(text: bytes) -> bytes:
    """A message whose field 1 is a text."""
    size, length = len(text), bytearray()
    while size > 0x7F:  # noqa: PLR2004 - seven bits a byte
        length.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes([1 << 3 | 2, *length, size]) + text


def _frame(message: bytes) -> bytes:
    return struct.pack(">BI", 0, len(message)) + message
