"""The entries of one call of a binary log, as an exchange. Pure.

A log has what the application sees: fields of the transport and of gRPC itself are made up here.
"""

import base64
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from crossfade.parity_tests.corpus.records import Timing
from crossfade.parity_tests.formats.exchanges import MAX_BODY_BYTES, Exchange, LeftOut, Omission
from crossfade.shadow.exchange import Answer, Failure, FailureReason, Headers, Protocol, Reply, Request

SERVER = 2
_CLIENT_HEADER, _SERVER_HEADER, _CLIENT_MESSAGE, _SERVER_MESSAGE, _HALF_CLOSE, _TRAILER, _CANCEL = range(1, 8)
_ENDS = frozenset({_TRAILER, _CANCEL})
_UNIX = 3
_PREFIX = struct.Struct(">BI")
_CANCELLED = 1
_TYPE = "content-type"
_UNESCAPED = "".join(map(chr, range(0x20, 0x7F))).replace("%", "")  # grpc/doc/PROTOCOL-HTTP2.md: Percent-Encoded
_TIMEOUT_UNITS = ((1, "n"), (1_000, "u"), (1_000_000, "m"), (1_000_000_000, "S"), (3_600_000_000_000, "H"))
_MAX_TIMEOUT = 99_999_999
_MS = 1000


@dataclass(slots=True)
class Logged:
    """One call as far as its entries came; ``place`` is where it began."""

    place: str
    entries: dict[int, list[Any]] = field(default_factory=dict)
    truncated: bool = False
    size_bytes: int = 0

    def take(self, entry: Any) -> int:  # noqa: ANN401 - a message that protobuf made
        """Adds an entry; gives its size in bytes."""
        self.entries.setdefault(entry.type, []).append(entry)
        self.truncated = self.truncated or entry.payload_truncated
        size: int = entry.ByteSize()
        self.size_bytes += size
        return size

    @property
    def is_over(self) -> bool:
        """Whether nothing of it is to come."""
        return not _ENDS.isdisjoint(self.entries)

    def first(self, kind: int) -> Any | None:  # noqa: ANN401 - see above
        """The first entry of a kind."""
        return next(iter(self.entries.get(kind, ())), None)

    @property
    def left(self) -> Any | None:  # noqa: ANN401 - see above
        """By which entry the client had left: often both ends only log a status for that."""
        trailer = self.first(_TRAILER)
        is_cancelled = trailer is not None and trailer.trailer.status_code == _CANCELLED
        return trailer if is_cancelled else self.first(_CANCEL) if trailer is None else None

    def body(self, kind: int) -> bytes:
        """The messages of one direction, each behind its length."""
        found = (entry.message.data for entry in self.entries.get(kind, ()))
        return b"".join(_PREFIX.pack(0, len(data)) + data for data in found)

    def times_ms(self, kind: int, since: float) -> tuple[float, ...]:
        """When the messages of one direction were logged."""
        return tuple(round((_at(entry) - since) * _MS, 3) for entry in self.entries.get(kind, ()))


def exchange_of(call: Logged, name: str) -> Exchange | LeftOut:
    """The call, or why it can't be taken."""
    header, cancel = call.first(_CLIENT_HEADER), call.first(_CANCEL)
    omitted = _omission(call)
    if omitted is not None or header is None:
        return LeftOut(omission=omitted or Omission.CUT_OFF, place=call.place)
    half_close = call.first(_HALF_CLOSE) or _only_message(call)
    since = _at(half_close or call.first(_TRAILER) or cancel)
    left = call.left
    bodies = call.body(_CLIENT_MESSAGE), call.body(_SERVER_MESSAGE)
    if max(map(len, bodies)) > MAX_BODY_BYTES:
        return LeftOut(omission=Omission.TOO_LARGE, place=call.place)
    timing = Timing(
        client_ms=call.times_ms(_CLIENT_MESSAGE, since),
        server_ms=call.times_ms(_SERVER_MESSAGE, since),
        cancelled_ms=None if left is None else max(0.0, round((_at(left) - since) * _MS, 3)),
        half_closed=half_close is not None,
    )
    return Exchange(request=_request(header, bodies[0], name), reply=_reply(call, bodies[1], since), timing=timing)


