"""Whether a call that was read from a file holds texts and numbers where they belong. Pure."""

from collections.abc import Iterator, Sequence
from itertools import chain

from crossfade.parity_tests.corpus.records import Call
from crossfade.shadow.exchange import Failure, Protocol

_TEXT = frozenset({str, Protocol})
_MOST = 1e15  # seconds or milliseconds: what a clock can't show is no time


def checked(call: Call) -> Call:
    """The call. Raises: TypeError: a place of it holds what can't be there."""
    for name, values in _texts(call):
        if not _TEXT.issuperset(map(type, values)):
            wrong = next(value for value in values if type(value) not in _TEXT)
            raise TypeError(f"expected a text as {name}, got {wrong!r:.60}")
    for name, value in _numbers(call):
        if isinstance(value, bool) or not isinstance(value, int | float) or not -_MOST < value < _MOST:
            raise TypeError(f"expected a number as {name}, got {value!r:.60}")
    return call


def _texts(call: Call) -> Iterator[tuple[str, Sequence[object]]]:
    request, reply, route = call.request, call.reply, call.route
    about = (request.id, request.method, request.scheme, request.authority, request.target, request.peer)
    yield "id, method, scheme, authority, target or peer", about
    yield (
        "a route's name, protocol, call_type or listener",
        (route.route, route.protocol, route.call_type, route.listener),
    )
    fields = (*request.headers, *request.trailers)
    if isinstance(reply, Failure):
        yield "detail", (reply.detail,)
    else:
        fields += (*reply.headers, *reply.trailers)
    yield "a header field", tuple(chain.from_iterable(fields))


def _numbers(call: Call) -> Iterator[tuple[str, object]]:
    yield "started_at", call.request.started_at
    yield "at_ms", call.reply.latency_ms
    yield from (("at_ms", time) for time in (*call.timing.client_ms, *call.timing.server_ms))
    yield "cancelled_ms", call.timing.cancelled_ms or 0.0
    if not isinstance(call.reply, Failure):
        yield "status", call.reply.status
