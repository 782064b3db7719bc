"""What is shown of bodies to who reads a session's file; the bytes beside it are what counts. Pure."""

from typing import Any

from google.protobuf import json_format
from google.protobuf.message import DecodeError

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.records import Call
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.body import plain_body
from crossfade.shadow.compare.decode.grpc import split_frames
from crossfade.shadow.compare.decode.proto import parse_message
from crossfade.shadow.exchange import Answer, Headers, Protocol, header_values
from crossfade.shadow.exchange.events import Event, Side, framed

MAX_PLAIN_CHARS = 65_536
"""A longer text is not shown a second time."""
_UNREADABLE = (UndecodableError, json_format.Error, DecodeError, TypeError, ValueError)


def readable(call: Call, event: Event, contract: Contract | None) -> dict[str, Any]:
    """What is shown beside a message: of gRPC ``json``, of a coded HTTP body ``plain``; nothing where there is none."""
    if call.request.protocol is Protocol.GRPC:
        shown = None if contract is None else _message(call, event, contract)
        return {} if shown is None else {"json": shown}
    headers = _headers(call, event.side)
    if not isinstance(event.body, bytes) or not header_values(headers, "content-encoding"):
        return {}
    try:
        plain = plain_body(headers, event.body).decode()
    except (UndecodableError, UnicodeDecodeError):
        return {}
    return {"plain": plain} if len(plain) <= MAX_PLAIN_CHARS else {}


def _message(call: Call, event: Event, contract: Contract) -> Any:  # noqa: ANN401 - what JSON holds
    """The message of an event as proto JSON with the names of the contract; None where it has no such form."""
    method = contract.methods.get(call.request.target.partition("?")[0].removeprefix("/"))
    if method is None:
        return None
    type_name = method.input_type if event.side is Side.CLIENT else method.output_type
    try:
        (plain,) = split_frames(framed(event), _headers(call, event.side))
        message = parse_message(plain, type_name, contract)
        return json_format.MessageToDict(message, preserving_proto_field_name=True)
    except _UNREADABLE:  # not of its type, a date past 9999, an Any of an unknown type
        return None


def _headers(call: Call, side: Side) -> Headers:
    if side is Side.CLIENT:
        return call.request.headers
    return call.reply.headers if isinstance(call.reply, Answer) else ()
