"""A text of a kind is that text."""

from crossfade.shadow.compare.decode.texts import Rows, Text, Url, word_set
from crossfade.shadow.compare.diff.equality import family, same_scalar


def test_equal_to_any_text() -> None:
    """Only how it is taken apart depends on what it is."""
    for text in (Text("a b"), Url("a b"), Rows("a b"), word_set("b a")):
        assert same_scalar(text, "a b")
        assert family(text) == "str"


def test_a_set_of_words() -> None:
    """Each once, in no order, whatever blanks are between."""
    assert word_set(" b\ta b\n") == "a b"
    assert word_set(" ") == ""
    assert word_set("a\u00a0b") == "a\u00a0b"


def test_the_top_of_rows() -> None:
    """The words of the first one, as far as it is short."""
    assert Rows('id,"pass|word"\r\n1,x').top().split() == ["id", '"pass', 'word"']
    assert len(Rows("a" * 5000).top()) == 1000
