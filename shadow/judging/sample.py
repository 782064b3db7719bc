"""A request as a person can send it again by hand."""

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import DecodeError, Message

from crossfade.codegen.contract import CallType, Contract, Method
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.codings import decode_codings
from crossfade.shadow.compare.decode.grpc import split_frames
from crossfade.shadow.compare.decode.proto import parse_message
from crossfade.shadow.exchange import Protocol, Request, header_values
from crossfade.shadow.exchange.observations import UNSHOWN, RequestSample

MAX_BODY = 4096
"""Characters of text, or bytes of a body that is no text."""
_MAX_READ_BYTES = 4 * MAX_BODY
_PREFIX_BYTES = 5
_MASK = "google.protobuf.FieldMask"
_NEGATIVE_ZERO = re.compile(r"-0(?:\.0)?[,}\]]")
_TRANSPORT = frozenset(
    {"host", "content-length", "connection", "accept-encoding", "user-agent", "te", "grpc-accept-encoding"}
    | {"transfer-encoding"}
)
_SENDS_ONE = frozenset({CallType.UNARY, CallType.SERVER_STREAM})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Body:
    """As in a sample; ``exact`` where the text alone gives what the client sent."""

    text: str = ""
    exact: bool = True
    unread: tuple[str, ...] = ()
    cut: str = ""


def request_sample(request: Request, contract: Contract | None) -> RequestSample:
    """Method, target, headers and a body that is readable, exact or both. Not redacted."""
    is_call = request.protocol is Protocol.GRPC
    body = _call_body(request, contract) if is_call else _http_body(request)
    data = None if body.exact or body.cut else base64.b64encode(request.body).decode()
    return RequestSample(
        protocol=request.protocol.value,
        method=request.method,
        target=request.target,
        headers=tuple((name, value) for name, value in request.headers if name.lower() not in _TRANSPORT),
        body=body.text,
        authority=request.authority,
        h2c=_is_h2c(request),
        data=data,
        unread=() if data is None else body.unread,
        cut=body.cut,
    )


def _is_h2c(request: Request) -> bool:
    """HTTP/1.1 names its server in a field, HTTP/2 beside the fields (RFC 9113 8.3.1)."""
    return request.scheme == "http" and bool(request.authority) and not header_values(request.headers, "host")


# HTTP


def _http_body(request: Request) -> _Body:
    coding = header_values(request.headers, "content-encoding")
    cut = _cut(request)
    try:
        text = decode_codings(request.body, coding).decode()
    except (UndecodableError, UnicodeDecodeError):
        return _Body(exact=False, cut="the body" if coding else cut)  # what is compressed can't be looked through
    if len(text) > MAX_BODY:
        return _Body(text=text[:MAX_BODY], cut=f"the body after its first {MAX_BODY} characters")
    return _Body(
        text=text.replace("\0", ""),  # no word can hold it, and it may stand between all letters of a secret
        exact=not coding and "\0" not in text,
        cut="the end of the body" if request.truncated else "",
    )


def _cut(request: Request) -> str:
    """What a body that is no text loses: all of it, where it is too long to be kept as a whole."""
    return "the body" if request.truncated or len(request.body) > MAX_BODY else ""


# gRPC


def _call_body(request: Request, contract: Contract | None) -> _Body:
    method = None if contract is None else contract.methods.get(request.target.partition("?")[0].lstrip("/"))
    frames: tuple[bytes, ...] | None
    try:
        frames = split_frames(_whole_frames(request.body), request.headers)
    except UndecodableError:
        frames = None
    if contract is None or method is None:
        return _Body(exact=False, cut="the body" if _is_compressed(request) else _cut(request))
    if frames is None:
        return _Body(exact=False, unread=_names(method, contract), cut=_cut(request))
    try:
        lines = list(_fitting(frames, method, contract))
    except UndecodableError:
        if _is_compressed(request):
            return _Body(exact=False, cut="the body")
        return _Body(exact=False, unread=_names(method, contract), cut=_cut(request))
    text = "\n".join(line.text for line in lines)
    if request.truncated or len(lines) < len(frames):
        return _Body(text=text, cut=f"all messages after the first {len(lines)}" if lines else "the message")
    is_one = len(lines) == 1 or method.call_type not in _SENDS_ONE
    exact = is_one and all(line.exact for line in lines) and _whole_frames(request.body) == request.body
    return _Body(text=text, exact=exact, cut=UNSHOWN if not exact and _cut(request) else "")


