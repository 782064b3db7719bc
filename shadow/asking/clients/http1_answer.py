"""Reads one HTTP/1.1 answer: bytes in, events out. Pure, bounded, and linear in what comes.

It takes what lenient clients take and the proxy passes on (any byte but a colon in a field's name, any number as a
status, a line that ends with LF alone), because legacy's answer was taken too. How long a body is must be beyond doubt.
"""

import re
from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeVar

from crossfade.shadow.exchange import Headers
from crossfade.shadow.exchange.fields import CANDIDATE_HEAD_LIMIT_BYTES, CANDIDATE_HEAD_LIMIT_FIELDS, as_recorded

_HEAD_BYTES = CANDIDATE_HEAD_LIMIT_BYTES + 65_536
"""More than the engine takes from legacy: what it passed on is never too long here."""
_CHUNK_LINE_BYTES = 65_536
_VERSION = re.compile(rb"HTTP/\d\.\d")
_STATUS = re.compile(rb"[0-9]{1,9}")
_LENGTH = re.compile("[0-9]{1,18}", re.ASCII)
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,20})[ \t]*(?:;[^\n]*)?\r", re.DOTALL)  # RFC 9112 7.1
_EMPTY_LINE = re.compile(rb"(?:\A|\n)\r?\n")
_END_BYTES = 2  # of an empty line's beginning
_TOO_LONG = "a line or a head that is too long"
_NO_BODY = frozenset({204, 304})  # RFC 9112 6.3
_SWITCHING = 101
_FRAMING = ("content-length", "connection", "transfer-encoding")
_FRAMING_SIZES = frozenset(map(len, _FRAMING))
_CHUNKED, _TO_THE_END = -1, -2  # lengths of bodies that are not known from the head
_T = TypeVar("_T")


class NotHttpError(Exception):
    """What came is no HTTP/1.1; the text is one line and holds no payload."""


class NoStatusLineError(NotHttpError):
    """Its very first line is none that an answer begins with."""


class CutError(Exception):
    """The connection ended before the answer did."""


@dataclass(frozen=True, slots=True)
class Head:
    """The status and fields of the final answer."""

    status: int
    fields: Headers


@dataclass(frozen=True, slots=True)
class Data:
    """Bytes of the body, without their chunks."""

    data: bytes


@dataclass(frozen=True, slots=True)
class End:
    """The answer is whole."""

    trailers: Headers


Event = Head | Data | End
_Reading = Generator[Event | None, None, _T]  # None: more is needed


