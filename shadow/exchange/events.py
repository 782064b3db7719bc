"""A comparison as a sequence of events, in the words of grpc.binarylog, and back without loss. Pure.

A gRPC body is cut into its messages; an HTTP body is one message. What is not a whole frame is a message of its own
without ``flag``, so that any bytes come back as they were.
"""

import hashlib
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from operator import attrgetter
from typing import Any

from crossfade.shadow.exchange.outcome import Reason
from crossfade.shadow.exchange.records import (
    Again,
    Answer,
    Comparison,
    Failure,
    FailureReason,
    Headers,
    Protocol,
    Reply,
    Request,
)
from crossfade.shadow.exchange.served import Served

_PREFIX = struct.Struct(">BI")  # grpc/doc/PROTOCOL-HTTP2.md: compressed flag and length
_BY_SEQ = attrgetter("seq")
_UNREADABLE = b"\xff"  # begins no UTF-8 text, no JSON, no gzip and no protobuf message (wire type 7)


class Side(StrEnum):
    """Whose event it is; the last three are of the second look."""

    CLIENT = "client"
    LEGACY = "legacy"
    CANDIDATE = "candidate"
    SECONDARY = "secondary"
    CANDIDATE_AGAIN = "candidate_again"
    SECONDARY_AGAIN = "secondary_again"
    SECONDARY_LATER = "secondary_later"


class EventKind(StrEnum):
    """What happened; ``failure`` is the answer that a side did not complete, ``cancel`` the end of one that was cut."""

    CLIENT_HEADER = "client_header"
    CLIENT_MESSAGE = "client_message"
    CLIENT_HALF_CLOSE = "client_half_close"
    SERVER_HEADER = "server_header"
    SERVER_MESSAGE = "server_message"
    SERVER_TRAILER = "server_trailer"
    CANCEL = "cancel"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """A body of which nothing is kept but its length in bytes, and a keyed digest: equal bodies have equal ones."""

    size_bytes: int
    digest: str


Body = bytes | Hidden


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event. ``at_ms`` runs from the request's last byte; None where it was not measured.

    ``about`` holds what only this kind has: method and target, status, the reason of a failure, a frame's ``flag``.
    ``headers`` of a half close and of a trailer are the trailers.
    """

    comparison_id: str
    side: Side
    seq: int
    kind: EventKind
    at_ms: float | None = None
    headers: Headers = ()
    body: Body | None = None
    about: Mapping[str, Any] = field(default_factory=dict)


def stand_in(hidden: Hidden) -> bytes:
    """Bytes of the length of a hidden body, made from its digest: equal for equal ones, and no reader takes them."""
    if not hidden.size_bytes:
        return b""
    return _UNREADABLE + hashlib.shake_256(hidden.digest.encode()).digest(hidden.size_bytes - 1)


def framed(event: Event) -> bytes:
    """The bytes of a message as they stand in its body: a hidden one is its stand-in."""
    body = stand_in(event.body) if isinstance(event.body, Hidden) else event.body or b""
    flag = event.about.get("flag")
    return body if flag is None else _PREFIX.pack(flag, len(body)) + body


def to_events(comparison: Comparison) -> tuple[Event, ...]:
    """The events of a comparison: the client's first, then one side after the other."""
    request, again = comparison.request, comparison.again
    replies = (
        (Side.LEGACY, comparison.legacy),
        (Side.CANDIDATE, comparison.candidate),
        (Side.SECONDARY, comparison.secondary),
        (Side.CANDIDATE_AGAIN, None if again is None else again.candidate),
        (Side.SECONDARY_AGAIN, None if again is None else again.secondary),
        (Side.SECONDARY_LATER, None if again is None else again.later),
    )
    return (
        *_numbered(request.id, Side.CLIENT, _client(comparison)),
        *(
            event
            for side, reply in replies
            if reply is not None
            for event in _numbered(request.id, side, _server(reply, request.protocol, _cut(side, comparison)))
        ),
    )


def from_events(events: Iterable[Event]) -> Comparison:
    """The comparison of its events; a hidden body is its stand-in.

    Raises: ValueError: a side's first or last event is missing.
    """
    sides: dict[Side, list[Event]] = {}
    for event in events:
        sides.setdefault(event.side, []).append(event)
    client, legacy = (sides.get(side, []) for side in (Side.CLIENT, Side.LEGACY))
    cut = next((event.about["cut"] for event in legacy if "cut" in event.about), None)
    return Comparison(
        request=_request(client),
        route=_about(client, "route"),
        legacy=_reply(legacy),
        candidate=_reply(sides.get(Side.CANDIDATE, [])),
        secondary=_reply(sides[Side.SECONDARY]) if Side.SECONDARY in sides else None,
        followed=_about(client, "followed"),
        cut=None if cut is None else Reason(cut),
        again=_again(sides),
        chosen=any(event.about.get("chosen", False) for event in client),
        served=next((Served(event.about["served"]) for event in client if "served" in event.about), Served.LEGACY),
    )


def request_and_reply(events: Iterable[Event]) -> tuple[Request, Reply]:
    """The client's and legacy's part of a comparison; events of others are left out. Raises: ValueError."""
    events = tuple(events)
    client, legacy = ([event for event in events if event.side is side] for side in (Side.CLIENT, Side.LEGACY))
    return _request(client), _reply(legacy)


