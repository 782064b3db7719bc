"""What an element holds."""

from decimal import Decimal
from typing import Any

import pytest

from crossfade.shadow.compare.decode.xml_text import read_xml
from crossfade.shadow.compare.diff.leaves import MOST_LEAVES, field_at, field_names, gist, leaves_of

ROW = read_xml(b'<row id="7"><name>Ann</name><tag>a</tag><tag>b</tag><item><key>k</key></item></row>', None)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (7, "7"),
        (7, Decimal("7.0")),
        ("Jos\u00e9 ", "JOS\u00c3\u00a9"),
        (Decimal("3.14159"), 3.1416),
        (True, "true"),
        (float("nan"), Decimal("sNaN")),
        (Decimal("1e999"), float("inf")),
    ],
)
def test_one_gist(one: Any, two: Any) -> None:
    """Two ways to write a value have one, whatever a number's size."""
    assert gist(one) == gist(two)


@pytest.mark.parametrize(("one", "two"), [(7, 8), ("a", "b"), ("!", "?"), ("", "a"), (None, ""), (2**70, 2**71)])
def test_two_gists(one: Any, two: Any) -> None:
    """Other values have others, also where they are nothing but marks."""
    assert gist(one) != gist(two)


def test_fields() -> None:
    """By names one inside the other; of an element its attributes and the children that there is one of."""
    assert field_at({"item": {"id": 7}}, ("item", "id")) == 7
    assert field_at({"item": 7}, ("item", "id")) is None
    assert field_at({"item": {"id": 7}}, ("item",)) is None
    root = ROW["#children"][0] if isinstance(ROW, dict) and ROW["#name"] == "" else ROW  # type: ignore[index]
    assert field_at(root, ("id",)) == field_at(root, ("@id",)) == "7"
    assert field_at(root, ("name",)) == "Ann"
    assert field_at(root, ("item", "key")) == "k"
    assert field_at(root, ("tag",)) is None
    assert list(field_names({"a": {"b": 1, "c": {"d": 2}}, "e": 3})) == [("e",), ("a", "b")]
    assert list(dict.fromkeys(field_names(root))) == [("@id",), ("name",), ("tag",), ("item", "key")]


def test_leaves() -> None:
    """With their paths, without indexes."""
    assert leaves_of({"a": 1, "b": ({"c": "X"}, "y")}) == {
        (("a",), "1"),
        (("b", "*", "c"), "x"),
        (("b", "*"), "y"),
    }
    assert leaves_of("X") == {((), "x")}
    assert len(leaves_of(ROW)) == 5


def test_a_large_element_is_looked_at_in_part() -> None:
    """However wide or deep it is."""
    assert len(leaves_of(tuple(range(10**6)))) == MOST_LEAVES
    deep: Any = 1
    for _ in range(1000):
        deep = (deep,)
    assert leaves_of(deep) == frozenset()
