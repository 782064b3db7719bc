"""The two sides of a pair as exchanges, such as the proxy would have seen them. Pure."""

import struct
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from crossfade.shadow.exchange import Answer, Failure, FailureReason, Headers, Protocol, Reply, Request
from crossfade.shadow.ingest import fields

_PREFIX = struct.Struct(">BI")  # grpc/doc/PROTOCOL-HTTP2.md: compressed flag and length
_TYPE = ("content-type", "application/grpc")
# The library of the service reads these itself, and hands them on or not.
_OF_THE_CALL = frozenset({"content-type", "grpc-status", "grpc-message"})
_UNQUOTED = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) != "%")  # Percent-Byte-Unencoded, same source
_FAILED = {reason.value: reason for reason in FailureReason}
_MAX_STATUS = 999


def frames(messages: Iterable[bytes]) -> bytes:
    """A gRPC body."""
    return b"".join(_PREFIX.pack(0, len(message)) + message for message in messages)


def build_request(route: str, headers: Headers, body: bytes, *, request_id: str, at: float) -> Request:
    """A call of ``route`` with its header fields as they are; ``at`` is seconds since the epoch."""
    return Request(
        id=request_id,
        protocol=Protocol.GRPC,
        method="POST",
        scheme="http",
        authority="",
        target=f"/{route}",
        headers=headers,
        body=body,
        truncated=False,
        trailers=(),
        started_at=at,
    )


def read_reply(value: object, place: str) -> Reply:
    """What one side gave. Raises: FieldError."""
    found = fields.table(value, place)
    if "failed" in found:
        return _failure(found, place)
    headers = fields.metadata(found.get("headers", []), f"{place}.headers")
    trailers = fields.metadata(found.get("trailers", []), f"{place}.trailers")
    return Answer(
        status=200,
        headers=(_TYPE, *_without_call(headers)),
        body=frames(fields.items(found.get("messages"), f"{place}.messages", fields.data)),
        truncated=fields.flag(found.get("truncated", False), f"{place}.truncated"),
        trailers=(*_status(found, place), *_without_call(trailers)),
        latency_ms=fields.milliseconds(found.get("latency_ms"), f"{place}.latency_ms"),
    )


def _failure(found: dict[str, Any], place: str) -> Failure:
    """A word that is no failure's is an answer that was not valid."""
    word = fields.text(found["failed"], f"{place}.failed")
    return Failure(reason=_FAILED.get(word, FailureReason.INVALID), detail="told by the service", latency_ms=0.0)


def _status(found: dict[str, Any], place: str) -> Headers:
    code = fields.count(found.get("status"), f"{place}.status")
    if code > _MAX_STATUS:
        raise fields.wrong(f"{place}.status", "a gRPC status", code)
    message = fields.text(found.get("message") or "", f"{place}.message")
    quoted = quote(message, safe=_UNQUOTED, errors="surrogatepass")
    return (("grpc-status", str(code)), *((("grpc-message", quoted),) if quoted else ()))


def _without_call(headers: Headers) -> Headers:
    return tuple(field for field in headers if field[0] not in _OF_THE_CALL)
