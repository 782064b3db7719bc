"""Which blanks between elements count."""

import pytest

from crossfade.shadow.compare.decode.markup import Element, laid_out_as
from crossfade.shadow.compare.decode.whitespace import in_html, in_xml, keeps_all
from crossfade.shadow.exchange.difference import Value

B, DIV, SCRIPT, NOTE = (Element(name) for name in ("b", "div", "script", "comment()"))


def _name(item: Value) -> str | None:
    return item.name if isinstance(item, Element) else None


@pytest.mark.parametrize(
    ("children", "kept"),
    [
        (["\n ", B, "\n"], [B]),
        ([" ", B], [" ", B]),
        (["\n", B, "x"], ["\n", B, "x"]),
        (["\n"], ["\n"]),
        ([], []),
    ],
)
def test_xml(children: list[Value], kept: list[Value]) -> None:
    """Indentation is blanks with a line end, where no other text is."""
    assert list(in_xml(children)) == kept


@pytest.mark.parametrize(
    ("name", "children", "kept"),
    [
        ("div", [" ", B, " ", B, " "], [B, " ", B]),
        ("b", [" ", B, "\n", B, " "], [" ", B, " ", B, " "]),
        ("div", [B, " ", DIV, " ", B], [B, DIV, B]),
        ("div", ["x", " ", B], ["x", " ", B]),
        ("ul", [B, " ", B], [B, " ", B]),
        ("table", [B, " ", B], [B, B]),
        ("body", [DIV, "\n", SCRIPT, "\n", SCRIPT, "\n"], [DIV, SCRIPT, SCRIPT]),
        ("div", [B, "\n", NOTE, B], [B, " ", NOTE, B]),
        ("pre", [B, "\n", B], [B, "\n", B]),
        ("div", [B, "\u00a0", B], [B, "\u00a0", B]),
    ],
)
def test_html(name: str, children: list[Value], kept: list[Value]) -> None:
    """At the edge of a block none is shown; between two boxes of a line they are one blank."""
    assert list(in_html(name, children, _name, keep=False)) == kept
    assert list(in_html(name, children, _name, keep=True)) == children


def test_where_all_counts() -> None:
    """In what is laid out as it is written."""
    assert keeps_all("pre")
    assert not keeps_all("p")


@pytest.mark.parametrize("attributes", [{"@hidden": ""}, {"@style": "Display: inline"}, {"@style": "float:left"}])
def test_a_block_that_is_laid_out_in_another_way(attributes: dict[str, Value]) -> None:
    """Blanks beside it may be all that is between two words."""
    other = Element("div", (), attributes)
    assert list(in_html("div", [B, " ", other, " ", B], laid_out_as, keep=False)) == [B, " ", other, " ", B]
