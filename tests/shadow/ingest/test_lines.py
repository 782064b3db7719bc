"""Bytes become lines wherever they are cut, within a bound."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.ingest.lines import LineBuffer, LineTooLongError


@given(st.lists(st.binary(max_size=20).filter(lambda line: b"\n" not in line)), st.data())
def test_the_same_lines_wherever_they_are_cut(lines: list[bytes], data: st.DataObject) -> None:
    """Each line comes once, in order, when its end has come; what is left is the begun one."""
    text = b"".join(line + b"\n" for line in lines) + b"rest"
    buffer, found = LineBuffer(100), []
    while text:
        cut = data.draw(st.integers(1, len(text)))
        found += buffer.feed(text[:cut])
        text = text[cut:]
    assert found == lines
    assert buffer.held_bytes == len(b"rest")


@pytest.mark.parametrize("chunks", [[b"x" * 11], [b"x" * 10, b"x"], [b"ok\n" + b"x" * 11], [b"x" * 11 + b"\n"]])
def test_a_line_that_is_too_long(chunks: list[bytes]) -> None:
    """Nothing is kept past the limit, whether its end comes or not."""
    buffer = LineBuffer(10)
    *before, last = chunks
    for chunk in before:
        list(buffer.feed(chunk))
    with pytest.raises(LineTooLongError):
        list(buffer.feed(last))
    assert buffer.held_bytes <= 10


def test_a_line_as_long_as_may_be() -> None:
    """The end of a line does not count."""
    assert list(LineBuffer(10).feed(b"x" * 10 + b"\n")) == [b"x" * 10]


def test_what_comes_before_a_line_that_is_too_long() -> None:
    """It is taken first."""
    found = LineBuffer(10).feed(b"one\ntwo\n" + b"x" * 11)
    assert [next(found), next(found)] == [b"one", b"two"]
    with pytest.raises(LineTooLongError):
        next(found)
