"""Events between the two codecs of a request, beyond mitmproxy's own."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, TypeVar

from mitmproxy import http
from mitmproxy.connection import Connection
from mitmproxy.proxy import commands, events, layer
from mitmproxy.proxy.layers.http import (
    HttpEvent,
    RequestData,
    RequestHeaders,
    RequestProtocolError,
    ResponseProtocolError,
)

_Error = TypeVar("_Error", bound=RequestProtocolError | ResponseProtocolError)
Commands = Generator[commands.Command, Any, None]
NOT_PASSED_ON = "not passed on: "
"""The error text of a request that the proxy itself refused begins like this."""


@dataclass
class ClientGone(HttpEvent):
    """A client's connection has ended: what is still under way has nobody to go to. The stream id means nothing."""


@dataclass
class Informational(HttpEvent):
    """Legacy sent a 1xx answer (RFC 9110 15.2): it goes to the client at once, and the final one is still to come."""

    response: http.Response


@dataclass
class LegacyClosed(HttpEvent):
    """Legacy closed a connection on which nothing was under way; a client of HTTP/1 has one of its own for each."""


@dataclass
class SenderEnded(HttpEvent):
    """One side has sent everything and still listens (RFC 9112 9.6); the other side gets to see that."""

    by_client: bool


@dataclass
class Choked(HttpEvent):
    """One side does not take what the other sends: this stream gets no more credit."""

    by_client: bool


@dataclass
class Flowing(HttpEvent):
    """What was held back has gone out: the stream gets credit again."""

    by_client: bool


@dataclass
class Clogged(events.ConnectionEvent):
    """Whether a legacy of HTTP/1.1 has stopped taking what it is sent."""

    is_clogged: bool


@dataclass
class RefusedHead(RequestHeaders):
    """The head, without its fields, of a request that the proxy refuses: it is reported and goes no further."""

    text: str = ""
    status: int = 431  # RFC 6585 5


@dataclass
class StreamLimit(HttpEvent):
    """How many streams a server takes at once on its connection; the stream id means nothing."""

    count: int
    of_legacy: bool = True


@dataclass
class Unsent(HttpEvent):
    """Legacy's connection takes no more streams and nothing of this one was sent: it moves to another connection."""

    waiting: list[HttpEvent]
    """What is to be sent there; what is still sent here comes to it."""

    def has_data(self) -> bool:
        """Whether the client was told to wait."""
        return any(isinstance(event, RequestData) for event in self.waiting)


@dataclass
class TurnHook(commands.StartHook):
    """Ends when others have had their turn; ``units`` is the work that ``connection`` has caused, see ``batches``."""

    name = "crossfade_turn"
    connection: Connection
    units: int

    @classmethod
    def of(cls, connection: Connection, units: int, waiting: layer.Layer) -> "TurnHook":
        """A hook whose end is reported to ``waiting``, which is not paused until then."""
        hook = cls(connection, units)
        hook.blocking = waiting  # type: ignore[assignment] # as mitmproxy's own layers mark what they wait for
        return hook


@dataclass
class DrainHook(commands.StartHook):
    """Ends when no more requests are wanted, or when ``connection_id`` is closed."""

    name = "crossfade_drain"
    connection_id: str

    @classmethod
    def of(cls, connection_id: str, waiting: layer.Layer) -> "DrainHook":
        """A hook whose end ``waiting`` is told of, without being paused till then."""
        hook = cls(connection_id)
        hook.blocking = waiting  # type: ignore[assignment] # as mitmproxy's own layers mark what they wait for
        return hook


class RefusalError(ResponseProtocolError):
    """The proxy refuses a request itself, and answers with this status."""

    def __init__(self, stream_id: int, message: str, status: int) -> None:
        super().__init__(stream_id, message, ResponseProtocolError.code)
        self.status = status


def failure(kind: type[_Error], stream_id: int, message: str) -> _Error:
    """An error without a code of its own: mitmproxy's default for its kind."""
    return kind(stream_id, message, kind.code)


def with_reset_code(
    error: RequestProtocolError | ResponseProtocolError, code: int
) -> RequestProtocolError | ResponseProtocolError:
    """The same event, with the code (RFC 9113 7) for the reset of the other side."""
    error.reset_code = code  # type: ignore[union-attr]
    return error


def reset_code(event: events.Event) -> int | None:
    """The code of ``with_reset_code``."""
    code: int | None = getattr(event, "reset_code", None)
    return code
