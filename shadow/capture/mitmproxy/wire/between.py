"""Between HTTP/2 and HTTP/1.1: which requests must not be translated, and how the fields of an answer are. Pure.

A CR or LF in a field of HTTP/2 would begin the next line of HTTP/1.1, or the next request.
"""

import re
from collections.abc import Iterable

from mitmproxy import http

from crossfade.shadow.capture.mitmproxy.wire.head import Field, tokens

_LENGTH = b"content-length"
_LINE_ENDS = re.compile(rb"[\r\n\0]")
_NOT_IN_A_NAME = re.compile(rb"[\x00-\x20\x7f-\xff]|(?<!^):")
_FOLD = re.compile(rb"[\r\n\0][ \t\r\n\0]*")
_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_OF_ONE_CONNECTION = frozenset(
    {b"connection", b"keep-alive", b"proxy-connection", b"te", b"transfer-encoding", b"upgrade"}
)


def fault_of(fields: Iterable[Field], *, is_whole: bool) -> str | None:
    """Why a head or trailers of HTTP/2 are malformed (RFC 9113 8.1.1), or None. ``is_whole``: no body follows."""
    hosts = 0
    for name, value in fields:
        hosts += name == b"host"
        if _NOT_IN_A_NAME.search(name):
            return f"a name that is no token, {name[:40]!r}"
        if _LINE_ENDS.search(value):
            return f"a CR, LF or NUL in {name[:40]!r}"
        if name == b":method" and not _TOKEN.fullmatch(value):
            return f"a method that is no token, {value[:40]!r}"
        if is_whole and name == _LENGTH and value.strip(b"0"):
            return f"no body, and a Content-Length of {value[:40]!r}"
    return f"{hosts} fields named host" if hosts > 1 else None


def in_http2(headers: http.Headers) -> http.Headers:
    """The fields of an HTTP/1.1 answer as a client of HTTP/2 may get them.

    Names are in lower case; a fold or control character becomes a blank (RFC 9112 5.2, RFC 9110 5.5). Fields of
    legacy's connection (RFC 9113 8.2.2) and fields without a valid name are left out: they would make the client end
    its connection.
    """
    gone = _OF_ONE_CONNECTION.union(tokens(headers, b"connection"))
    fields = ((name.lower(), _FOLD.sub(b" ", value).strip()) for name, value in headers.fields)
    return http.Headers((name, value) for name, value in fields if _TOKEN.fullmatch(name) and name not in gone)
