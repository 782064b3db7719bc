"""Cuts the bytes of one connection into lines, which may end anywhere. Pure."""

from collections.abc import Iterator


class LineTooLongError(Exception):
    """A line that goes on past the limit."""


class LineBuffer:
    """Keeps what has come of a line that is not complete, never more than ``limit_bytes`` of it."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._begun = bytearray()

    @property
    def held_bytes(self) -> int:
        """Bytes of the line that is not complete."""
        return len(self._begun)

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The lines that ``data`` completes, without their ends; all of them have to be taken.

        Raises: LineTooLongError: behind the lines that came before.
        """
        *complete, rest = data.split(b"\n")
        for part in complete:
            self._take(part)
            line = bytes(self._begun)
            self._begun.clear()
            yield line
        self._take(rest)

    def _take(self, part: bytes) -> None:
        if len(self._begun) + len(part) > self._limit_bytes:
            raise LineTooLongError
        self._begun += part
