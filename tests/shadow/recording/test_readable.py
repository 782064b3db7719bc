"""What counts as text that was read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.recording.readable import cut_text, is_readable


@pytest.mark.parametrize(("text", "readable"), [("a\tb\r\n", True), ("", True), ("a\0b", False), ("\x1f\x8b", False)])
def test_control_characters_are_no_text(text: str, readable: bool) -> None:
    """Tabs and line ends are."""
    assert is_readable(text) is readable


@given(st.text(), st.integers(0, 40), st.integers(0, 40))
def test_a_piece_of_text_is_found_between_cut_letters(text: str, begin: int, end: int) -> None:
    """Wherever it was cut, nothing is lost, and only parts of one letter are left over on each side."""
    piece = text.encode()[begin : begin + end]
    head, found, tail = cut_text(piece)
    assert head + found.encode() + tail == piece
    assert len(head) <= 3
    assert len(tail) <= 3


@pytest.mark.parametrize("raw", [b"\xff", b"a\xffb", b"\x80\x80\x80\x80a", b"\xc3(", b"a\xc3\xa9\x80b"])
def test_other_bytes_are_no_text(raw: bytes) -> None:
    """Also in the middle, and more of them than a letter has."""
    with pytest.raises(UnicodeDecodeError):
        cut_text(raw)
