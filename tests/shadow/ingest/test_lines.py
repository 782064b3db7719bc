"""Bytes become lines wherever they are cut, within a bound."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.ingest.lines import LineBuffer, Overlong


@given(st.lists(st.binary(max_size=20).filter(lambda line: b"\n" not in line)), st.data())
def test_the_same_lines_wherever_they_are_cut(lines: list[bytes], data: st.DataObject) -> None:
    """Each line comes once, in order, when its end has come; what is left is the begun one."""
    text = b"".join(line + b"\n" for line in lines) + b"rest"
    buffer, found = LineBuffer(100), list[object]()
    while text:
        cut = data.draw(st.integers(1, len(text)))
        found += buffer.feed(text[:cut])
        text = text[cut:]
    assert found == lines
    assert buffer.held_bytes == len(b"rest")


@pytest.mark.parametrize("chunks", [[b"x" * 5000], [b"x" * 1000, b"x" * 4000], [b"x"] * 5000, [b"ok\n" + b"x" * 5000]])
def test_a_line_that_is_too_long(chunks: list[bytes]) -> None:
    """Its beginning is kept and the rest is left out; the next line is read."""
    buffer = LineBuffer(1000)
    found = [line for chunk in chunks for line in buffer.feed(chunk)]
    assert buffer.is_overlong
    assert buffer.held_bytes == 512
    found += buffer.feed(b"more\nnext\n")
    assert found[-2:] == [Overlong(b"x" * 512), b"next"]
    assert (buffer.is_overlong, buffer.held_bytes) == (False, 0)


def test_a_line_as_long_as_may_be() -> None:
    """The end of a line does not count."""
    assert list(LineBuffer(10).feed(b"x" * 10 + b"\n")) == [b"x" * 10]
    assert list(LineBuffer(10).feed(b"x" * 11 + b"\n")) == [Overlong(b"x" * 11)]
