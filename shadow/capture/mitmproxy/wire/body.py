"""Readers of HTTP/1 bodies: bytes in, pieces out. Pure.

A reader takes what it can from a buffer: a piece of the body, the End, or None until more comes.
"""

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol as Interface

from crossfade.shadow.capture.mitmproxy.wire.buffer import Buffer, TooLongError
from crossfade.shadow.capture.mitmproxy.wire.framing import CHUNKED, UNTIL_END
from crossfade.shadow.capture.mitmproxy.wire.head import Fields, read_fields

_SIZE_LINE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?", re.DOTALL)
_PIECE_BYTES = 1 << 20


class BodyError(ValueError):
    """The body is not what its head promised; ``status`` is the answer to the client."""

    def __init__(self, text: str, status: int = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True, slots=True)
class End:
    """The end of a body."""

    trailers: Fields | None = None


class Reader(Interface):
    """Reads one body."""

    def read(self, buf: Buffer, *, many: bool = False) -> bytes | End | None:
        """A piece, the end, or None: more must come. ``many``: several chunks may be one piece. Raises: BodyError."""

    def at_end(self) -> End:
        """The end, if the sender stops here. Raises: BodyError: something is missing."""


class Sized:
    """A body of a known size."""

    def __init__(self, size: int) -> None:
        self._missing = size

    def read(self, buf: Buffer, *, many: bool = False) -> bytes | End | None:  # noqa: ARG002 - see Reader
        """See Reader."""
        if not self._missing:
            return End()
        piece = buf.take(self._missing)
        self._missing -= len(piece)
        return piece or None

    def at_end(self) -> End:
        """See Reader."""
        raise BodyError("peer closed connection without sending complete message body")


class UntilEnd:
    """A body that ends with its connection."""

    def read(self, buf: Buffer, *, many: bool = False) -> bytes | None:  # noqa: ARG002 - see Reader
        """See Reader."""
        return buf.take(_PIECE_BYTES) or None

    def at_end(self) -> End:
        """See Reader."""
        return End()


class Chunked:
    """A body in chunks (RFC 9112 7.1), with a bound on what stands between them."""

    def __init__(self, limit: int, *, strict: bool) -> None:
        """``strict``: lines must end in CRLF; of a request two servers could read anything else differently."""
        self._limit = limit
        self._strict = strict
        self._missing = 0
        self._in_chunk = self._in_trailers = False

    def read(self, buf: Buffer, *, many: bool = False) -> bytes | End | None:
        """See Reader."""
        try:
            return (buf.take_chunks() if many and self._is_between() else b"") or self._read(buf)
        except TooLongError:
            text = f"expected a chunk's line or trailers of at most {self._limit} bytes"
            raise BodyError(text, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE) from None

    def at_end(self) -> End:
        """See Reader."""
        raise BodyError("peer closed connection without sending complete message body (its last chunk)")

    def _is_between(self) -> bool:
        return not (self._missing or self._in_chunk or self._in_trailers)

    def _read(self, buf: Buffer) -> bytes | End | None:
        if not self._in_trailers and not self._missing:
            if self._in_chunk and not self._ends_chunk(buf):
                return None
            if not self._begins_chunk(buf):
                return None
        if self._in_trailers:
            return self._trailers(buf)
        piece = buf.take(self._missing)
        self._missing -= len(piece)
        return piece or None

    def _ends_chunk(self, buf: Buffer) -> bool:
        line = buf.take_line(self._limit)
        if line is None:
            return False
        if line != b"\r\n" and (self._strict or line != b"\n"):
            raise BodyError("expected the end of a line behind a chunk")
        self._in_chunk = False
        return True

    def _begins_chunk(self, buf: Buffer) -> bool:
        line = buf.take_line(self._limit)
        if line is None:
            return False
        text = line[:-2] if line.endswith(b"\r\n") else line[:-1]
        match = _SIZE_LINE.fullmatch(text)
        if match is None or (self._strict and (b"\r" in text or len(line) - len(text) == 1)):
            raise BodyError(f"expected the size of a chunk, got {line[:40]!r}")
        self._missing = int(match[1], 16)
        self._in_chunk = self._missing > 0
        self._in_trailers = not self._in_chunk
        return True

    def _trailers(self, buf: Buffer) -> End | None:
        section = buf.take_head(self._limit)
        if section is None:
            return None
        if self._strict and re.search(rb"\r(?!\n)", section):
            raise BodyError("a CR without LF in trailers")
        lines = [line + b"\n" for line in section.split(b"\n")[:-2]]
        return End(read_fields(lines)) if lines else End()


def reader_of(size: int | None, limit: int, *, strict: bool) -> Reader:
    """A reader for a body of this size, CHUNKED or UNTIL_END."""
    if size is CHUNKED:
        return Chunked(limit, strict=strict)
    return UntilEnd() if size == UNTIL_END else Sized(size)
