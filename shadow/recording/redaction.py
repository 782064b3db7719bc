"""A comparison as events that may be stored: the same pseudonym for the same value on every side. Pure."""

import struct
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from crossfade.codegen.contract import Contract
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.grpc import split_frames
from crossfade.shadow.compare.decode.proto import parse_message
from crossfade.shadow.evidence.redact import Redactor
from crossfade.shadow.exchange import Comparison, Headers, Protocol
from crossfade.shadow.exchange.body import DIGEST_BYTES
from crossfade.shadow.exchange.events import Body, Event, EventKind, Side, to_events
from crossfade.shadow.recording.bodies import MAX_BODY_BYTES, hide, redact_body
from crossfade.shadow.recording.fields import FieldRedactor
from crossfade.shadow.recording.wire import WireRedactor

_PREFIX = struct.Struct(">BI")
_HEADERS = frozenset({EventKind.CLIENT_HEADER, EventKind.SERVER_HEADER})
_CONTENT = ("content-type", "content-encoding")


class ComparisonRedactor:
    """Redacts comparisons by one key, one set of rules and one contract."""

    def __init__(self, redactor: Redactor, contract: Contract | None) -> None:
        self._redactor = redactor
        self._contract = contract
        self._wire = WireRedactor(redactor, contract)
        self._fields = FieldRedactor(redactor, self._wire)

    def events(self, comparison: Comparison) -> tuple[Event, ...]:
        """The events of a comparison with nothing in them that must not be stored."""
        before = self._redactor.learnt
        events = tuple(self._events(comparison))
        return (
            events if self._redactor.learnt == before else tuple(self._events(comparison))
        )  # it may stand before its name

    def _events(self, comparison: Comparison) -> Iterator[Event]:
        events = to_events(comparison)
        cut = {event.side for event in events if event.about.get("truncated")}
        http, call = cache(self._http_body), cache(self._call_message)  # most answers are the same on every side
        headers: Headers = ()
        for event in events:
            if event.kind in _HEADERS:
                headers = event.headers
            body, about = event.body, event.about
            if isinstance(body, bytes) and comparison.request.protocol is Protocol.GRPC:
                type_name = self._type_name(comparison, event.side)
                body, about = call(body, about.get("flag"), _coding(headers, "grpc-encoding"), type_name)
            elif isinstance(body, bytes):
                body = hide(body, self._redactor) if event.side in cut else http(_coding(headers, *_CONTENT), body)
            hidden = {name: self._about(name, value) for name, value in about.items()}
            yield replace(event, headers=self._fields.headers(event.headers), body=body, about=hidden)

    def _about(self, name: str, value: object) -> object:
        match name, value:
            case "target", str():
                return self._redactor.target(value)
            case "peer", str():
                return self._redactor.digest(value.encode())
            case "windows", str():
                digests = bytes.fromhex(value)
                return "".join(
                    self._window(digests[at : at + DIGEST_BYTES]) for at in range(0, len(digests), DIGEST_BYTES)
                )
            case (("authority" | "detail"), str()):
                return self._redactor.text(value)
            case _:
                return value

    def _window(self, digest: bytes) -> str:
        """Without a key the end of a body could be found by trying."""
        return self._redactor.digest(digest)[: 2 * DIGEST_BYTES]

    def _http_body(self, headers: Headers, body: bytes) -> Body:
        return redact_body(headers, body, self._redactor)

    def _call_message(
        self, body: bytes, flag: int | None, headers: Headers, type_name: str | None
    ) -> tuple[Body, dict[str, int]]:
        """A message of a call and its flag; one that was compressed is kept without that where anything changed."""
        if flag is None:
            return hide(body, self._redactor), {}
        try:
            (plain,) = split_frames(_PREFIX.pack(flag, len(body)) + body, headers)
            redacted = self._plain_message(plain, type_name)
        except UndecodableError:
            return hide(body, self._redactor), {"flag": flag}
        return (body, {"flag": flag}) if redacted == plain else (redacted, {"flag": 0})

    def _plain_message(self, plain: bytes, type_name: str | None) -> Body:
        """Raises: UndecodableError: the message is not of its type."""
        if not plain:
            return plain
        if self._contract is None or type_name is None or len(plain) > MAX_BODY_BYTES:
            return hide(plain, self._redactor)
        parse_message(plain, type_name, self._contract)
        return self._wire.message(plain, self._contract.message_class(type_name).DESCRIPTOR)

    def _type_name(self, comparison: Comparison, side: Side) -> str | None:
        name = comparison.request.target.partition("?")[0].lstrip("/")
        method = None if self._contract is None else self._contract.methods.get(name)
        if method is None:
            return None
        return method.input_type if side is Side.CLIENT else method.output_type


def _coding(headers: Headers, *names: str) -> Headers:
    """The header fields that decide how a body is read."""
    return tuple((name, value) for name, value in headers if name.lower() in names)
