"""What is packed comes out the same, and long bytes are not copied into the pickle."""

from typing import Any

import pytest

from crossfade.shadow.apart.packing import LENGTH, pack, unpack


def parts(item: object) -> list[bytes]:
    """The parts without their lengths, which must be right."""
    written = b"".join(pack(item))
    found = []
    while written:
        (length,) = LENGTH.unpack_from(written)
        found.append(written[LENGTH.size : LENGTH.size + length])
        written = written[LENGTH.size + length :]
    return found


@pytest.mark.parametrize("item", [None, {"a": (1, "b")}, b"x" * 100, [b"x" * 100_000, b"y" * 70_000, "z" * 100_000]])
def test_there_and_back(item: Any) -> None:
    """Whatever it is."""
    count, packed, *beside = parts(item)
    assert int.from_bytes(count, "big") == len(beside)
    assert unpack(packed, beside) == item


def test_long_bytes_stand_beside() -> None:
    """Once, however often they are in it; they are the same object afterwards, too."""
    body = b"x" * 100_000
    _, packed, *beside = parts({"legacy": body, "candidate": body, "other": b"y" * 100_000})
    assert len(packed) < 200
    assert beside == [body, b"y" * 100_000]
    found = unpack(packed, beside)
    assert found["legacy"] is found["candidate"] is beside[0]
