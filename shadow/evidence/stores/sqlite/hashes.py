"""Sets of hashes as bytes: 8 for each, little-endian, the lowest first."""

import struct
from collections.abc import Set as AbstractSet

_BYTES, _MASK = 8, 2**64 - 1


def packed(hashes: AbstractSet[int]) -> bytes:
    """The bytes of a set; of a number that takes more than 8 bytes the lowest 8."""
    return struct.pack(f"<{len(hashes)}Q", *sorted(number & _MASK for number in hashes))


def unpacked(text: bytes) -> frozenset[int]:
    """The set of what ``packed`` wrote. Raises: struct.error: it wrote no such bytes."""
    if len(text) % _BYTES:
        raise struct.error(f"expected hashes of 8 bytes, got {len(text)} bytes")
    return frozenset(struct.unpack(f"<{len(text) // _BYTES}Q", text))
