"""A request as a person can send it again by hand."""

from google.protobuf import json_format
from google.protobuf.message import DecodeError

from crossfade.codegen.contract import Contract
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.codings import decode_codings
from crossfade.shadow.compare.decode.grpc import split_frames
from crossfade.shadow.compare.decode.proto import parse_message
from crossfade.shadow.evidence.records import RequestSample
from crossfade.shadow.exchange import Protocol, Request, header_values

_MAX_BODY_CHARS = 4096
_TRANSPORT = frozenset(
    {"host", "content-length", "connection", "accept-encoding", "user-agent", "te", "grpc-accept-encoding"}
    | {"transfer-encoding", "content-encoding"}
)


def request_sample(request: Request, contract: Contract | None) -> RequestSample:
    """Method, target, headers and a readable body; a message as proto JSON. Not redacted."""
    return RequestSample(
        protocol=request.protocol.value,
        method=request.method,
        target=request.target,
        headers=tuple((name, value) for name, value in request.headers if name.lower() not in _TRANSPORT),
        body=_body(request, contract)[:_MAX_BODY_CHARS],
    )


def _body(request: Request, contract: Contract | None) -> str:
    try:
        if request.protocol is Protocol.GRPC:
            return _message_json(request, contract)
        body = decode_codings(request.body, header_values(request.headers, "content-encoding"))
        return body.decode()
    except (UndecodableError, UnicodeDecodeError):
        return ""


def _message_json(request: Request, contract: Contract | None) -> str:
    method = None if contract is None else contract.methods.get(request.target.lstrip("/"))
    messages = split_frames(request.body, request.headers)
    if contract is None or method is None or not messages:
        return ""
    message = parse_message(messages[0], method.input_type, contract)
    try:
        return json_format.MessageToJson(message, indent=None, preserving_proto_field_name=True)
    except (json_format.Error, DecodeError, TypeError, ValueError):  # a date past 9999, an Any of an unknown type
        return ""
