"""What makes a request the same as a recorded one: its method, its target, and what its body means. Pure."""

from collections.abc import Hashable
from decimal import Decimal
from typing import Any

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.messages import message_ends
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.body import decode_body
from crossfade.shadow.compare.decode.grpc import split_frames
from crossfade.shadow.compare.decode.proto import parse_message
from crossfade.shadow.exchange import Headers, Protocol, Request, header_values
from crossfade.shadow.routes.spelling import exact_path

_PREFIX_BYTES = 5
_CONDITIONS = ("range", "if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "if-range")
"""RFC 9110 13.1 and 14.2: they make an answer another one. Other fields are not looked at."""


def head_meaning(request: Request) -> Hashable:
    """What is known before the body comes."""
    _, mark, query = request.target.partition("?")
    conditions = tuple((name, header_values(request.headers, name)) for name in _CONDITIONS)
    return request.protocol, request.method, exact_path(request.target) + mark + query, conditions


def body_meaning(request: Request, contract: Contract | None) -> tuple[Hashable, ...]:
    """One entry for each whole message of a call, or one for the body of HTTP."""
    if request.protocol is Protocol.GRPC:
        return tuple(_message(request, data, contract) for data in whole_messages(request.body))
    try:
        return (_hashable(decode_body(request.headers, request.body)),)
    except UndecodableError:
        return (request.body,)


def whole_messages(body: bytes) -> tuple[bytes, ...]:
    """The messages of a call's body with their prefixes; not one of which a part is still to come."""
    ends = message_ends(Protocol.GRPC, (), body)
    parts = (body[begin:end] for begin, end in zip((0, *ends), ends, strict=False))
    return tuple(part for part in parts if _is_whole(part))


def _is_whole(part: bytes) -> bool:
    return len(part) >= _PREFIX_BYTES and len(part) == _PREFIX_BYTES + int.from_bytes(part[1:_PREFIX_BYTES], "big")


def _message(request: Request, frame: bytes, contract: Contract | None) -> Hashable:
    """By its type where the contract has it: maps have no order, and a default is as good as none."""
    try:
        (plain,) = split_frames(frame, _encoding(request.headers))
        method = None if contract is None else contract.methods.get(request.target.partition("?")[0].lstrip("/"))
        if contract is None or method is None:
            return plain
        found: bytes = parse_message(plain, method.input_type, contract).SerializeToString(deterministic=True)
    except UndecodableError:
        return frame
    return found


def _encoding(headers: Headers) -> Headers:
    return tuple((name, value) for name, value in headers if name.lower() == "grpc-encoding")


def _hashable(value: Any) -> Hashable:  # noqa: ANN401 - what a body holds
    """Members of an object have no order; true is not 1, but 1.0 is."""
    match value:
        case dict():
            return frozenset((name, _hashable(item)) for name, item in value.items())
        case bool() | None:
            return (type(value), value)
        case int() | Decimal() | str() | bytes():
            return value
        case tuple():
            return tuple(map(_hashable, value))
        case _:
            return repr(value)
