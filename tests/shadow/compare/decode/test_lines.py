"""Plain text as lines, and these as words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.compare.decode.lines import MAX_LINE_CHARS, blanks_differ, line_end, pair_words, read_lines
from crossfade.shadow.compare.decode.texts import Rows
from crossfade.shadow.exchange.difference import Value


@pytest.mark.parametrize(
    "value",
    [
        "a",
        "",
        None,
        b"a\nb",
        "a" + "\n" * 100_001,
        "<a>\n",
        '["a"]\n',
        "[1]\n",
        " {\n",
        '"a\n"',
        "--x\r\n",
        "a -----BEGIN X\nb",
        {},
    ],
)
def test_what_has_no_lines(value: Value) -> None:
    """One line, another value, and what is no plain text."""
    assert read_lines(value) is None


def test_a_file_of_settings() -> None:
    """It may begin with a section."""
    assert read_lines("\n[run.a]\r\nid = 1") == ("", "[run.a]\r", "id = 1")


@given(st.text("ab\r\n", max_size=9))
def test_nothing_is_lost(text: str) -> None:
    """The lines are the text again."""
    lines = read_lines(text)
    assert lines is None or line_end(text).join(map(str, lines)) == text


@pytest.mark.parametrize(
    ("text", "end"), [("a\r\nb\r\n", "\r\n"), ("a\r\nb\n", "\n"), ("a\nb", "\n"), ("a\rb", "\n"), ("", "\n")]
)
def test_line_ends(text: str, end: str) -> None:
    """CRLF where every line has it."""
    assert line_end(text) == end


@pytest.mark.parametrize(
    ("legacy", "candidate", "differ"),
    [
        ("run 3f2a91 done in 12 ms: 150 EUR", "run 77bc done in 9 ms: 200 EUR", ["3f2a91", "12", "150"]),
        ("sig=ab+/==, amount=150", "sig=cd+/=, amount=200", ["ab+/==", "150"]),
        ("at 12:30:05 sum 1,234.50", "at 12:30:07 sum 1,235.50", ["12:30:05", "1,234.50"]),
        ('requests{path="/a"} 1027', 'requests{path="/a"} 1028', ["1027"]),
        ("a    1", "b 2", ["a", "1"]),
        ("see https://x/y now", "see https://x/z now", ["https://x/y"]),
        ("a b", "a c", ["b"]),
        ("T=1;U=2", "T=1;U=3", ["2"]),
        ("7,123ab x", "7,9c4d5 x", ["123ab"]),
        ("ab12:34 3f1,234 x", "cd34:56 3fa,234 x", ["ab12", "34", "3f1"]),
        ("2026-01-02T03:04:05Z x", "2026-01-02T03:04:06Z x", ["2026-01-02T03:04:05Z"]),
        ('var total = 1; var t = "x";', 'var total = 2; var t = "x";', ["1"]),
    ],
)
def test_words_that_differ(legacy: str, candidate: str, differ: list[str]) -> None:
    """Word by word, whatever blanks are between; a time, a number, a URL and base64 are one word each."""
    pairs = pair_words(legacy, candidate)
    assert pairs is not None
    assert [one.text for one, two in pairs if one.text != two.text] == differ
    assert all(legacy[one.begin : one.end] == one.text for one, _ in pairs)


def test_words_of_cells() -> None:
    """A comma is between them, whatever numbers they hold."""
    (ours,), (theirs,) = (read_lines(Rows(f"{text}\n"))[:1] for text in ("7,150,x", "7,1500,x"))  # type: ignore[index]
    pairs = pair_words(ours, theirs)
    assert pairs is not None
    assert [(one.text, two.text) for one, two in pairs if one.text != two.text] == [("150", "1500")]


@pytest.mark.parametrize(
    ("legacy", "candidate"),
    [
        ("hello world", "goodbye moon"),
        ("one two three four", "one 2 3 iv"),
        ("a b", "a b c"),
        ("a", "b"),
        ("a, b", "a; c"),
        ("", "a b"),
        ("a  b", "a b"),
        ("a b\nc", "a c\nc"),
        ("x -----BEGIN KEY", "y -----BEGIN KEY"),
        ("a b" * MAX_LINE_CHARS, "a c" * MAX_LINE_CHARS),
        ("- -", "- + "),
    ],
)
def test_lines_that_are_others(legacy: str, candidate: str) -> None:
    """Few words in common, other marks, another number of words, words alone, several lines, too long."""
    assert pair_words(legacy, candidate) is None


def test_other_blanks() -> None:
    """They may differ beside the words."""
    assert blanks_differ("a  b 1", "a b 2")
    assert not blanks_differ("a b 1", "a b 2")


@pytest.mark.parametrize("text", ["=", "1,", ":", '"', "a==", "1:", "{[(", "\t "])
def test_hostile_lines(text: str) -> None:
    """Each takes time in proportion to its length; what is not a word is between two."""
    line = text * (MAX_LINE_CHARS // len(text))
    assert pair_words(line, line + "x y") is None
