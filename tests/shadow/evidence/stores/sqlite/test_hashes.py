"""Hashes come back as they were written."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.evidence.stores.sqlite.hashes import packed, unpacked


@given(st.frozensets(st.integers(0, 2**64 - 1)))
def test_there_and_back(hashes: frozenset[int]) -> None:
    """8 bytes each, and the same set is the same bytes."""
    found = packed(hashes)
    assert (len(found), unpacked(found)) == (8 * len(hashes), hashes)
    assert packed(frozenset(sorted(hashes, reverse=True))) == found


def test_longer_numbers() -> None:
    """Their lowest 8 bytes are written: no number stops a flush."""
    assert unpacked(packed({2**70 + 5, -1})) == {5, 2**64 - 1}


def test_damage() -> None:
    """Bytes that are no hashes are refused."""
    with pytest.raises(struct.error):
        unpacked(b"1234567")
