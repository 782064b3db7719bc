"""Plain text as lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.compare.decode.lines import read_lines
from crossfade.shadow.exchange.difference import Value


@pytest.mark.parametrize(
    "value",
    ["a", "", None, b"a\nb", "a" + "\n" * 100_001, "<a>\n", " {\n", '"a\n"', "--x\r\n", "a -----BEGIN X\nb", {}],
)
def test_what_has_no_lines(value: Value) -> None:
    """One line, another value, and what is no plain text."""
    assert read_lines(value) is None


@given(st.text("ab\r\n", max_size=9))
def test_nothing_is_lost(text: str) -> None:
    """The lines are the text again."""
    lines = read_lines(text)
    assert lines is None or "\n".join(map(str, lines)) == text
