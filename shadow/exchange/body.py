"""A body as far as the limit allows, and digests of what lies past it."""

import hashlib
from dataclasses import dataclass, field

WINDOW_BYTES = 262_144
"""A body past the limit is compared by digests of windows of this size."""
DIGEST_BYTES = 8
_MAX_WINDOWS = 16_384
"""4 GiB; what lies past it was not seen."""


@dataclass(slots=True)
class BodyCopy:
    """Takes the chunks of one body. ``truncated``: ``data`` is not all of it."""

    limit_bytes: int
    data: bytearray = field(default_factory=bytearray)
    size_bytes: int = 0
    _windows: bytearray = field(default_factory=bytearray)
    _open: bytearray = field(default_factory=bytearray)

    def take(self, chunk: bytes) -> bytes:
        """Keeps a copy and gives the chunk back unchanged."""
        room = self.limit_bytes - len(self.data)
        self.size_bytes += len(chunk)
        if len(chunk) <= room:
            self.data += chunk
        else:
            self.data += chunk[:room]
            self._digest(chunk[room:])
        return chunk

    @property
    def truncated(self) -> bool:
        """Whether the body was longer than the limit."""
        return self.size_bytes > len(self.data)

    def windows(self) -> bytes:
        """8 bytes for each window past the limit, the last of which may be short; empty where the rest is too long."""
        if not self._digested():
            return b""
        if not self._open:
            return bytes(self._windows)
        return bytes(self._windows) + _digest_of(self._open)

    def _digested(self) -> bool:
        """Whether digests are kept of all that lies past the limit."""
        return len(self._windows) < _MAX_WINDOWS * DIGEST_BYTES

    def _digest(self, rest: bytes) -> None:
        if not self._digested():
            return
        self._open += rest
        at = 0
        while len(self._open) - at >= WINDOW_BYTES and self._digested():
            self._windows += _digest_of(self._open[at : at + WINDOW_BYTES])
            at += WINDOW_BYTES
        del self._open[:at]


def _digest_of(window: bytes | bytearray) -> bytes:
    return hashlib.blake2b(window, digest_size=DIGEST_BYTES).digest()
