"""A session as the lines of its file, and back. Pure.

The first line is its head. Then each call has its events, in the words of grpc.binarylog, and one line ``call``.
"""

import dataclasses
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.checking import checked
from crossfade.parity_tests.corpus.messages import message_ends
from crossfade.parity_tests.corpus.readable import readable
from crossfade.parity_tests.corpus.records import VERSION, Call, Session, Timing
from crossfade.shadow.exchange import Comparison, Failure, FailureReason, Headers, Protocol
from crossfade.shadow.exchange.event_text import event_line, read_event
from crossfade.shadow.exchange.events import Event, EventKind, Hidden, Side, request_and_reply, to_events
from crossfade.shadow.exchange.route import RouteInfo

_CALL = "call"
_NO_CANDIDATE = Failure(reason=FailureReason.REFUSED, detail="not contacted", latency_ms=0.0)
_HEADERS = {EventKind.CLIENT_HEADER, EventKind.SERVER_HEADER}
_MESSAGES = {EventKind.CLIENT_MESSAGE, EventKind.SERVER_MESSAGE}


def session_lines(session: Session, contract: Contract | None = None) -> Iterator[str]:
    """The lines of a session's file, without their ends; with a contract gRPC messages stand there as JSON, too."""
    yield head_line(session.id, session.source)
    for call in session.calls:
        yield from call_lines(call, contract)


def head_line(session_id: str, source: str) -> str:
    """The first line of a session's file."""
    return _line({"crossfade_session": VERSION, "id": session_id, "source": source})


def call_lines(call: Call, contract: Contract | None = None) -> Iterator[str]:
    """The lines of one call."""
    for event in call_events(call):
        line = event_line(event)
        shown = readable(call, event, contract) if event.kind in _MESSAGES else {}
        yield f"{line[:-1]},{_line(shown)[1:]}" if shown else line
    end: dict[str, Any] = {"id": call.request.id, "event": _CALL, "route": dataclasses.asdict(call.route)}
    yield _line(end | _more(call))


def _more(call: Call) -> dict[str, Any]:
    """What the last line of a call says beside its id and route; what is as usual is left out."""
    more: dict[str, Any] = {"write": call.write}
    if call.timing.cancelled_ms is not None:
        more["cancelled_ms"] = call.timing.cancelled_ms
    if not call.timing.half_closed:
        more["half_closed"] = False
    if call.scrambled:
        more["scrambled"] = True
    return more | ({"hidden": sorted(side.value for side in call.hidden)} if call.hidden else {})


def read_session(lines: Iterable[str]) -> Session:
    """The session of a file's lines. Raises: KeyError, TypeError, ValueError: not as they were written."""
    records = (json.loads(line) for line in lines if line.strip())
    head = _head(next(records, {}))
    events: list[Event] = []
    calls = [call for record in records if (call := _take(record, events)) is not None]
    if events:
        raise ValueError("expected a line `call` behind the last event, got none")
    twice = next((name for name, count in Counter(call.request.id for call in calls).items() if count > 1), None)
    if twice is not None:
        raise ValueError(f"expected an id of its own for each call, got {twice[:60]!r} twice")
    return replace(head, calls=tuple(calls))


def read_begun_session(lines: Iterable[str]) -> Session:
    """The session of a file that may have been cut off: up to its last whole call, in the order in which calls began.

    Raises: KeyError, TypeError, ValueError: not even its head is whole.
    """
    lines = iter(lines)
    head = _head(json.loads(next(lines, "{}")))
    calls, events = [], list[Event]()
    for line in lines:
        try:
            call = _take(json.loads(line), events)
        except (KeyError, TypeError, ValueError, AttributeError):
            break
        if call is not None:
            calls.append(call)
    return replace(head, calls=tuple(sorted(calls, key=lambda call: call.request.started_at)))


def _head(record: Any) -> Session:  # noqa: ANN401 - what a line holds
    version = record.get("crossfade_session") if isinstance(record, dict) else None
    if version != VERSION:
        raise ValueError(f"expected a session of version {VERSION}, got {version}")
    return Session(id=str(record["id"]), calls=(), source=str(record.get("source", "")))


def _take(record: dict[str, Any], events: list[Event]) -> Call | None:
    """Adds the event of a line; at the last line of a call gives the call, and forgets its events."""
    if record["event"] != _CALL:
        events.append(read_event(record))
        return None
    call = call_of(events, record)
    events.clear()
    return call


def call_events(call: Call) -> tuple[Event, ...]:
    """What the client sent and what legacy answered, as events."""
    comparison = Comparison(
        request=call.request, route=call.route.route, legacy=call.reply, candidate=_NO_CANDIDATE, secondary=None
    )
    events = [event for event in to_events(comparison) if event.side in {Side.CLIENT, Side.LEGACY}]
    times = {Side.CLIENT: iter(call.timing.client_ms), Side.LEGACY: iter(call.timing.server_ms)}
    return tuple(
        replace(event, at_ms=next(times[event.side], None)) if event.kind in _MESSAGES else event
        for event in _each_message(events, call.request.protocol)
    )


def _each_message(events: Iterable[Event], protocol: Protocol) -> Iterator[Event]:
    """The events with an HTTP body that is a stream in several messages."""
    headers: Headers = ()
    later: dict[Side, int] = {}
    for event in events:
        headers = event.headers if event.kind in _HEADERS else headers
        parts = [event]
        if protocol is Protocol.HTTP and event.kind in _MESSAGES and isinstance(event.body, bytes):
            ends = message_ends(protocol, headers, event.body)
            parts = [replace(event, body=event.body[begin:end]) for begin, end in pairwise((0, *ends))]
        first = event.seq + later.get(event.side, 0)
        yield from (replace(part, seq=first + at) for at, part in enumerate(parts))
        later[event.side] = later.get(event.side, 0) + len(parts) - 1


def call_of(events: Iterable[Event], end: dict[str, Any]) -> Call:
    """The call of its events and its last line. Raises: KeyError, TypeError, ValueError."""
    events = tuple(events)
    request, reply = request_and_reply(events)
    timing = Timing(
        client_ms=_times(events, EventKind.CLIENT_MESSAGE),
        server_ms=_times(events, EventKind.SERVER_MESSAGE),
        cancelled_ms=end.get("cancelled_ms"),
        half_closed=end.get("half_closed", True),
    )
    return checked(
        Call(
            route=RouteInfo(**end["route"]),
            request=request,
            reply=reply,
            write=bool(end["write"]),
            timing=timing,
            hidden=frozenset(map(Side, end.get("hidden", ()))) | _hidden(events),
            scrambled=end.get("scrambled", False),
        )
    )


def _hidden(events: tuple[Event, ...]) -> frozenset[Side]:
    return frozenset(event.side for event in events if isinstance(event.body, Hidden))


def _times(events: tuple[Event, ...], kind: EventKind) -> tuple[float, ...]:
    times = [event.at_ms for event in events if event.kind is kind]
    return tuple(time for time in times if time is not None) if None not in times else ()


def _line(record: Any) -> str:  # noqa: ANN401 - what JSON holds
    return json.dumps(record, separators=(",", ":"))
