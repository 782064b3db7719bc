"""A gRPC answer taken apart: messages, status, metadata, trailers (grpc/doc/PROTOCOL-HTTP2.md)."""

import base64
import struct
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from google.protobuf.message import DecodeError
from google.rpc import code_pb2, status_pb2

from crossfade.codegen.contract import Contract
from crossfade.shadow.compare.decode.codings import MAX_DECODED_BYTES, decode_codings
from crossfade.shadow.compare.decode.errors import UndecodableError
from crossfade.shadow.compare.decode.proto import message_value
from crossfade.shadow.exchange import Answer, Headers, header_values
from crossfade.shadow.exchange.difference import Value

_PREFIX = struct.Struct(">BI")
_CODES = {str(number): name for name, number in code_pb2.Code.items()}
_STATUS_FIELDS = frozenset({"grpc-status", "grpc-message", "grpc-status-details-bin"})


@dataclass(frozen=True, slots=True, kw_only=True)
class GrpcAnswer:
    """``code`` is a name such as NOT_FOUND, or ``HTTP 502`` where no gRPC status came; messages are serialised."""

    code: str
    message: str
    details: bytes
    metadata: Headers
    trailers: Headers
    messages: tuple[bytes, ...]


def split_answer(answer: Answer) -> GrpcAnswer:
    """The parts of an answer. An answer of one header block (Trailers-Only) has trailers and no metadata.

    A status that comes twice is named with all its values. Bytes of the message that are not UTF-8 are lone surrogates.
    Raises: UndecodableError: a cut or wrong frame, details that are not base64 or come twice.
    """
    only_trailers = not answer.trailers and bool(header_values(answer.headers, "grpc-status"))
    metadata, trailers = ((), answer.headers) if only_trailers else (answer.headers, answer.trailers)
    status = header_values(trailers, "grpc-status")
    return GrpcAnswer(
        code=", ".join(_CODES.get(text.strip(), text) for text in status) if status else f"HTTP {answer.status}",
        message=_percent_decoded(", ".join(header_values(trailers, "grpc-message"))),
        details=_details(header_values(trailers, "grpc-status-details-bin")),
        metadata=metadata,
        trailers=tuple(item for item in trailers if item[0].lower() not in _STATUS_FIELDS),
        messages=split_frames(answer.body, answer.headers),
    )


def split_frames(body: bytes, headers: Headers, limit_bytes: int = MAX_DECODED_BYTES) -> tuple[bytes, ...]:
    """The messages of a gRPC body, decompressed to at most the limit together.

    Raises: UndecodableError: a cut frame, a wrong prefix, a compressed frame without an encoding or beyond the limit.
    """
    encoding = header_values(headers, "grpc-encoding")
    messages = []
    at = 0
    while at < len(body):
        if len(body) - at < _PREFIX.size:
            raise UndecodableError("expected a 5-byte frame prefix, got a cut one")
        compressed, length = _PREFIX.unpack_from(body, at)
        at += _PREFIX.size
        if compressed > 1 or length > len(body) - at:
            raise UndecodableError("expected a whole gRPC frame, got a cut or invalid one")
        message = body[at : at + length]
        if compressed:
            message = _decompressed(message, encoding, limit_bytes)
            limit_bytes -= len(message)
        messages.append(message)
        at += length
    return tuple(messages)


def details_value(details: bytes, contract: Contract | None) -> Value:
    """google.rpc.Status as a message value, or the bytes where they are something else."""
    try:
        status = status_pb2.Status.FromString(details)
    except DecodeError:
        return details
    return message_value(status, contract)


def decode_binary(text: str) -> bytes:
    """The bytes of one binary metadata value: base64 with or without padding, as both are allowed on the wire.

    Raises: UndecodableError: other text.
    """
    text = text.strip()
    try:
        return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), validate=True)
    except ValueError:  # binascii.Error is one
        raise UndecodableError("expected base64 in binary metadata, got other text") from None


def metadata_value(name: str, values: tuple[str, ...]) -> Value:
    """Binary metadata (``-bin``) as bytes, else text; several values as a tuple.

    A list in one field is several values; what is not base64 stays text.
    """
    found: tuple[Value, ...] = values
    if name.endswith("-bin"):
        try:
            found = tuple(decode_binary(part) for value in values for part in value.split(","))
        except UndecodableError:
            found = values
    return found[0] if len(found) == 1 else found


def _decompressed(message: bytes, encoding: tuple[str, ...], limit_bytes: int) -> bytes:
    """An empty message is compressed to some bytes too, and the flag needs an encoding."""
    if not message or [name.strip().lower() for name in encoding] in ([], ["identity"]):
        raise UndecodableError("expected a compressed message and its grpc-encoding, got one without")
    return decode_codings(message, encoding, limit_bytes)


def _details(values: tuple[str, ...]) -> bytes:
    if len(values) > 1:
        raise UndecodableError(f"expected one grpc-status-details-bin, got {len(values)}")
    return decode_binary(values[0]) if values else b""


def _percent_decoded(text: str) -> str:
    return unquote_to_bytes(text.encode("latin-1", "backslashreplace")).decode("utf-8", "surrogateescape")
