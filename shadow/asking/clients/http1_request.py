"""Writes HTTP/1.1 requests as the client sent them, byte for byte. Pure.

Legacy has taken these bytes, so nothing is corrected. What is refused is what could be read as more than one request,
or as a body of another length: it would reach the candidate as something that no client sent.
"""

import re
from collections.abc import Iterable

from crossfade.shadow.exchange import Headers, Request, header_values
from crossfade.shadow.exchange.fields import wire_bytes

_WORD = re.compile(rb"[^\x00\t\n\v\f\r ]+")  # what ends a word of the request line for one server or another
_NAME = re.compile(r"[^\x00\r\n: \t][^\x00\r\n:]*")
_VALUE = re.compile(r"[^\r\n]*")
_FRAMING = ("content-length", "transfer-encoding")
_SHORTEST = min(map(len, _FRAMING))


def is_writable(request: Request) -> bool:
    """Whether HTTP/1.1 has one way to read the head of this request.

    A target or a field may hold what breaks a line: a client may send it over HTTP/2, and lenient servers take a CR.
    """
    line = (wire_bytes(request.method), wire_bytes(request.target))
    fields = (*request.headers, *request.trailers, ("Host", request.authority))
    return all(map(_WORD.fullmatch, line)) and all(
        _NAME.fullmatch(name) and _VALUE.fullmatch(value) and not _hides_framing(name) for name, value in fields
    )


def whole_request(request: Request, headers: Headers) -> bytes:
    """A request whose body is known: with its length, or in one chunk where trailers follow."""
    if request.trailers:
        head = request_head(request, _framed(headers, ("Transfer-Encoding", "chunked")))
        return b"".join((head, chunk(request.body), last_chunk(request.trailers)))
    lengths = header_values(headers, "content-length")
    length = str(len(request.body))
    if lengths == (length,) or not (request.body or lengths):
        headers = _without(headers, "transfer-encoding")
    else:
        headers = _framed(headers, ("Content-Length", length))
    return request_head(request, headers) + request.body


def length_of(headers: Headers) -> int | None:
    """How long a body is that is still coming; None where that is not known and it goes out in chunks."""
    lengths = set(header_values(headers, "content-length"))
    value = lengths.pop() if len(lengths) == 1 else ""
    return int(value) if value.isascii() and value.isdecimal() else None


def begun_request(request: Request, headers: Headers) -> bytes:
    """The head of a request whose body is still coming."""
    length = length_of(headers)
    if length is None:  # RFC 9112 6.1
        headers = _framed(headers, ("Transfer-Encoding", "chunked"))
    elif len(header_values(headers, "content-length")) > 1:
        headers = _framed(headers, ("Content-Length", str(length)))
    return request_head(request, headers if length is None else _without(headers, "transfer-encoding"))


def request_head(request: Request, headers: Headers) -> bytes:
    """The request line and the fields. Host comes from the authority where there is none (HTTP/2 carries none)."""
    if not header_values(headers, "host"):
        headers = (("Host", wire_bytes(request.authority).decode("latin-1")), *headers)
    line = b"%s %s HTTP/1.1\r\n" % (wire_bytes(request.method), wire_bytes(request.target))
    return line + _lines(headers) + b"\r\n"


def chunk(data: bytes) -> bytes:
    """A part of a body; of nothing nothing, because an empty chunk would be the last."""
    return b"%x\r\n%s\r\n" % (len(data), data) if data else b""


def last_chunk(trailers: Headers) -> bytes:
    """The end of a body in chunks."""
    return b"0\r\n" + _lines(trailers) + b"\r\n"


def _lines(fields: Iterable[tuple[str, str]]) -> bytes:
    return "".join([f"{name}: {value}\r\n" for name, value in fields]).encode("latin-1")


def _framed(headers: Headers, framing: tuple[str, str]) -> Headers:
    """With this field instead of those that give another length."""
    return (*_without(headers, *_FRAMING), framing)


def _without(headers: Headers, *names: str) -> Headers:
    return tuple(field for field in headers if field[0].lower() not in names)


def _hides_framing(name: str) -> bool:
    """Whether some servers read it as the field that says where the body ends, and others don't."""
    if len(name) < _SHORTEST:
        return False
    bare = re.sub(r"[^a-z-]", "", name.lower().replace("_", "-"))
    return bare in _FRAMING and name.lower() not in _FRAMING
