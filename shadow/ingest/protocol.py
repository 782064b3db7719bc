"""One line of the protocol as a record. Pure.

A line is a JSON object in UTF-8 with ``v`` (1) and ``kind``: ``hello`` first, then ``counts`` and ``pair``. What a
service sends beside the keys that are read here is ignored, so that a newer one may send more.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from crossfade.shadow.capture.source import Match
from crossfade.shadow.config.settings import UNKNOWN_BUILD
from crossfade.shadow.exchange import Headers, Reply
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.ingest import fields
from crossfade.shadow.ingest.answers import frames, read_reply
from crossfade.shadow.ingest.fields import FieldError
from crossfade.shadow.ingest.reasons import end_of

VERSION = 1
_PAIR = re.compile(rb'\s*\{\s*"v"\s*:\s*1\s*,\s*"kind"\s*:\s*"pair"\s*,\s*"route"\s*:\s*"([\w./]{1,400})"', re.ASCII)
_ROUTE = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,300}/[A-Za-z_][A-Za-z0-9_]{0,100}")


class ProtocolError(Exception):
    """A line after which nothing on its connection can be trusted: ``kind`` in one word, the text for a person."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """Who sends; ``candidate_build`` is ``unknown`` where the service does not tell: a build like any other."""

    service: str
    candidate_build: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What came on a route since the last counts; ``shed`` are the requests that were not compared, by the word."""

    route: str
    entered: int
    equals: tuple[Match, ...]
    shed: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A request that the two sides answered with other bytes. Bodies are gRPC frames.

    ``candidate`` is a reason where it was not contacted after all.
    """

    route: str
    request_headers: Headers
    request_body: bytes
    legacy: Reply
    candidate: Reply | Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A pair of which only the route can be read; ``what`` explains it in a line, and ``reason`` in the report."""

    route: str
    what: str
    reason: Reason


Line = Hello | Counts | Pair | Unreadable


def read_line(line: bytes) -> Line:
    """The record of a line. Raises: ProtocolError."""
    found = _object(line)
    if found.get("v") != VERSION or isinstance(found["v"], bool):
        raise ProtocolError(
            "version", f"v: expected {VERSION}, got another one; run the crossfade of the service's age"
        )
    try:
        match found.get("kind"):
            case "hello":
                return _hello(found)
            case "counts":
                return _counts(found)
            case "pair":
                return _pair(found)
    except FieldError as error:
        raise ProtocolError("field", str(error)) from None
    raise ProtocolError("kind", "kind: expected hello, counts or pair, got another one")


def read_overlong(head: bytes) -> Unreadable:
    """What is known of a line of which only the beginning was kept. Raises: ProtocolError: it is no pair."""
    match = _PAIR.match(head)
    if match is None:
        raise ProtocolError("too_long", "expected a shorter line, got one that is no pair")
    return Unreadable(route=match[1].decode("ascii"), what="expected a shorter line", reason=Reason.TRUNCATED)


def is_route(text: str) -> bool:
    """Whether a text is ``package.Service/Method``."""
    return _ROUTE.fullmatch(text) is not None


def _object(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line.decode())
    except (ValueError, RecursionError):  # not UTF-8 and not JSON are both a ValueError
        raise ProtocolError("json", "expected a line of JSON in UTF-8, got another one") from None
    if not isinstance(found, dict):
        raise ProtocolError("json", "expected a JSON object, got another value")
    return found


def _hello(found: dict[str, Any]) -> Hello:
    builds = fields.table(found.get("builds", {}), "builds")
    candidate = fields.name(builds.get("candidate") or UNKNOWN_BUILD, "builds.candidate")
    return Hello(service=fields.name(found.get("service"), "service"), candidate_build=candidate)


def _counts(found: dict[str, Any]) -> Counts:
    equal = fields.count(found.get("equal", 0), "equal")
    columns = (
        fields.items(found.get("hashes", []), "hashes", fields.request_hash),
        fields.items(found.get("legacy_ms", []), "legacy_ms", _latency),
        fields.items(found.get("candidate_ms", []), "candidate_ms", _latency),
    )
    if {len(column) for column in columns} != {equal}:
        raise FieldError(
            "hashes, legacy_ms, candidate_ms: expected one of each for every equal pair, got another number"
        )
    shed = fields.table(found.get("shed", {}), "shed")
    return Counts(
        route=fields.text(found.get("route"), "route"),
        entered=fields.count(found.get("entered", 0), "entered"),
        equals=tuple(
            Match(request_hash=key, legacy_ms=one, candidate_ms=two) for key, one, two in zip(*columns, strict=True)
        ),
        shed=tuple((word, fields.count(number, "shed")) for word, number in shed.items()),
    )


def _latency(value: object, place: str) -> float | None:
    return None if value is None else fields.milliseconds(value, place)


def _pair(found: dict[str, Any]) -> Pair | Unreadable:
    """Only a route is needed to count a pair."""
    route = fields.text(found.get("route"), "route")
    try:
        request = fields.table(found.get("request"), "request")
        messages = fields.items(request.get("messages"), "request.messages", fields.data)
        return Pair(
            route=route,
            request_headers=fields.request_metadata(request.get("headers", []), "request.headers"),
            request_body=frames(messages),
            legacy=read_reply(found.get("legacy"), "legacy"),
            candidate=_candidate(found.get("candidate")),
        )
    except FieldError as error:
        return Unreadable(route=route, what=str(error), reason=Reason.UNDECODABLE)


def _candidate(value: object) -> Reply | Reason:
    """The candidate's reply, or why it was not contacted after all."""
    end = end_of(str(value.get("failed"))) if isinstance(value, dict) else None
    return end[1] if end is not None and end[0] is Outcome.SKIPPED else read_reply(value, "candidate")
