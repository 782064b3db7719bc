"""A word is hidden as its line would be."""

import json

import pytest

from crossfade.shadow.evidence.redact import Redactor
from crossfade.shadow.evidence.words import cut_text, redact_word

REDACTOR = Redactor(b"k" * 32, patterns=[r"Kunde \d+"])


def hidden(before: str, word: str, after: str = "") -> str:
    return str(json.loads(redact_word(json.dumps(word), (before, after), REDACTOR)))


@pytest.mark.parametrize(
    ("before", "word", "after"),
    [
        ("password=", "hunter2", ", n=1"),
        ("password: let me ", "in", ""),
        ("Kunde ", "4711", " da"),
        ("card 4111 1111 ", "1111", " 1111"),
        ("Authorization: Bearer ", "abcdefgh12", ""),
        ('{"token": "', "abc", '", "n": 1'),
        ("", "a@b.example", " wrote"),
    ],
)
def test_what_its_line_hides(before: str, word: str, after: str) -> None:
    """Names and patterns may stand in other words."""
    assert hidden(before, word, after) not in word
    assert len(hidden(before, word, after)) == len(word)


def test_other_words_stay() -> None:
    """Also beside a secret."""
    assert hidden("password=hunter2 amount=", "150") == "150"
    assert redact_word('"é"', ("a ", ""), REDACTOR) == '"é"'


def test_a_cut_word() -> None:
    """It is cut again; what is no text stays."""
    assert redact_word('"hunte…', ("password=", "r2"), REDACTOR)[-1] == "…"
    assert "hunte" not in redact_word('"hunte…', ("password=", "r2"), REDACTOR)
    assert redact_word("12", ("password=", ""), REDACTOR) == "12"
    assert cut_text('"a\\…') == "a"
    assert cut_text("12…") is None
