"""What the blocks of a brotli body (RFC 7932) tell of its size before it is decoded. Pure."""

_METADATA = 3  # as MNIBBLES: bytes that nobody reads
_LEAST_NIBBLES = 4


class _Bits:
    """Bits from the lowest one of the first byte on; behind the end there are zeros."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def is_past(self) -> bool:
        """Whether more was read than there is."""
        return self._at > 8 * len(self._data)

    def take(self, count: int) -> int:
        """The next few bits as a number."""
        first, shift = divmod(self._at, 8)
        self._at += count
        return int.from_bytes(self._data[first : -(-self._at // 8)], "little") >> shift & ((1 << count) - 1)

    def skip(self, bits: int) -> None:
        """Leaves bits out."""
        self._at += bits

    def skip_bytes(self, count: int) -> None:
        """Leaves whole bytes out, from the next one that begins."""
        self._at = 8 * (-(-self._at // 8) + count)


def told_bytes(body: bytes) -> int | None:
    """How many bytes it decodes to at most, where that is told without decoding.

    So it is of one compressed block, and of any number that are not compressed: what one call of an encoder makes.
    None: of several, whose ends only a decoder finds.
    """
    bits = _Bits(body)
    _skip_window(bits)
    total = 0
    while not bits.is_past:
        is_last = bits.take(1)
        if is_last and bits.take(1):  # an empty one
            break
        length = _length(bits)
        if length is None:
            bits.skip_bytes(_metadata_bytes(bits))
            continue
        total += length
        if is_last:
            break
        if not bits.take(1):
            return None
        bits.skip_bytes(length)
    return total


def _skip_window(bits: _Bits) -> None:
    """The size of the window takes 1, 4 or 7 bits (9.1)."""
    if bits.take(1) and not bits.take(3):
        bits.skip(3)


def _length(bits: _Bits) -> int | None:
    """MLEN (9.2); None of metadata."""
    nibbles = bits.take(2)
    return None if nibbles == _METADATA else 1 + bits.take(4 * (_LEAST_NIBBLES + nibbles))


def _metadata_bytes(bits: _Bits) -> int:
    bits.skip(1)
    length_bytes = bits.take(2)
    return 1 + bits.take(8 * length_bytes) if length_bytes else 0
