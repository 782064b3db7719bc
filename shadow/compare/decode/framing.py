"""Where one message of a stream ends and the next begins: gRPC frames, JSON in lines or not, server-sent events."""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol as Interface

from crossfade.shadow.compare.decode.documents import DocumentFraming
from crossfade.shadow.compare.decode.errors import TooLongError, UndecodableError
from crossfade.shadow.compare.decode.grpc import split_frames
from crossfade.shadow.compare.decode.json_text import decode_json
from crossfade.shadow.compare.decode.media import STREAMS, Form, decode_text, form_of, media_type
from crossfade.shadow.exchange import Headers, header_values
from crossfade.shadow.exchange.difference import Value

_PREFIX = struct.Struct(">BI")
_LINE_END = re.compile(rb"\r?\n")
_NOT_BLANK = re.compile(rb"\S")
_EVENT_END = re.compile(rb"(?>\r\n|\n|\r){2}")  # an empty line, whatever ends a line
_FIELD = re.compile(rb"(?:\A|[\r\n])[^:\r\n]")  # a comment alone is a heartbeat without meaning


_UNFINISHED = b"\n(not dispatched):"  # an empty line ends an event; one without is there, but not for who waits for it
_MARK_BYTES = 4
_MESSAGE_BYTES = 64


class Framing(Interface):
    """Cuts one direction of a stream into messages; chunks may end anywhere."""

    def feed(self, data: bytes) -> tuple[bytes, ...]:
        """The messages that ``data`` completes. Raises: UndecodableError; TooLongError."""

    def end(self) -> tuple[bytes, ...]:
        """What the end of the stream completes. Raises: UndecodableError: it was cut within a message."""

    def join(self, message: bytes) -> bytes:
        """The bytes of a stream in which this message stands, not compressed."""

    def rest(self) -> bytes:
        """What has come of a message that is not complete."""


class GrpcFraming:
    """Length-prefixed messages (grpc/doc/PROTOCOL-HTTP2.md), decompressed."""

    def __init__(self, headers: Headers, limit_bytes: int) -> None:
        self._headers = headers
        self._limit_bytes = limit_bytes
        self._begun = bytearray()

    def feed(self, data: bytes) -> tuple[bytes, ...]:
        """See Framing."""
        self._begun += data
        return tuple(self._whole())

    def end(self) -> tuple[bytes, ...]:
        """See Framing."""
        if self._begun:
            raise UndecodableError("expected a whole gRPC frame, got a cut one")
        return ()

    def join(self, message: bytes) -> bytes:
        """See Framing."""
        return _PREFIX.pack(0, len(message)) + message

    def rest(self) -> bytes:
        """See Framing."""
        return bytes(self._begun)

    def _whole(self) -> Iterator[bytes]:
        while len(self._begun) >= _PREFIX.size:
            _, length = _PREFIX.unpack_from(self._begun)
            if length > self._limit_bytes:
                raise TooLongError(f"expected a message of at most {self._limit_bytes} bytes, got {length}")
            end = _PREFIX.size + length
            if len(self._begun) < end:
                return
            frame = bytes(self._begun[:end])
            del self._begun[:end]
            yield from split_frames(frame, self._headers, self._limit_bytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextMarks:
    """What stands between two texts (``join`` is one form of it), what makes a text one, what a last one lacks."""

    between: re.Pattern[bytes]
    join: bytes
    content: re.Pattern[bytes]
    unfinished: bytes = b""


class TextFraming:
    """Texts with a mark between them; those without content are left out."""

    def __init__(self, marks: TextMarks, limit_bytes: int) -> None:
        self._marks = marks
        self._limit_bytes = limit_bytes
        self._begun = bytearray()
        self._looked_at = 0

    def feed(self, data: bytes) -> tuple[bytes, ...]:
        """See Framing."""
        self._begun += data
        return tuple(self._whole(last=False))

    def end(self) -> tuple[bytes, ...]:
        """See Framing."""
        found = list(self._whole(last=True))
        if self._marks.content.search(self._begun):
            found.append(bytes(self._begun) + self._marks.unfinished)
        self._begun.clear()
        return tuple(found)

    def join(self, message: bytes) -> bytes:
        """See Framing."""
        return message + self._marks.join

    def rest(self) -> bytes:
        """See Framing."""
        return bytes(self._begun)

    def _whole(self, *, last: bool) -> Iterator[bytes]:
        """The texts that are complete; what was searched in vain is not searched again."""
        at, look_at = 0, max(0, self._looked_at - _MARK_BYTES)
        while match := self._marks.between.search(self._begun, look_at):
            if match.end() == len(self._begun) and self._begun.endswith(b"\r") and not last:
                break  # the line's end may be cut before its \n
            text = bytes(self._begun[at : match.start()])
            at = look_at = match.end()
            self._check(text)
            if self._marks.content.search(text):
                yield text
        del self._begun[:at]
        self._looked_at = len(self._begun)
        self._check(self._begun)

    def _check(self, text: bytes | bytearray) -> None:
        if len(text) > self._limit_bytes:
            raise TooLongError(f"expected a message of at most {self._limit_bytes} bytes, got a longer one")


def cost_bytes(message: bytes) -> int:
    """What it costs to keep a message: an empty one is not free."""
    return len(message) + _MESSAGE_BYTES


_EVENTS = TextMarks(between=_EVENT_END, join=b"\n\n", content=_FIELD, unfinished=_UNFINISHED)
_LINES = TextMarks(between=_LINE_END, join=b"\n", content=_NOT_BLANK)


def answer_framing(headers: Headers, limit_bytes: int) -> Framing | None:
    """How to cut an HTTP answer that is a stream of messages; None where it is none, or is coded as a whole."""
    if any(value.strip().lower() not in {"", "identity"} for value in header_values(headers, "content-encoding")):
        return None
    form = form_of(*media_type(headers))
    return _text_framing(form, limit_bytes) if form in STREAMS else None


def split_texts(form: Form, body: bytes) -> tuple[bytes, ...]:
    """The messages of a whole body that is a stream."""
    framing = _text_framing(form, len(body))
    return (*framing.feed(body), *framing.end())


def text_value(form: Form, text: bytes) -> Value:
    """One JSON text, or one server-sent event as its fields, whose data is read as JSON where it is JSON.

    Raises: UndecodableError: not UTF-8, a text that is not JSON.
    """
    plain = decode_text(text, "utf-8")
    if form is Form.EVENTS:
        return _event(plain)
    value = decode_json(plain)  # which drops a byte order mark, at which readers of lines fail
    return {"(byte order mark)": value} if plain.startswith("\ufeff") else value


def _text_framing(form: Form, limit_bytes: int) -> Framing:
    if form is Form.DOCUMENTS:
        return DocumentFraming(limit_bytes)
    return TextFraming(_EVENTS if form is Form.EVENTS else _LINES, limit_bytes)


def _event(text: str) -> Value:
    """The fields of an event (WHATWG HTML 9.2.6), without its comments."""
    fields: dict[str, list[str]] = {}
    for line in re.split(r"\r\n|\n|\r", text):
        name, _, value = line.partition(":")
        if name:
            fields.setdefault(name, []).append(value.removeprefix(" "))
    return {name: _data("\n".join(lines)) if name == "data" else "\n".join(lines) for name, lines in fields.items()}


def _data(text: str) -> Value:
    if text[:1] not in {"{", "["}:
        return text
    try:
        return decode_json(text)
    except UndecodableError:
        return text