def _again(sides: Mapping[Side, list[Event]]) -> Again | None:
    """The answers to the second look, of which there are two or none."""
    if Side.CANDIDATE_AGAIN not in sides and Side.SECONDARY_AGAIN not in sides:
        return None
    return Again(
        candidate=_reply(sides.get(Side.CANDIDATE_AGAIN, [])),
        secondary=_reply(sides.get(Side.SECONDARY_AGAIN, [])),
        later=_reply(sides[Side.SECONDARY_LATER]) if Side.SECONDARY_LATER in sides else None,
    )


_Unnumbered = tuple[EventKind, dict[str, Any]]


def _numbered(comparison_id: str, side: Side, events: Iterable[_Unnumbered]) -> Iterator[Event]:
    for seq, (kind, fields) in enumerate(events):
        yield Event(comparison_id=comparison_id, side=side, seq=seq, kind=kind, **fields)


def _cut(side: Side, comparison: Comparison) -> Reason | None:
    return comparison.cut if side is Side.LEGACY else None


def _client(comparison: Comparison) -> Iterator[_Unnumbered]:
    request = comparison.request
    names = ("protocol", "method", "scheme", "authority", "target", "started_at")
    about = {"route": comparison.route, "followed": comparison.followed}
    about |= {**{name: getattr(request, name) for name in names}, "protocol": request.protocol.value}
    if request.peer:
        about["peer"] = request.peer
    if comparison.chosen:
        about["chosen"] = True
    if comparison.served is not Served.LEGACY:
        about["served"] = comparison.served.value
    yield EventKind.CLIENT_HEADER, {"headers": request.headers, "about": about}
    yield from _messages(EventKind.CLIENT_MESSAGE, request.body, request.protocol)
    about = {"truncated": request.truncated}
    yield EventKind.CLIENT_HALF_CLOSE, {"headers": request.trailers, "at_ms": 0.0, "about": about}


def _server(reply: Reply, protocol: Protocol, cut: Reason | None) -> Iterator[_Unnumbered]:
    about: dict[str, Any] = {} if cut is None else {"cut": cut.value}
    if isinstance(reply, Failure):
        about |= {"reason": reply.reason.value, "detail": reply.detail}
        yield EventKind.FAILURE, {"at_ms": reply.latency_ms, "about": about}
        return
    yield EventKind.SERVER_HEADER, {"headers": reply.headers, "about": {"status": reply.status}}
    yield from _messages(EventKind.SERVER_MESSAGE, reply.body, protocol)
    about |= {"truncated": reply.truncated}
    if reply.windows:
        about["windows"] = reply.windows.hex()
    end = {"headers": reply.trailers, "at_ms": reply.latency_ms, "about": about}
    yield EventKind.SERVER_TRAILER if cut is None else EventKind.CANCEL, end


def _messages(kind: EventKind, body: bytes, protocol: Protocol) -> Iterator[_Unnumbered]:
    at = 0
    while protocol is Protocol.GRPC and len(body) - at >= _PREFIX.size:
        flag, length = _PREFIX.unpack_from(body, at)
        start = at + _PREFIX.size
        if length > len(body) - start:
            break
        yield kind, {"body": body[start : start + length], "about": {"flag": flag}}
        at = start + length
    if at < len(body):
        yield kind, {"body": body[at:]}


def _about(events: list[Event], name: str) -> Any:  # noqa: ANN401 - what a client header holds
    return next(event.about[name] for event in events if event.kind is EventKind.CLIENT_HEADER)


def _request(events: list[Event]) -> Request:
    head, *messages, end = _whole(events, EventKind.CLIENT_HEADER, EventKind.CLIENT_HALF_CLOSE)
    of_comparison = {"route", "followed", "chosen", "served"}
    about = {name: value for name, value in head.about.items() if name not in of_comparison}
    return Request(
        **{**about, "protocol": Protocol(about["protocol"])},
        id=head.comparison_id,
        headers=head.headers,
        body=_joined(messages),
        truncated=end.about["truncated"],
        trailers=end.headers,
    )


def _reply(events: list[Event]) -> Reply:
    if len(events) == 1 and events[0].kind is EventKind.FAILURE:
        about = events[0].about
        reason = FailureReason(about["reason"])
        return Failure(reason=reason, detail=about["detail"], latency_ms=events[0].at_ms or 0.0)
    head, *messages, end = _whole(events, EventKind.SERVER_HEADER, EventKind.SERVER_TRAILER, EventKind.CANCEL)
    return Answer(
        status=head.about["status"],
        headers=head.headers,
        body=_joined(messages),
        truncated=end.about["truncated"],
        trailers=end.headers,
        latency_ms=end.at_ms or 0.0,
        windows=bytes.fromhex(end.about.get("windows", "")),
    )


def _joined(messages: list[Event]) -> bytes:
    return framed(messages[0]) if len(messages) == 1 else b"".join(map(framed, messages))


def _whole(events: list[Event], first: EventKind, *last: EventKind) -> list[Event]:
    ordered = sorted(events, key=_BY_SEQ)
    if not ordered or ordered[0].kind is not first or ordered[-1].kind not in last:
        raise ValueError(
            f"expected events from {first} to {last[0]}, got {[event.kind.value for event in ordered][:4]}"
        )
    return ordered