def _is_compressed(request: Request) -> bool:
    return any(value.strip().lower() != "identity" for value in header_values(request.headers, "grpc-encoding"))


def _whole_frames(body: bytes) -> bytes:
    """The frames of a body that was cut, without the last one where that is not whole."""
    at = 0
    while len(body) - at >= _PREFIX_BYTES:
        after = at + _PREFIX_BYTES + int.from_bytes(body[at + 1 : at + _PREFIX_BYTES], "big")
        if after > len(body):
            break
        at = after
    return body[:at]


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    exact: bool


def _fitting(frames: Iterable[bytes], method: Method, contract: Contract) -> Iterator[_Line]:
    """The first messages that are together, each on a line, no longer than a sample's body; no others are read.

    Raises: UndecodableError: one of them is no message of its type, or JSON can't have it.
    """
    size = -1
    for frame in frames:
        line = _line(frame, method, contract) if len(frame) <= _MAX_READ_BYTES else None
        if line is None or (size := size + 1 + len(line.text)) > MAX_BODY:
            return
        yield line


def _line(data: bytes, method: Method, contract: Contract) -> _Line:
    """A message as proto JSON on one line, and whether that is all of it. Raises: UndecodableError."""
    message = parse_message(data, method.input_type, contract)
    try:
        text = json_format.MessageToJson(message, indent=None, preserving_proto_field_name=True)
    except (json_format.Error, DecodeError, TypeError, ValueError):  # a date past 9999, an Any of an unknown type
        raise UndecodableError(f"expected a message that JSON can have, got another {method.input_type}") from None
    return _Line(text, exact=_is_exact(message, text))


def _is_exact(message: Message, text: str) -> bool:
    """Whether the JSON gives the message again, unknown fields too, and in grpcurl too.

    grpcurl 1.9 reads -0.0 as nothing, and the JSON of a field mask not at all.
    """
    if _NEGATIVE_ZERO.search(text) or _holds_mask(message):
        return False
    try:
        again = json_format.Parse(text, type(message)())
    except (json_format.Error, DecodeError, TypeError, ValueError):
        return False
    one, two = (item.SerializeToString(deterministic=True) for item in (message, again))
    return bool(one == two)


def _holds_mask(message: Message) -> bool:
    """Methods are looked up on the class, because a field may have their names."""
    kind: Any = type(message)
    if kind.DESCRIPTOR.full_name == _MASK:
        return True
    return any(
        _holds_mask(item)
        for field, value in kind.ListFields(message)
        if field.message_type is not None
        for item in _items(value)
        if isinstance(item, Message)
    )


def _items(value: Any) -> Iterable[Any]:  # noqa: ANN401 - a message, or a container of them
    if isinstance(value, Message):
        return (value,)
    return tuple(value.values()) if isinstance(value, Mapping) else tuple(value)


def _names(method: Method | None, contract: Contract | None) -> tuple[str, ...]:
    """The names of all fields that the request's messages may hold, where it is unknown which they do."""
    if method is None or contract is None:
        return ()
    found: dict[str, None] = {}
    seen: set[str] = set()
    waiting: list[Any] = [contract.message_class(method.input_type).DESCRIPTOR]
    while waiting:
        kind = waiting.pop()
        if kind.full_name not in seen:
            seen.add(kind.full_name)
            found |= dict.fromkeys(field.name for field in kind.fields)
            waiting += [field.message_type for field in kind.fields if field.message_type is not None]
    return tuple(found)
