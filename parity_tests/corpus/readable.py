"""gRPC messages as JSON for who reads a session's file; the bytes beside it are what counts. Pure."""

from typing import Any

from google.protobuf import json_format
from google.protobuf.message import DecodeError

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.records import Call
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.grpc import split_frames
from crossfade.shadow.compare.decode.proto import parse_message
from crossfade.shadow.exchange import Answer, Headers
from crossfade.shadow.exchange.events import Event, Side, framed

_UNREADABLE = (UndecodableError, json_format.Error, DecodeError, TypeError, ValueError)


def readable_message(call: Call, event: Event, contract: Contract) -> Any:  # noqa: ANN401 - what JSON holds
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
