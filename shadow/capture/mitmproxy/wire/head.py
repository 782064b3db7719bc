"""The head of an HTTP/1 message: its bytes as they came, and what they mean. Pure.

A head is passed on as it was read: blanks, line ends, folds, letter case, bytes that are not text. Its meaning only
serves to find where the body ends, and for the copy.
"""

import re
import time
from collections.abc import Iterable

from mitmproxy import http

from crossfade.shadow.capture.mitmproxy.wire.expect import ExpectHidden

_BLANKS = b" \t"
_TAB_AS_BLANK = bytes.maketrans(b"\t", b" ")
_VERSION = re.compile(rb"HTTP/(\d{1,9})\.(\d{1,9})", re.IGNORECASE)
_STATUS_LINE = re.compile(rb"HTTP/(\d{1,9})(?:\.(\d{1,9}))?[ \t]+(\d{1,9})(?:[ \t](.*))?", re.IGNORECASE | re.DOTALL)

Field = tuple[bytes, bytes]


class UnreadableError(ValueError):
    """These bytes are not a head of HTTP/1."""


class Fields(ExpectHidden):
    """Header fields that are written as they were read; what is added to them is written plainly."""

    def __init__(self, fields: Iterable[Field] = (), lines: Iterable[bytes] = ()) -> None:
        """``lines``: the bytes of each field, with folds and line ends."""
        super().__init__(fields)
        self._read = self.fields
        self._lines = tuple(lines)

    def with_lines(self) -> Iterable[tuple[Field, bytes]]:
        """The fields that were read, and their bytes."""
        return zip(self._read, self._lines, strict=True)

    def __bytes__(self) -> bytes:
        if self.fields is self._read:
            return b"".join(self._lines)
        known = dict(self.with_lines())
        return b"".join(known.get(field) or b"%s: %s\r\n" % field for field in self.fields)


class WireRequest(http.Request):
    """A request of HTTP/1. ``path`` is the target as it was sent, in whatever form."""

    headers: Fields
    start_line: bytes
    end: bytes
    refusal: "RefusedError | None" = None
    size: int | None = 0

    def head(self) -> bytes:
        """The bytes to pass on."""
        return self.start_line + bytes(self.headers) + self.end


class WireResponse(http.Response):
    """An answer of HTTP/1; ``size`` as ``framing.answer_size`` gives it."""

    headers: Fields
    start_line: bytes
    end: bytes
    size: int | None = 0

    def head(self) -> bytes:
        """The bytes to pass on."""
        return self.start_line + bytes(self.headers) + self.end


class RefusedError(ValueError):
    """A request that is not passed on; ``status`` is the answer to its client."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def read_request(raw: bytes) -> WireRequest:
    """Parses a request's head, the empty line included. Raises: UnreadableError."""
    start_line, lines, end = _split(raw)
    method, target, version = _request_line(start_line)
    request = WireRequest(
        host="",
        port=0,
        method=method,
        scheme=b"",
        authority=b"",
        path=target,
        http_version=version,
        headers=read_fields(lines),
        content=None,
        trailers=None,
        timestamp_start=time.time(),
        timestamp_end=None,
    )
    request.start_line, request.end = start_line, end
    return request


def read_response(raw: bytes) -> WireResponse:
    """Parses an answer's head, the empty line included. Raises: UnreadableError."""
    start_line, lines, end = _split(raw)
    match = _STATUS_LINE.fullmatch(start_line.rstrip(b"\r\n"))
    if match is None:
        raise UnreadableError(f"expected a status line, got {start_line[:80]!r}")
    major, minor, status, reason = match.groups()
    response = WireResponse(
        http_version=_version(major, minor or b"1"),
        status_code=int(status),
        reason=reason or b"",
        headers=read_fields(lines),
        content=None,
        trailers=None,
        timestamp_start=time.time(),
        timestamp_end=None,
    )
    response.start_line, response.end = start_line, end
    return response


def read_fields(lines: Iterable[bytes]) -> Fields:
    """Parses lines with their line ends into fields. A fold stays in the value; a line without a colon is a name."""
    names: list[bytes] = []
    values: list[bytes] = []
    raw: list[bytes] = []
    for line in lines:
        text = line.removesuffix(b"\n").removesuffix(b"\r")
        if text[:1] in (b" ", b"\t") and raw:
            values[-1] = (values[-1] + b"\r\n" + text.rstrip(_BLANKS)).strip(_BLANKS)
            raw[-1] += line
            continue
        name, _, value = text.partition(b":")
        names.append(name)
        values.append(value.strip(_BLANKS))
        raw.append(line)
    return Fields(zip(names, values, strict=True), raw)


def tokens(headers: http.Headers, name: bytes) -> list[bytes]:
    """The members of a field that is a list, in lower case."""
    values = [value for key, value in headers.fields if key.lower() == name]
    return [item.strip(_BLANKS).lower() for value in values for item in value.split(b",")]


def _split(raw: bytes) -> tuple[bytes, list[bytes], bytes]:
    """First line, field lines, last line. Only LF splits: a CR in between is part of its line."""
    lines = [line + b"\n" for line in raw.split(b"\n")[:-1]]
    return lines[0], lines[1:-1], lines[-1]


def _request_line(line: bytes) -> tuple[bytes, bytes, bytes]:
    """Method, target and version; blanks within a target are legacy's business."""
    text = line.rstrip(b"\r\n").strip(_BLANKS)
    blanks = text.translate(_TAB_AS_BLANK)
    first, last = blanks.find(b" "), blanks.rfind(b" ")
    version = _VERSION.fullmatch(text[last + 1 :])
    target = text[first:last].strip(_BLANKS)
    if version is None or not target:
        raise UnreadableError(f"expected a request line, got {line[:80]!r}")
    return text[:first], target, _version(*version.groups())


def _version(major: bytes, minor: bytes) -> bytes:
    """Before 1.1 a connection ends after one answer; mitmproxy takes 2.0 for another protocol."""
    return b"HTTP/1.1" if (int(major), int(minor)) >= (1, 1) else b"HTTP/1.0"
