"""Cuts the bytes of one connection into lines, which may end anywhere. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

_HEAD_BYTES = 512


@dataclass(frozen=True, slots=True)
class Overlong:
    """The beginning of a line that was longer than the limit."""

    head: bytes


class LineBuffer:
    """Keeps what has come of a line that is not complete: of one longer than ``limit_bytes`` its beginning alone.

    Such a line is left out, not refused: a service would send it again and again, and nothing after it would come.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._begun = bytearray()
        self.is_overlong = False

    @property
    def held_bytes(self) -> int:
        """Bytes that are kept of the line that is not complete."""
        return len(self._begun)

    def feed(self, data: bytes) -> Iterator[bytes | Overlong]:
        """The lines that ``data`` completes, without their ends; all of them have to be taken."""
        *complete, rest = data.split(b"\n")
        for part in complete:
            self._take(part)
            line = bytes(self._begun)
            is_overlong, self.is_overlong = self.is_overlong, False
            self._begun.clear()
            yield Overlong(line) if is_overlong else line
        self._take(rest)

    def _take(self, part: bytes) -> None:
        if self.is_overlong:
            return
        if len(self._begun) + len(part) > self._limit_bytes:
            self.is_overlong = True
            self._begun += part[:_HEAD_BYTES]
            del self._begun[_HEAD_BYTES:]
        else:
            self._begun += part
