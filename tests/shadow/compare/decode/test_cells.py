"""Cells stand where every reader finds them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.compare.decode.cells import (
    COMMAS,
    MAX_CELLS,
    MAX_CHARS,
    TABS,
    NoCellsError,
    as_written,
    content,
    is_quoted_without_need,
    read_cells,
)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a,b\n1,2", [("a", "b"), ("1", "2")]),
        ("a,b\n1,2\n", [("a", "b"), ("1", "2")]),
        ("a,b\r\n1,2\r\n", [("a", "b"), ("1", "2")]),
        ("a,b\n\n1,2\n", [("a", "b"), ("",), ("1", "2")]),
        ('a,"b,\n""c"""\n,\n', [("a", '"b,\n""c"""'), ("", "")]),
        ("a;b\n1,5;2,5\n", [("a", "b"), ("1,5", "2,5")]),
        ("a\tb\n1,5\t2\n", [("a", "b"), ("1,5", "2")]),
        ("a|b\n", [("a", "b")]),
        ("a,b\n1\n1,2,3\n", [("a", "b"), ("1",), ("1", "2", "3")]),
        ('"a",b', [('"a"', "b")]),
    ],
)
def test_rows(text: str, rows: list[tuple[str, ...]]) -> None:
    """As they are written, between the delimiter that all rows have alike."""
    assert list(read_cells(text, COMMAS).rows) == rows


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\nb\n",
        'a,b\n1,2"\n',
        'a,b\n1,"2\n',
        'a,b\n1,"2"x\n',
        "a,b\r\n1,2\n",
        "a,b\n1,2\r\n",
        "a,b\r1,2\n",
        '"a",b\r1,2\n',
        "a," * MAX_CELLS,
        "a,b\n" * (MAX_CHARS // 4 + 1),
    ],
    ids=lambda text: text[:20],
)
def test_what_has_no_cells(text: str) -> None:
    """One cell a row, quotes within cells or left open, lines that end differently, too much."""
    with pytest.raises(NoCellsError):
        read_cells(text, COMMAS)


def test_comments() -> None:
    """They stand before the rows; a row may begin with their sign."""
    grid = read_cells("# run 1, by x\n#x\n\nid,n\n7,1\n", COMMAS)
    assert (grid.comments, grid.rows) == ("# run 1, by x\n#x\n\n", (("id", "n"), ("7", "1")))
    assert read_cells("#id,n\n7,1\n", COMMAS).comments == ""


def test_quotes_between_tabs() -> None:
    """They are characters like others (the IANA's text/tab-separated-values)."""
    assert read_cells('a"\t"b\n', TABS).rows == (('a"', '"b'),)


@given(st.text('ab,;"\r\n#', max_size=20), st.sampled_from([COMMAS, TABS, (",",)]))
def test_the_text_again(text: str, delimiters: tuple[str, ...]) -> None:
    """Nothing of it is lost."""
    try:
        grid = read_cells(text, delimiters)
    except NoCellsError:
        return
    assert grid.text() == text


@given(st.text('a,"\n', max_size=9))
def test_content_in_quotes(text: str) -> None:
    """It is what was written, and whether that needs quotes can be told."""
    written = as_written(text, '"x"')
    assert content(written) == text
    assert is_quoted_without_need(written, ",") == (not set(text) & set(',"\n'))
    assert as_written(text, "x") == text
    assert not is_quoted_without_need(text.replace('"', ""), ",")


def test_hostile_text() -> None:
    """Open quotes and endless comments take time in proportion to their length."""
    for text in ('"' * 1_000_000, '"a",' * 100_000 + '"', "#\n" * 500_000, "a," * 400_000 + '"'):
        with pytest.raises(NoCellsError):
            read_cells(text, COMMAS)
