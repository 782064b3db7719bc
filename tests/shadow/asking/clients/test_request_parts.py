"""The body of a request that is still coming."""

import pytest

from crossfade.shadow.asking.clients.request_parts import RequestParts


async def test_parts_of_a_request() -> None:
    """They come out as they were put in, and then the end with its trailers."""
    parts = RequestParts()
    parts.put(b"a")
    other = parts.copy()
    parts.put(b"bc")
    assert (parts.waiting_bytes, other.waiting_bytes) == (3, 1)
    parts.end((("x", "1"),))
    assert [await parts.take(), await parts.take(), await parts.take()] == [b"a", b"bc", None]
    assert (parts.trailers, parts.waiting_bytes) == ((("x", "1"),), 0)


async def test_a_body_that_is_sent_anew() -> None:
    """From its first part on, with what has come since."""
    parts = RequestParts()
    parts.put(b"a")
    parts.put(b"b")
    assert [await parts.take(), await parts.take()] == [b"a", b"b"]
    assert parts.rewind()
    parts.put(b"c")
    parts.end()
    assert parts.waiting_bytes == 3
    assert [await parts.take() for _ in range(4)] == [b"a", b"b", b"c", None]
    assert parts.waiting_bytes == 0


@pytest.mark.parametrize("body", [[b"x" * 65_537], [b"x"] * 65])
async def test_a_long_body_is_not_kept(body: list[bytes]) -> None:
    """What was taken of it is gone, and nothing is sent twice or left out."""
    parts = RequestParts()
    for part in body:
        parts.put(part)
        await parts.take()
    assert not parts.rewind()
    assert parts.waiting_bytes == 0