def _omission(call: Logged) -> Omission | None:
    if call.truncated:
        return Omission.CUT_OFF
    if not call.is_over or call.first(_CLIENT_HEADER) is None:
        return Omission.CUT_OFF
    if call.first(_TRAILER) is not None and _is_made_up(call):
        return Omission.NO_ANSWER
    return None


def _is_made_up(call: Logged) -> bool:
    """Whether a client's own library gave the status: then no server is known."""
    is_client = all(entry.logger != SERVER for entries in call.entries.values() for entry in entries)
    ends = (call.first(_SERVER_HEADER), call.first(_TRAILER))
    return is_client and not any(end is not None and end.HasField("peer") for end in ends)


def _only_message(call: Logged) -> Any | None:  # noqa: ANN401 - see above
    """Go's servers log no half close of a call that has one request message."""
    messages = call.entries.get(_CLIENT_MESSAGE, [])
    return messages[0] if len(messages) == 1 and call.first(_TRAILER) is not None else None


def _request(entry: Any, body: bytes, name: str) -> Request:  # noqa: ANN401 - see above
    header = entry.client_header
    timeout = header.timeout.ToNanoseconds() if header.HasField("timeout") else None
    deadline = () if timeout is None else (("grpc-timeout", _timeout(timeout)),)
    return Request(
        id=name,
        protocol=Protocol.GRPC,
        method="POST",
        scheme="http",
        authority=header.authority,
        target="/" + header.method_name.lstrip("/"),
        headers=(_type(header), ("te", "trailers"), *deadline, *_metadata(header)),
        body=body,
        truncated=False,
        trailers=(),
        started_at=_at(entry),
        peer=_peer(entry) if entry.logger == SERVER else "",
    )


def _reply(call: Logged, body: bytes, since: float) -> Reply:
    header, left = call.first(_SERVER_HEADER), call.left
    end = left or call.first(_TRAILER)
    latency_ms = max(0.0, round((_at(end) - since) * _MS, 3))
    if left is not None and header is None:
        return Failure(reason=FailureReason.RESET, detail="the client left before an answer", latency_ms=latency_ms)
    trailer = None if left is not None or end is None else end.trailer
    status = () if trailer is None else (*_status(trailer), *_metadata(trailer))
    opening = trailer if header is None else header.server_header
    return Answer(
        status=200,
        headers=(_type(opening), *(status if header is None else _metadata(opening))),
        body=body,
        truncated=False,
        trailers=() if header is None else status,
        latency_ms=latency_ms,
    )


def _status(trailer: Any) -> Headers:  # noqa: ANN401 - see above
    found = [("grpc-status", str(trailer.status_code))]
    if trailer.status_message:
        found.append(("grpc-message", quote(trailer.status_message, safe=_UNESCAPED)))
    if trailer.status_details:
        found.append(("grpc-status-details-bin", _base64(trailer.status_details)))
    return tuple(found)


def _metadata(owner: Any) -> Headers:  # noqa: ANN401 - see above
    return tuple(_fields(owner.metadata.entry))


def _type(owner: Any) -> tuple[str, str]:  # noqa: ANN401 - see above
    values = (entry.value.decode("latin-1") for entry in owner.metadata.entry if entry.key == _TYPE)
    return _TYPE, next(values, "application/grpc")


def _fields(entries: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - see above
    """Java logs some fields of the transport as well; messages are logged as they are before any compression."""
    for entry in entries:
        if entry.key in {_TYPE, "te"} or (entry.key.startswith("grpc-") and entry.key != "grpc-trace-bin"):
            continue
        yield entry.key, _base64(entry.value) if entry.key.endswith("-bin") else entry.value.decode("latin-1")


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode().rstrip("=")


def _timeout(nanoseconds: int) -> str:
    """In the finest unit that 8 digits can have (grpc/doc/PROTOCOL-HTTP2.md)."""
    return next(
        (f"{nanoseconds // size}{unit}" for size, unit in _TIMEOUT_UNITS if nanoseconds // size <= _MAX_TIMEOUT),
        f"{_MAX_TIMEOUT}H",
    )


def _peer(entry: Any) -> str:  # noqa: ANN401 - see above
    peer = entry.peer
    return str(peer.address) if peer.type == _UNIX else f"{peer.address}:{peer.ip_port}"


def _at(entry: Any) -> float:  # noqa: ANN401 - see above
    return float(entry.timestamp.seconds) + float(entry.timestamp.nanos) / 1e9
