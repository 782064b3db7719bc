"""Where the body of an HTTP/1 message ends (RFC 9112 6.3), and which messages are refused as ambiguous. Pure.

A request whose end legacy might see elsewhere is refused: legacy would read the rest as another request. Servers are
lenient in many ways, Python's own most of all: a line that is no field ends the head, a CR alone ends a line.
"""

import re
import time

from mitmproxy import http

from crossfade.shadow.capture.mitmproxy.wire.head import (
    Fields,
    RefusedError,
    UnreadableError,
    WireRequest,
    WireResponse,
    tokens,
)

CHUNKED = None
UNTIL_END = -1
_BAD_REQUEST, _NOT_IMPLEMENTED = 400, 501
_NO_BODY = frozenset({204, 304})
_LENGTH, _CODING = b"content-length", b"transfer-encoding"
_DIGITS = re.compile(rb"[0-9]{1,18}")
_CODINGS = frozenset({b"compress", b"deflate", b"gzip", b"identity"})
_PLAIN_NAME = re.compile(rb"[\x21-\x39\x3b-\x7e]*")
_NOT_LETTERS = bytes(set(range(256)) - set(b"abcdefghijklmnopqrstuvwxyz"))
_LETTERS = frozenset({b"contentlength", b"transferencoding"})
_HIDDEN = re.compile(rb"(?:\r(?!\n)[ \t\r]*|\n[ \t][ \t\r]*)(?:content-length|transfer-encoding)[ \t]*:", re.IGNORECASE)


def check_request(request: WireRequest) -> int | None:
    """The size of the body in bytes, or CHUNKED. Raises: RefusedError."""
    head = request.head()
    if request.data.method.upper() == b"CONNECT":
        raise RefusedError(_NOT_IMPLEMENTED, "CONNECT: expected a request for legacy, got one for a tunnel")
    if head.count(b"\r") != head.count(b"\r\n"):
        raise _bad("a CR without LF")
    if _hides_a_length(head):
        raise _bad("a length in a folded line")
    return _request_size(request, *_request_framing(request))


def _request_framing(request: WireRequest) -> tuple[list[bytes], list[bytes]]:
    """The values of Content-Length and of Transfer-Encoding. Raises: RefusedError: servers could see others."""
    found: dict[bytes, list[bytes]] = {_LENGTH: [], _CODING: []}
    broken = False
    for (name, value), line in request.headers.with_lines():
        lower = name.lower()
        if lower in found:
            if broken:
                raise _bad("a length behind a line that is no header field")
            found[lower].append(value)
        elif lower.translate(None, _NOT_LETTERS) in _LETTERS:
            raise _bad("another spelling of Content-Length or Transfer-Encoding")
        elif name[-1:] in (b" ", b"\t"):
            raise _bad("a blank before a colon")
        elif name[:1] in (b" ", b"\t"):
            raise _bad("a folded line before the first header field")
        elif not _PLAIN_NAME.fullmatch(name) or (not value and b":" not in line):
            broken = True
    return found[_LENGTH], found[_CODING]


def _request_size(request: WireRequest, lengths: list[bytes], codings: list[bytes]) -> int | None:
    if codings:
        coding = tokens(request.headers, _CODING)
        if lengths:
            raise _bad("Content-Length and Transfer-Encoding")
        if coding == [b"identity"]:
            return 0
        if request.is_http10:
            raise _bad("Transfer-Encoding in HTTP/1.0")
        if len(codings) > 1 or coding[-1] != b"chunked" or not _CODINGS.issuperset(coding[:-1]):
            raise _bad("a Transfer-Encoding that does not end in chunked once")
        return CHUNKED
    if not lengths:
        return 0
    if len(set(lengths)) > 1 or not _DIGITS.fullmatch(lengths[0]):
        raise _bad("no Content-Length that is one number")
    return int(lengths[0])


def answer_size(method: bytes, response: WireResponse) -> int | None:
    """The size of the body in bytes, CHUNKED or UNTIL_END.

    Where an answer names chunks and a length, the chunks count and the length is removed (RFC 9112 6.3).
    Raises: UnreadableError: the client could not tell where the answer ends.
    """
    status = response.status_code
    if method.upper() == b"HEAD" or status // 100 == 1 or status in _NO_BODY:
        return 0
    if _hides_a_length(response.head()):
        raise UnreadableError("a length in a folded line")
    _trim_names(response.headers)
    codings = [item for item in tokens(response.headers, _CODING) if item != b"identity"]
    if codings:
        if codings.count(b"chunked") > 1:
            raise UnreadableError("chunks within chunks")
        if codings[-1] != b"chunked":
            return UNTIL_END
        if _LENGTH in response.headers:
            del response.headers[_LENGTH]
        return CHUNKED
    lengths = set(tokens(response.headers, _LENGTH))
    if not lengths:
        return UNTIL_END
    (length, *others) = lengths
    if others or not _DIGITS.fullmatch(length):
        raise UnreadableError("expected a Content-Length that is one number")
    return int(length)


def _hides_a_length(head: bytes) -> bool:
    """Whether a length stands in a line that some servers read as part of the line before."""
    has_such_lines = b"\n " in head or b"\n\t" in head or head.count(b"\r") != head.count(b"\r\n")
    return has_such_lines and _HIDDEN.search(head) is not None


def answer_without_head() -> WireResponse:
    """For bytes without a head (HTTP/0.9, or no HTTP at all): everything is body, up to the end."""
    response = WireResponse(b"HTTP/1.0", 0, b"", Fields(), None, None, time.time(), None)
    response.start_line = response.end = b""
    response.size = UNTIL_END
    return response


def closes(message: http.Message) -> bool:
    """Whether a message ends its connection (RFC 9112 9.3)."""
    options = tokens(message.headers, b"connection")
    if b"close" in options:
        return True
    return b"keep-alive" not in options and message.is_http10


def _trim_names(headers: http.Headers) -> None:
    """Removes a blank before the colon of a length (RFC 9112 5.1), so that no client overlooks it."""
    if any(name[-1:] in (b" ", b"\t") and name.rstrip().lower() in (_LENGTH, _CODING) for name, _ in headers.fields):
        fields = (
            (name.rstrip() if name.rstrip().lower() in (_LENGTH, _CODING) else name, value)
            for name, value in headers.fields
        )
        headers.fields = tuple(fields)


def _bad(found: str) -> RefusedError:
    return RefusedError(_BAD_REQUEST, f"expected a request that every server reads alike, got {found}")
