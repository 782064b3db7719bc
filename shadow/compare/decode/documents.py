"""Cuts a stream of JSON texts that have no line of their own: one after the other, or as a sequence (RFC 7464)."""

import re
from collections.abc import Iterator

from crossfade.shadow.compare.decode.errors import TooLongError

RECORD_SEPARATOR = 0x1E
_BETWEEN = re.compile(rb"[\s\x1e]*")
_WORD_END = re.compile(rb"[\s\x1e{\[\"]")
_MARK = re.compile(rb'["\[\]{}\x1e]')
_IN_TEXT = re.compile(rb'["\\]')


class DocumentFraming:
    """A text ends with its last bracket; a number or a word where a blank, another text or the stream's end follows.

    What a record separator cuts off is a message too, which then can't be decoded.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._begun = bytearray()
        self._looked_at = 0
        self._depth = 0
        self._in_text = False

    def feed(self, data: bytes) -> tuple[bytes, ...]:
        """See Framing."""
        self._begun += data
        return tuple(self._whole())

    def end(self) -> tuple[bytes, ...]:
        """See Framing."""
        last = bytes(self._begun)[_blanks(self._begun) :]
        self._begun.clear()
        return (last,) if last else ()

    def join(self, message: bytes) -> bytes:
        """See Framing."""
        return message + b"\n"

    def rest(self) -> bytes:
        """See Framing."""
        return bytes(self._begun)

    def _whole(self) -> Iterator[bytes]:
        start = 0
        while True:
            if not self._looked_at and not self._depth and not self._in_text:
                start = _blanks(self._begun, start)
            end = self._end(start)
            if (len(self._begun) if end is None else end) - start > self._limit_bytes:
                raise TooLongError(f"expected a message of at most {self._limit_bytes} bytes, got a longer one")
            if end is None:
                del self._begun[:start]
                return
            self._looked_at, self._depth, self._in_text = 0, 0, False
            yield bytes(self._begun[start:end])
            start = end

    def _end(self, start: int) -> int | None:
        """Where the text ends that begins at ``start``; None where its end has not come. Looks at no byte twice."""
        at = start + self._looked_at
        if at == start and start < len(self._begun) and self._begun[start] not in b'{["':
            word = _WORD_END.search(self._begun, start + 1)
            return None if word is None else word.start()
        while at < len(self._begun):
            match = (_IN_TEXT if self._in_text else _MARK).search(self._begun, at)
            if match is None:
                at = len(self._begun)
            elif self._begun[match.start()] == ord("\\"):
                if match.end() == len(self._begun):
                    at = match.start()
                    break
                at = match.end() + 1
            elif self._begun[match.start()] == RECORD_SEPARATOR:
                return match.start()
            else:
                at = match.end()
                self._step(match[0])
                if not self._depth and not self._in_text:
                    return at
        self._looked_at = at - start
        return None

    def _step(self, mark: bytes) -> None:
        if mark == b'"':
            self._in_text = not self._in_text
        else:
            self._depth += 1 if mark in b"[{" else -1


def _blanks(begun: bytearray, start: int = 0) -> int:
    """Where what stands between two texts ends."""
    match = _BETWEEN.match(begun, start)
    return start if match is None else match.end()
