"""Words of a command line are the bytes that they were made of."""

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossfade.reports.repro.quote import quote, sent_headers
from crossfade.reports.visible import visible

pytestmark = pytest.mark.needs("bash")

HOSTILE = [
    "$(touch /tmp/owned)",
    "`id`",
    "a'b\"c\\d",
    "line\nbreak\r\n\ttab",
    "!history; rm -rf / & | > < * ? [a] {b,c} ~ #",
    "\x1b[2J\x07\x7f\x9b",
    "\u202eevil\u200b\xa0",
    "-o/etc/passwd",
    "",
    "é😀",
    "\\x41\\n\n",
    "$'\\x41'",
    "\x1b41",
    "%s%n",
    "=ls",
]


def _read_by_bash(words: list[str]) -> list[bytes]:
    """What a program gets that bash starts with these words."""
    done = subprocess.run(["bash", "-c", f"printf '%s\\0' {' '.join(words)}"], capture_output=True, check=True)
    return done.stdout.split(b"\0")[:-1]


def test_bash_reads_the_same_bytes() -> None:
    """Nothing is expanded, and no word becomes two."""
    assert _read_by_bash([quote(text) for text in HOSTILE]) == [text.encode() for text in HOSTILE]


@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), min_size=1, max_size=20))
@settings(max_examples=30, deadline=None)
def test_any_text_survives(texts: list[str]) -> None:
    """Whatever the text, bash reads its UTF-8."""
    assert _read_by_bash([quote(text) for text in texts]) == [text.encode() for text in texts]


def test_no_word_is_a_command_to_zsh() -> None:
    """It reads a bare ``=ls`` as where that command is."""
    assert (quote("=ls"), quote("= ls"), quote("a=b")) == ("'=ls'", "'= ls'", "a=b")


def test_raw_bytes_survive() -> None:
    """A byte that was no text is that byte again."""
    assert _read_by_bash([quote(b"\xff\xfe'\x80a".decode("utf-8", "surrogateescape"))]) == [b"\xff\xfe'\x80a"]


@pytest.mark.parametrize("text", [*HOSTILE, "\udc80", "a\0b"])
def test_nothing_in_a_word_is_unseen(text: str) -> None:
    """A word is one line that shows all of itself: copied from a page or a terminal it is the same."""
    assert visible(quote(text)) == quote(text)


def test_headers() -> None:
    """The client's own headers are sent, and what is no header name is not made one."""
    headers = [
        ("X-A", "1"),
        ("x-crossfade-id", "2"),
        ("X-Crossfade-Role", "shadow"),
        ("@/etc/passwd", "3"),
        ("a b", "4"),
        ("", "5"),
    ]
    assert list(sent_headers(headers)) == [("X-A", "1")]
