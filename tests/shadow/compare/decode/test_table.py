"""Rows of cells, by the names of their columns."""

import pytest

from crossfade.shadow.compare.decode.cells import COMMAS, TABS
from crossfade.shadow.compare.decode.table import Table, read_table, with_same_top


def table(text: str) -> Table:
    found = read_table(text, COMMAS)
    assert found is not None
    return found


def test_a_line_of_names() -> None:
    """Each cell stands under one; what is more than the names is counted."""
    found = table("# run 1\nid,amount\n7,1.50\n8\n9,1,x\n\n")
    assert found.columns == ("id", "amount")
    assert found.rows == ({"id": "7", "amount": "1.50"}, {"id": "8"}, {"id": "9", "amount": "1", "column[3]": "x"}, {})
    assert found.comments == ("# run 1",)
    assert found.titles == {"id": "id", "amount": "amount"}


@pytest.mark.parametrize(
    "text",
    [
        "name,paid\nal,true\n",
        "first_name,city\nal,ulm\n",
        "id,note\nA17,\nB3,x\n",
        "Betrag €,Ort\n5,Ulm\n",
        "a,b\n,x\n",
    ],
)
def test_what_are_names(text: str) -> None:
    """All look so, and all the values of one column do not, or one has words joined by _."""
    assert table(text).columns == tuple(text.split("\n", maxsplit=1)[0].split(","))


@pytest.mark.parametrize(
    "text",
    ["al,ulm\nbo,bonn\n", "1,2\n3,4\n", "id,amount\n", "id,id\n1,2\n", "id,\n1,2\n", "id,2024\n1,2\n", "a,b\n1\n"],
)
def test_what_are_no_names(text: str) -> None:
    """Then columns are counted, and nothing is lost."""
    found = table(text)
    assert found.columns == ()
    assert {"column[1]", "column[2]"} == set(found.titles)


def test_what_the_type_says() -> None:
    """RFC 4180: header=present, header=absent; names that are no names stay cells."""
    assert read_table("al,ulm\n", COMMAS, has_names=True) == table("al,ulm\n") | {"columns": ("al", "ulm"), "rows": ()}
    for text, said in (("id,n\n1,2\n", False), ("id,id\n1,2\n", True)):
        found = read_table(text, COMMAS, has_names=said)
        assert found is not None
        assert not found.columns


def test_spellings() -> None:
    """What readers of cells don't see has a place of its own, a byte order mark none."""
    plain, other = table("id,n\n1,2\n"), table('\ufeff"id";n\r\n"1";2')
    assert {**plain, "spelling": {}} == {**other, "spelling": {}}
    assert list(plain.spelling.values()) == ["\n", ",", "", "ended"]
    assert list(other.spelling.values()) == ["\r\n", ";", "column[1]", "open"]
    assert table("# a\r\nid,n\n1,2").spelling["line ends"] == "\r\n, \n"


def test_an_empty_text_is_no_empty_cell() -> None:
    """Readers that know null take one of them for it; which other cells of a column have quotes is no content."""
    null, empty, other = (table(f'id,n\n1,{cell}\n2,"x"\n') for cell in ("", '""', "x"))
    assert [row["n"] for row in (null.rows[0], empty.rows[0]) if isinstance(row, dict)] == ["", '""']
    assert table('id,n\n1,""""""\n').rows != empty.rows[:1]
    assert null.spelling == empty.spelling == other.spelling
    assert table('id,n\n1,""\n').columns == table("id,n\n1,\n").columns == ("id", "n")
    assert table('al,n\nbo,""\n').columns == ("al", "n")


def test_quotes_between_tabs_are_content() -> None:
    """No reader of such text takes them off."""
    found = read_table('"id"\tn\n1\t2\n', TABS)
    assert found is not None
    assert found.rows[0] == {"column[1]": '"id"', "column[2]": "n"}
    assert read_table('a,b\n1,"\n', COMMAS) is None


def test_names_on_one_side_only() -> None:
    """The other's first row are names where it is the same, else both sides' columns are counted."""
    named, same, other = table("id,n\n7,1\n"), table("id,n\nx,y\n"), table("key,n\nx,y\n")
    assert with_same_top(named, named) == (named, named)
    for ours, theirs in (with_same_top(named, same), with_same_top(same, named)[::-1]):
        assert ours == named
        assert (theirs.columns, theirs.rows) == (("id", "n"), ({"id": "x", "n": "y"},))
    ours, theirs = with_same_top(named, other)
    assert theirs == other
    assert (ours.columns, ours.rows[0]) == ((), {"column[1]": "id", "column[2]": "n"})


def test_a_table_without_its_parts() -> None:
    """One of which something was taken away is a table still."""
    assert (Table().rows, Table().columns, Table().comments, Table().spelling, Table().titles) == ((), (), (), {}, {})
