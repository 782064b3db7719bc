"""Fields and targets as records hold them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.exchange.fields import as_recorded, wire_bytes, wire_text


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (b"a", "a"),
        (b" a\t", "a"),
        (b"a\r\n b", "a b"),
        (b"a\r\n \tb\r\n  c", "a b c"),
        (b"\r\n b", "b"),
        (b"a\n b", "a b"),
        (b"a\rb", "a\rb"),
        (b"J\xfcrgen", "J\xfcrgen"),
        (b"", ""),
    ],
)
def test_one_line_without_blanks_around_it(value: bytes, kept: str) -> None:
    """A folded value is one line, whoever unfolds it; nothing else is changed."""
    assert as_recorded([(b"A ", value)]) == (("A", kept),)


@given(st.binary())
def test_any_bytes_come_back(data: bytes) -> None:
    """A target is text that a person can read, and the same bytes again."""
    assert wire_bytes(wire_text(data)) == data


def test_a_target_is_read_as_utf_8() -> None:
    """As people write it in a rule."""
    assert wire_text("/café".encode()) == "/café"
