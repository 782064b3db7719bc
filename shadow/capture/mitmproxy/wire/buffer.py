"""Bytes that were received and not read yet; a head that comes byte by byte is not searched anew each time."""

import re
from typing import Self

_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,4})\r\n")
_BLANK_LINE = re.compile(rb"\n\r?\n")


class TooLongError(Exception):
    """No end within the limit."""


class Buffer:
    """What a connection received; each ``take`` removes what it returns."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._searched = 0

    def __iadd__(self, data: bytes) -> Self:
        self._data += data
        return self

    def __len__(self) -> int:
        return len(self._data)

    def __bytes__(self) -> bytes:
        return bytes(self._data)

    def take(self, size: int) -> bytes:
        """Up to so many bytes."""
        if size >= len(self._data):
            size = len(self._data)
            taken = bytes(self._data)
        else:
            taken = bytes(self._data[:size])
        del self._data[:size]
        self._searched = 0
        return taken

    maybe_extract_at_most = take  # by this name mitmproxy asks for it

    def put_back(self, data: bytes) -> None:
        """Puts bytes in front of the rest."""
        self._data[:0] = data
        self._searched = 0

    def begins_with(self, text: bytes) -> bool:
        """Whether the data begins like this in any letter case, as far as it has come."""
        return text.upper().startswith(bytes(self._data[: len(text)]).upper())

    def take_line(self, limit: int) -> bytes | None:
        """A line with its LF; None: not yet. Raises: TooLongError."""
        end = self._data.find(b"\n", self._searched, limit + 1)
        if end < 0:
            self._not_yet(limit, 0)
            return None
        return self.take(end + 1)

    def take_chunks(self) -> bytes:
        """The data of all plain chunks (RFC 9112 7.1) that stand whole at the beginning, in one piece.

        A chunk of another form, and the last one, is left.
        """
        data, at = self._data, 0
        found: list[bytearray] = []
        while match := _CHUNK_SIZE.match(data, at):
            start, end = match.end(), match.end() + int(match[1], 16)
            if start == end or data[end : end + 2] != b"\r\n":
                break
            found.append(data[start:end])
            at = end + 2
        if at:
            del data[:at]
            self._searched = 0
        return b"".join(found)

    def take_head(self, limit: int) -> bytes | None:
        """All lines up to and including an empty one; None: not yet. Raises: TooLongError."""
        if self._data[:1] == b"\n":
            return self.take(1)
        if self._data[:2] == b"\r\n":
            return self.take(2)
        match = _BLANK_LINE.search(self._data, self._searched, limit + 1)
        if match is None:
            self._not_yet(limit, 2)
            return None
        return self.take(match.end())

    def skip_empty_lines(self) -> None:
        """Drops complete empty lines at the beginning (RFC 9112 2.2)."""
        size = len(self._data) - len(self._data.lstrip(b"\r\n"))
        if size == len(self._data) and self._data.endswith(b"\r"):
            size -= 1
        if size and self._data[size - 1 : size] == b"\r":  # a CR alone ends no line
            size = self._data.rfind(b"\n", 0, size) + 1
        if size:
            self.take(size)

    def is_blank(self) -> bool:
        """Whether it holds nothing but line ends."""
        return not self._data.strip(b"\r\n")

    def first_line(self, limit: int) -> bytes | None:
        """A copy of the first line with its LF, if it ends within the limit."""
        end = self._data.find(b"\n", 0, limit)
        return None if end < 0 else bytes(self._data[: end + 1])

    def _not_yet(self, limit: int, overlap: int) -> None:
        if len(self._data) > limit:
            raise TooLongError
        self._searched = max(0, len(self._data) - overlap)
