"""Nothing in a text acts, and nothing is unseen."""

import sys
import unicodedata

import pytest

from crossfade.reports.visible import encodable, has_unseen, is_unseen, visible


@pytest.mark.parametrize("text", ["", "plain text", "Füße, 日本語, हिन्दी", "😀", "a\\nb", "<b>"])
def test_what_can_be_seen_stays(text: str) -> None:
    """Letters of any script, emoji and backslashes are left as they are."""
    assert visible(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\n\r\t", r"\n\r\t"),
        ("\x00\x1b\x7f\x9b", r"\x00\x1b\x7f\x9b"),
        ("\u200b\u200e\u202e\u2066\ufeff\xad", r"\u200b\u200e\u202e\u2066\ufeff\xad"),
        ("\xa0\u2003\u3000\u2028\u2800\u3164", r"\xa0\u2003\u3000\u2028\u2800\u3164"),
        ("\udc80\ud83d", r"\udc80\ud83d"),
        ("a\ufe0fb", r"a\ufe0fb"),
        ("\U000e0041", r"\U000e0041"),
    ],
)
def test_what_cannot_be_seen_is_named(text: str, shown: str) -> None:
    """Each unseen character is written as its escape."""
    assert visible(text) == shown


def test_no_control_or_format_character_is_left() -> None:
    """Of all code points, none that acts or is blank comes through."""
    left = {unicodedata.category(char) for code in range(sys.maxunicode + 1) if not is_unseen(char := chr(code))}
    assert left.isdisjoint({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
    assert [chr(code) for code in range(sys.maxunicode + 1) if chr(code).isspace() and not is_unseen(chr(code))] == [
        " "
    ]


def test_encodable() -> None:
    """Lone surrogates are escaped, all else stays."""
    assert encodable("a\udc80\x1b\u202e") == "a\\udc80\x1b\u202e"


@pytest.mark.parametrize("text", ["", "plain", "~ \x7f", "Füße", "a\nb", "a\u202e", "\xa0", "\udc80"])
def test_a_text_has_something_unseen_where_one_character_is(text: str) -> None:
    """The short way for plain ASCII says what a look at each character says."""
    assert has_unseen(text) == any(map(is_unseen, text))
