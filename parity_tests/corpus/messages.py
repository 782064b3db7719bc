"""Where the messages of a body end, so that each can have its moment. Pure; joined they are the body again."""

import re
import struct
from collections.abc import Iterator

from crossfade.shadow.compare.decode.media import Form, form_of, media_type
from crossfade.shadow.exchange import Headers, Protocol, header_values

_PREFIX = struct.Struct(">BI")  # grpc/doc/PROTOCOL-HTTP2.md: compressed flag and length
_ENDS = {
    Form.EVENTS: re.compile(rb"(?>\r\n|\n|\r){2}"),  # an empty line, whatever ends a line
    Form.LINES: re.compile(rb"\n"),
}


def message_ends(protocol: Protocol, headers: Headers, body: bytes) -> tuple[int, ...]:
    """Where each message ends in the body, in bytes from its start; what is left over is one more.

    Messages are gRPC frames, server-sent events with the empty line behind each, lines of JSON with their ends. Any
    other body is one message, and an empty one has none. ``headers`` are those that came with it.
    """
    ends = tuple(_grpc(body) if protocol is Protocol.GRPC else _http(headers, body))
    return ends if (ends[-1] if ends else 0) == len(body) else (*ends, len(body))


def _grpc(body: bytes) -> Iterator[int]:
    at = 0
    while len(body) - at >= _PREFIX.size:
        at += _PREFIX.size + _PREFIX.unpack_from(body, at)[1]
        if at > len(body):
            return
        yield at


def _http(headers: Headers, body: bytes) -> Iterator[int]:
    is_coded = any(
        value.strip().lower() not in {"", "identity"} for value in header_values(headers, "content-encoding")
    )
    end = None if is_coded else _ENDS.get(form_of(*media_type(headers)))
    return iter(()) if end is None else (match.end() for match in end.finditer(body))