class AnswerReader:
    """The answer to one request. ``done``: it is whole; ``rest`` is then what came after it.

    ``began``: a byte of it has come. ``keeps_open``: it is whole, and the connection may be used again.
    """

    def __init__(self, method: str) -> None:
        """``method`` is the request's: the answer to HEAD has no body."""
        self.began = False
        self.done = False
        self.keeps_open = False
        self.has_no_body = False
        self._is_head = method.upper() == "HEAD"
        self._buffer = bytearray()
        self._searched = 0
        self._ended = False
        self._events = self._read()

    @property
    def rest(self) -> bytes:
        """What has come and belongs to no answer."""
        return bytes(self._buffer) if self.done else b""

    def feed(self, data: bytes) -> list[Event]:
        """The events that these bytes complete. Raises: NotHttpError."""
        self.began = self.began or bool(data)
        self._buffer += data
        return self._next()

    def end(self) -> list[Event]:
        """Nothing more will come. Raises: NotHttpError, CutError."""
        self._ended = True
        return self._next()

    def _next(self) -> list[Event]:
        found: list[Event] = []
        if not self.done:
            for event in self._events:
                if event is None:
                    break
                found.append(event)
        return found

    def _read(self) -> _Reading[None]:
        head = yield from self._head(NoStatusLineError)
        while head.is_interim:
            head = yield from self._head(NotHttpError)
        yield Head(head.status, head.told_fields())
        trailers: Headers = ()
        length = 0 if self._is_head else head.body_bytes()
        self.has_no_body = self._is_head or head.status in _NO_BODY
        if length == _TO_THE_END:
            yield from self._until_closed()
        elif length == _CHUNKED:
            trailers = yield from self._chunks()
        else:
            yield from self._exactly(length)
        self.keeps_open = length != _TO_THE_END and not self._ended and head.persists()
        self.done = True
        yield End(trailers)

    def _head(self, error: type[NotHttpError]) -> _Reading["_Start"]:
        left, line = _HEAD_BYTES, b""
        while not line:  # RFC 9112 2.2
            left, line = yield from self._line(left)
        match line.split(None, 2):
            case [version, status, *_] if _VERSION.fullmatch(version) and _STATUS.fullmatch(status):
                fields = yield from self._fields(left)
                return _Start(version, int(status), fields)
        raise error("no status line")

    def _fields(self, left: int) -> _Reading[Headers]:
        """The fields up to an empty line."""
        found: list[tuple[bytes, list[bytes]]] = []
        for line in (yield from self._lines(left)):
            name, colon, value = line.partition(b":")
            if line[:1] in b" \t":
                if not found:
                    raise NotHttpError("a folded line before all fields")
                found[-1][1].append(line.strip())
            elif not colon or not name.strip():
                raise NotHttpError("a field without a name or a colon")
            else:
                found.append((name, [value]))
            if len(found) > CANDIDATE_HEAD_LIMIT_FIELDS:
                raise NotHttpError(f"more than {CANDIDATE_HEAD_LIMIT_FIELDS} fields")
        return as_recorded([(name, b" ".join(values)) for name, values in found])

    def _lines(self, limit_bytes: int) -> _Reading[list[bytes]]:
        """The lines up to an empty one, without their ends."""
        while (end := _EMPTY_LINE.search(self._buffer, max(0, self._searched - _END_BYTES))) is None:
            self._searched = len(self._buffer)
            if self._searched > limit_bytes:
                break
            yield from self._more()
        if end is None or end.start() > limit_bytes:
            raise NotHttpError(_TOO_LONG)
        lines = bytes(self._buffer[: end.start()]).split(b"\n") if end.start() else []
        del self._buffer[: end.end()]
        self._searched = 0
        return [line.removesuffix(b"\r") for line in lines]

    def _line(self, left: int) -> _Reading[tuple[int, bytes]]:
        """How much is left of the limit, and the next line without its end."""
        line = yield from self._raw_line(left)
        return left - len(line) - 1, line.removesuffix(b"\r")

    def _raw_line(self, limit_bytes: int) -> _Reading[bytes]:
        """The next line without its LF."""
        while (at := self._buffer.find(b"\n", self._searched)) < 0:
            self._searched = len(self._buffer)
            if self._searched > limit_bytes:
                break
            yield from self._more()
        if at > limit_bytes or at < 0:
            raise NotHttpError(_TOO_LONG)
        line = bytes(self._buffer[:at])
        del self._buffer[: at + 1]
        self._searched = 0
        return line

    def _chunks(self) -> _Reading[Headers]:
        """The chunks and then the trailers. Their lines end with CRLF: else two readers may part them in two ways."""
        while True:
            line = yield from self._raw_line(_CHUNK_LINE_BYTES)
            match = _CHUNK.fullmatch(line)
            if match is None:
                raise NotHttpError("no size of a chunk")
            size = int(match[1], 16)
            if not size:
                return (yield from self._fields(_HEAD_BYTES))
            yield from self._exactly(size)
            if (yield from self._raw_line(1)) != b"\r":
                raise NotHttpError("a chunk without its end")

    def _exactly(self, size: int) -> _Reading[None]:
        while size:
            if not self._buffer:
                yield from self._more()
            data = bytes(self._buffer[:size])
            del self._buffer[:size]
            size -= len(data)
            if data:
                yield Data(data)

    def _until_closed(self) -> _Reading[None]:
        while self._buffer or not self._ended:
            if self._buffer:
                data = bytes(self._buffer)
                self._buffer.clear()
                yield Data(data)
            else:
                yield None

    def _more(self) -> _Reading[None]:
        """Waits for bytes. Raises: CutError: there are no more."""
        if self._ended:
            raise CutError
        yield None


class _Start:
    """How an answer begins, and what follows for its body and its connection."""

    def __init__(self, version: bytes, status: int, fields: Headers) -> None:
        self.status = status
        self._version = version
        self._fields = fields
        framing: dict[str, list[str]] = {name: [] for name in _FRAMING}
        for name, value in fields:
            if len(name) in _FRAMING_SIZES and (found := framing.get(name.lower())) is not None:
                found += _tokens(value)
        self._lengths, self._options = framing["content-length"], framing["connection"]
        self._codings = [coding for coding in framing["transfer-encoding"] if coding != "identity"]  # RFC 2616 3.6

    @property
    def is_interim(self) -> bool:
        """Whether another head follows (RFC 9110 15.2)."""
        return 100 <= self.status < 200 and self.status != _SWITCHING  # noqa: PLR2004

    def told_fields(self) -> Headers:
        """The fields without a length that does not count (RFC 9112 6.3)."""
        if not self._codings:
            return self._fields
        return tuple(field for field in self._fields if field[0].lower() != "content-length")

    def body_bytes(self) -> int:
        """RFC 9112 6.3. Raises: NotHttpError: nobody can tell."""
        if self.status in _NO_BODY or self.status == _SWITCHING:
            return 0
        if self._codings:
            return _CHUNKED if self._codings[-1] == "chunked" else _TO_THE_END
        lengths = set(self._lengths)
        if not lengths:
            return _TO_THE_END
        if len(lengths) > 1 or not all(map(_LENGTH.fullmatch, lengths)):
            raise NotHttpError("a length that is none, or two of them")
        return int(lengths.pop())

    def persists(self) -> bool:
        """Whether the connection may be used again (RFC 9112 9.3)."""
        has_length = any(name.lower() == "content-length" for name, _ in self._fields) if self._codings else False
        if self.status == _SWITCHING or has_length:
            return False  # RFC 9112 6.3: what follows is not to be trusted
        if self._version <= b"HTTP/1.0":
            return "keep-alive" in self._options and not self._codings
        return "close" not in self._options


def _tokens(value: str) -> list[str]:
    """The elements of a list field, lower case."""
    return [token for part in value.lower().split(",") if (token := part.strip())]
