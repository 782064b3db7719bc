"""No text gets out of a comment, is read as a Unicode escape, or changes what is seen."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.codegen.java.comments import javadoc, line_comment, paragraphs_of

NASTY = st.text(alphabet=st.sampled_from("*/\\u002af \n\r\t@{}<>&x\x00\u202e\u2028\ud800é"), max_size=80) | st.text()
# A backslash behind an even number of others, and a u: javac reads an escape, wherever it stands (JLS 3.3).
ESCAPE = re.compile(r"(?<!\\)(\\\\)*\\u")


@given(st.lists(NASTY, max_size=4), st.integers(0, 4))
def test_a_javadoc_comment_ends_where_it_ends(texts: list[str], indent: int) -> None:
    """It has one end, no escape, no tag, and only lines that can be printed."""
    lines = javadoc(texts, indent)
    text = "\n".join(lines)
    assert not ESCAPE.search(text)
    assert not re.search(r"(^|[\s{*])@", text)
    assert all(line.isprintable() for line in lines)
    if lines:
        assert text.startswith(" " * indent + "/**")
        assert text.index("*/") == len(text) - 2
        assert "/*" not in text[indent + 2 :]
        text.encode()


@given(NASTY, st.integers(0, 4))
def test_a_line_comment_stays_on_its_lines(text: str, indent: int) -> None:
    """Every line starts with //, no line holds an escape."""
    for line in line_comment(text, indent):
        assert line.startswith(" " * indent + "//")
        assert line.isprintable()
        assert not ESCAPE.search(line)
        line.encode()


@given(st.lists(st.text(alphabet="ab &", max_size=300), max_size=3), st.integers(0, 4))
def test_lines_are_of_at_most_100_columns(texts: list[str], indent: int) -> None:
    """Words that are not longer are not broken."""
    words = [" ".join(word[:60] for word in text.split()) for text in texts]
    assert all(len(line) <= 100 for line in javadoc(words, indent))
    assert all(len(line) <= 100 for word in words for line in line_comment(word, indent, hang="    "))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain words, a@b.org, x @ y", "plain words, a@b.org, x &#64; y"),
        ("*/ class X {}", "*&#47; class X {}"),
        (r"\u002a/ \\u002a/ \\\u002a/", r"\\u002a/ \\u002a/ \\\\u002a/"),
        ("List<String> & more", "List&lt;String&gt; &amp; more"),
        ("a\u202eb\x00c", "a?b?c"),
        ("{@code x", "{&#64;code x"),
    ],
)
def test_how_text_is_made_harmless(text: str, expected: str) -> None:
    """As little as possible is changed: people read it in the source."""
    assert javadoc([text], 0) == [f"/** {expected} */"]


def test_code_behind_two_slashes_is_hardly_changed() -> None:
    """Only escapes are; the rest is as in the Python source."""
    code = r'B3 a.py:7: x = {"a": b // 2} if s != "\u00e9" else "*/"'
    assert line_comment(code, 4) == [r'    // B3 a.py:7: x = {"a": b // 2} if s != "\\u00e9" else "*/"']


def test_paragraphs() -> None:
    """Blank lines part them; the layout of google-java-format marks all but the first."""
    assert paragraphs_of("One\ntwo.\n \n\nThree.\n") == ["One\ntwo.", "Three."]
    assert javadoc(["One\ntwo.", "Three."], 2) == ["  /**", "   * One two.", "   *", "   * <p>Three.", "   */"]
    assert paragraphs_of(" \n ") == javadoc(["", " "], 0) == []
