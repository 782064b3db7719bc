"""Whether a call that was read from a file holds texts and numbers where they belong. Pure."""

from collections.abc import Iterator

from crossfade.parity_tests.corpus.records import Call
from crossfade.shadow.exchange import Failure, Headers

_MOST = 1e15  # seconds or milliseconds: what a clock can't show is no time


def checked(call: Call) -> Call:
    """The call. Raises: TypeError: a place of it holds what can't be there."""
    for name, value in _texts(call):
        if not isinstance(value, str):
            raise TypeError(f"expected a text as {name}, got {value!r:.60}")
    for name, value in _numbers(call):
        if isinstance(value, bool) or not isinstance(value, int | float) or not -_MOST < value < _MOST:
            raise TypeError(f"expected a number as {name}, got {value!r:.60}")
    return call


def _texts(call: Call) -> Iterator[tuple[str, object]]:
    request, reply, route = call.request, call.reply, call.route
    for name in ("id", "method", "scheme", "authority", "target", "peer"):
        yield name, getattr(request, name)
    for name in ("route", "protocol", "call_type", "listener"):
        yield name, getattr(route, name)
    headers: tuple[Headers, ...] = (request.headers, request.trailers)
    if isinstance(reply, Failure):
        yield "detail", reply.detail
    else:
        headers += (reply.headers, reply.trailers)
    yield from (("a header field", part) for fields in headers for field in fields for part in field)


def _numbers(call: Call) -> Iterator[tuple[str, object]]:
    yield "started_at", call.request.started_at
    yield "at_ms", call.reply.latency_ms
    yield from (("at_ms", time) for time in (*call.timing.client_ms, *call.timing.server_ms))
    yield "cancelled_ms", call.timing.cancelled_ms or 0.0
    if not isinstance(call.reply, Failure):
        yield "status", call.reply.status
