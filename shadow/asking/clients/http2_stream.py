"""One HTTP/2 stream: what of its events makes an answer, or a failure, and of what kind."""

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import assert_never

from crossfade.shadow.asking.clients.answer import AnswerInProgress
from crossfade.shadow.asking.clients.failure import SideFailedError
from crossfade.shadow.asking.clients.http2_events import Event, Head, Reset, Trailers
from crossfade.shadow.exchange import Answer, FailureReason, Headers, Request, header_values
from crossfade.shadow.exchange.fields import wire_bytes

CANCEL = 8  # RFC 9113 7
_REFUSED_STREAM = 7
_CODES = (
    "NO_ERROR",
    "PROTOCOL_ERROR",
    "INTERNAL_ERROR",
    "FLOW_CONTROL_ERROR",
    "SETTINGS_TIMEOUT",
    "STREAM_CLOSED",
    "FRAME_SIZE_ERROR",
    "REFUSED_STREAM",
    "CANCEL",
    "COMPRESSION_ERROR",
    "CONNECT_ERROR",
    "ENHANCE_YOUR_CALM",
    "INADEQUATE_SECURITY",
    "HTTP_1_1_REQUIRED",
)
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


def handle(event: Head | Trailers | Reset, stream: Stream) -> None:
    """Takes an event of this stream; data are taken by the connection."""
    match event:
        case Head():
            _begin(event, stream)
        case Trailers():
            stream.trailers = event.fields
            end(stream)
        case Reset():
            kind = NotProcessedError if is_refusal(event, stream) else SideFailedError
            fail(stream, FailureReason.RESET, f"stream reset: {_code_name(event.code)}", kind)
        case _:
            assert_never(event)


def _begin(event: Head, stream: Stream) -> None:
    status = ",".join(header_values(event.fields, ":status"))
    if not _STATUS.fullmatch(status):
        fail(stream, FailureReason.INVALID, "not HTTP/2: an answer without a status")
        return
    stream.answer.begin(int(status), tuple([item for item in event.fields if item[0][:1] != ":"]))
    if event.ends:
        end(stream)


def end(stream: Stream) -> None:
    """Its answer is whole."""
    if not stream.done.done():
        stream.done.set_result(stream.answer.end(stream.trailers))
    stream.window_opened.set()


def is_refusal(event: Event, stream: Stream) -> bool:
    """Whether the server declares that it has not processed the request."""
    return isinstance(event, Reset) and not stream.answer.status and event.code == _REFUSED_STREAM


def fail(stream: Stream, reason: FailureReason, detail: str, kind: type[SideFailedError] = SideFailedError) -> None:
    """Ends it, unless it has ended."""
    if not stream.done.done():
        stream.done.set_exception(kind(reason, detail))
        stream.done.exception()  # seen: the asker may have been cancelled
    stream.window_opened.set()


def _code_name(code: int) -> str:
    return _CODES[code] if code < len(_CODES) else str(code)


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
    """Fields as they are sent, without blanks around a value (RFC 9113 8.2.1)."""
    return [(name.encode("latin-1"), value.strip(" \t").encode("latin-1")) for name, value in headers]
