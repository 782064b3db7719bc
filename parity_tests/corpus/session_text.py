"""A session as the lines of its file, and back. Pure.

The first line is its head. Then each call has its events, in the words of grpc.binarylog, and one line ``call``.
"""

import dataclasses
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from crossfade.parity_tests.corpus.records import VERSION, Call, Session, Timing
from crossfade.shadow.exchange import Comparison, Failure, FailureReason
from crossfade.shadow.exchange.event_text import event_line, read_event
from crossfade.shadow.exchange.events import Event, EventKind, Hidden, Side, from_events, to_events
from crossfade.shadow.exchange.route import RouteInfo

_CALL = "call"
_NO_CANDIDATE = Failure(reason=FailureReason.REFUSED, detail="not contacted", latency_ms=0.0)
_MESSAGES = {EventKind.CLIENT_MESSAGE, EventKind.SERVER_MESSAGE}


def session_lines(session: Session) -> Iterator[str]:
    """The lines of a session's file, without their ends."""
    yield _line({"crossfade_session": VERSION, "id": session.id, "source": session.source})
    for call in session.calls:
        for event in call_events(call):
            yield event_line(event)
        end: dict[str, Any] = {"id": call.request.id, "event": _CALL, "route": dataclasses.asdict(call.route)}
        end["write"] = call.write
        if call.timing.cancelled_ms is not None:
            end["cancelled_ms"] = call.timing.cancelled_ms
        if call.hidden:
            end["hidden"] = sorted(call.hidden)
        yield _line(end)


def read_session(lines: Iterable[str]) -> Session:
    """The session of a file's lines. Raises: KeyError, TypeError, ValueError: not as they were written."""
    records = (json.loads(line) for line in lines if line.strip())
    head: Any = next(records, {})
    version = head.get("crossfade_session") if isinstance(head, dict) else None
    if version != VERSION:
        raise ValueError(f"expected a session of version {VERSION}, got {version}")
    calls, events = [], list[Event]()
    for record in records:
        if record["event"] == _CALL:
            calls.append(call_of(events, record))
            events = []
        else:
            events.append(read_event(record))
    if events:
        raise ValueError("expected a line `call` behind the last event, got none")
    return Session(id=str(head["id"]), calls=tuple(calls), source=str(head.get("source", "")))


def call_events(call: Call) -> tuple[Event, ...]:
    """What the client sent and what legacy answered, as events."""
    comparison = Comparison(
        request=call.request, route=call.route.route, legacy=call.reply, candidate=_NO_CANDIDATE, secondary=None
    )
    events = [event for event in to_events(comparison) if event.side in {Side.CLIENT, Side.LEGACY}]
    times = {Side.CLIENT: iter(call.timing.client_ms), Side.LEGACY: iter(call.timing.server_ms)}
    return tuple(
        replace(event, at_ms=next(times[event.side], None)) if event.kind in _MESSAGES else event for event in events
    )


def call_of(events: Iterable[Event], end: dict[str, Any]) -> Call:
    """The call of its events and its last line. Raises: KeyError, TypeError, ValueError."""
    events = tuple(events)
    comparison = from_events((*events, *_no_candidate(events)))
    timing = Timing(
        client_ms=_times(events, EventKind.CLIENT_MESSAGE),
        server_ms=_times(events, EventKind.SERVER_MESSAGE),
        cancelled_ms=end.get("cancelled_ms"),
    )
    return Call(
        route=RouteInfo(**end["route"]),
        request=comparison.request,
        reply=comparison.legacy,
        write=bool(end["write"]),
        timing=timing,
        hidden=frozenset(map(Side, end.get("hidden", ()))) | _hidden(events),
    )


def _hidden(events: tuple[Event, ...]) -> frozenset[Side]:
    return frozenset(event.side for event in events if isinstance(event.body, Hidden))


def _no_candidate(events: tuple[Event, ...]) -> tuple[Event, ...]:
    about = {"reason": _NO_CANDIDATE.reason.value, "detail": _NO_CANDIDATE.detail}
    comparison_id = events[0].comparison_id if events else ""
    return (Event(comparison_id=comparison_id, side=Side.CANDIDATE, seq=0, kind=EventKind.FAILURE, about=about),)


def _times(events: tuple[Event, ...], kind: EventKind) -> tuple[float, ...]:
    times = [event.at_ms for event in events if event.kind is kind]
    return tuple(time for time in times if time is not None) if None not in times else ()


def _line(record: dict[str, Any]) -> str:
    return json.dumps(record, separators=(",", ":"))
