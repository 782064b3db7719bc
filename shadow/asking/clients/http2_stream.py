"""One HTTP/2 stream: what of its events makes an answer, or a failure, and of what kind."""

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import h2.errors
import h2.events

from crossfade.shadow.asking.clients.answer import AnswerInProgress
from crossfade.shadow.asking.clients.failure import SideFailedError
from crossfade.shadow.exchange import Answer, FailureReason, Headers, Request, header_values
from crossfade.shadow.exchange.fields import as_recorded, wire_bytes

_STATUS = re.compile("[0-9]{3}")  # RFC 9113 8.3.2, RFC 9110 15


class NotProcessedError(SideFailedError):
    """The server declares that it has not processed the request (RFC 9113 8.7)."""


class FullError(SideFailedError):
    """Nothing of the request was sent: this connection has as many streams as it takes."""


class LostError(SideFailedError):
    """Nothing of the request was sent: this connection takes no streams any more."""


class ClosedAsUsedError(SideFailedError):
    """A connection on which nothing was under way was closed as the request went out."""


@dataclass(slots=True, kw_only=True)
class Stream:
    """A request under way. ``on_idle``: nothing else was when it began, on a connection that had served before."""

    answer: AnswerInProgress
    done: asyncio.Future[Answer]
    trailers: Headers = ()
    on_idle: bool = False
    unacknowledged_bytes: int = 0
    window_opened: asyncio.Event = field(default_factory=asyncio.Event)


def handle(event: h2.events.Event, stream: Stream) -> None:
    """Takes an event of this stream; data are taken by the connection."""
    if isinstance(event, h2.events.ResponseReceived):
        fields = _recorded(event.headers)
        status = ",".join(header_values(fields, ":status"))
        if not _STATUS.fullmatch(status):
            fail(stream, FailureReason.INVALID, "not HTTP/2: an answer without a status")
            return
        stream.answer.begin(int(status), tuple(item for item in fields if item[0][:1] != ":"))
    elif isinstance(event, h2.events.TrailersReceived):
        stream.trailers = _recorded(event.headers)
    elif isinstance(event, h2.events.StreamEnded):
        if not stream.done.done():
            stream.done.set_result(stream.answer.end(stream.trailers))
        stream.window_opened.set()
    elif isinstance(event, h2.events.StreamReset):
        kind = NotProcessedError if is_refusal(event, stream) else SideFailedError
        fail(stream, FailureReason.RESET, f"stream reset: {_code_name(event.error_code)}", kind)


def is_refusal(event: h2.events.Event, stream: Stream) -> bool:
    """Whether the server declares that it has not processed the request."""
    reset = isinstance(event, h2.events.StreamReset)
    return reset and not stream.answer.status and event.error_code == h2.errors.ErrorCodes.REFUSED_STREAM


def fail(stream: Stream, reason: FailureReason, detail: str, kind: type[SideFailedError] = SideFailedError) -> None:
    """Ends it, unless it has ended."""
    if not stream.done.done():
        stream.done.set_exception(kind(reason, detail))
        stream.done.exception()  # seen: the asker may have been cancelled
    stream.window_opened.set()


def _code_name(code: h2.errors.ErrorCodes | int | None) -> str:
    return code.name if isinstance(code, h2.errors.ErrorCodes) else str(code)


def request_fields(request: Request, headers: Headers) -> list[tuple[bytes, bytes]]:
    """Pseudo fields first (RFC 9113 8.3), then the client's, lower case; Host is carried by :authority."""
    pseudo = (
        (b":method", wire_bytes(request.method)),
        (b":scheme", wire_bytes(request.scheme)),
        (b":authority", wire_bytes(request.authority)),
        (b":path", wire_bytes(request.target)),
    )
    return [*pseudo, *field_bytes((name.lower(), value) for name, value in headers if name.lower() != "host")]


def field_bytes(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    """Fields as h2 takes them."""
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]


def _recorded(headers: list[tuple[bytes, bytes]] | None) -> Headers:
    return as_recorded((bytes(name), bytes(value)) for name, value in headers or ())
