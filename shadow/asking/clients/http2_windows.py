"""The windows of HTTP/2 (RFC 9113 5.2): how much may be under way in each direction. Pure."""

from crossfade.shadow.asking.clients.http2_frames import Http2Error

_MOST_BYTES = 2**31 - 1


class Outbound:
    """What a server lets us send: ``bytes_left``, below 0 where it has taken some of it back."""

    __slots__ = ("bytes_left",)

    def __init__(self, size_bytes: int) -> None:
        self.bytes_left = size_bytes

    def take(self, size_bytes: int) -> None:
        """So much goes out."""
        self.bytes_left -= size_bytes

    def add(self, size_bytes: int) -> None:
        """The server lets us send more, or less. Raises: Http2Error: more than a window can be."""
        if self.bytes_left + size_bytes > _MOST_BYTES:
            raise Http2Error("a window that is too large")
        self.bytes_left += size_bytes


class Inbound:
    """What we let a server send."""

    __slots__ = ("_due_bytes", "_left_bytes", "_size_bytes")

    def __init__(self, size_bytes: int) -> None:
        self._size_bytes = self._left_bytes = size_bytes
        self._due_bytes = 0

    def take(self, size_bytes: int) -> None:
        """So much came. Raises: Http2Error: more than it might be."""
        self._left_bytes -= size_bytes
        if self._left_bytes < 0:
            raise Http2Error("more data than its window has room for")

    def give_back(self, size_bytes: int) -> int:
        """So much was read: by how much the server is to be told that it may send more, 0: not yet."""
        self._due_bytes += size_bytes
        if 2 * self._due_bytes < self._size_bytes:
            return 0
        due_bytes, self._due_bytes = self._due_bytes, 0
        self._left_bytes += due_bytes
        return due_bytes
