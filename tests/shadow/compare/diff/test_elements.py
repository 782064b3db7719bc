"""Places in XML and HTML."""

import pytest

from crossfade.shadow.compare.decode.markup import MAX_DEPTH, Element, HtmlElement
from crossfade.shadow.compare.decode.xml_text import read_xml
from crossfade.shadow.compare.diff import Place, diff
from crossfade.shadow.compare.diff.elements import attribute_place, child_places, owner_of
from crossfade.shadow.compare.diff.paths import MAX_NAME_CHARS, MAX_NUMBERED

BODY = Place.at("body")


@pytest.mark.parametrize(("kind", "template"), [(HtmlElement, "body/p[2]"), (Element, "body/p")])
def test_the_second_of_one_name(kind: type[Element], template: str) -> None:
    """Has its number in the path; in the template only where two of one name are not alike."""
    at = child_places(BODY, kind("a", (kind("p"), "x", kind("p"), "y")), "")
    assert (at(0).path, at(2).path, at(3).path) == ("body/p", "body/p[2]", "body/text()[2]")
    assert at(2).template == template


@pytest.mark.parametrize(("name", "count"), [("tr", 2), ("li", 2), ("p", MAX_NUMBERED + 1)])
def test_one_of_a_list(name: str, count: int) -> None:
    """Rows, items, and what there is much of, is alike."""
    at = child_places(BODY, HtmlElement("a", [HtmlElement(name)] * count), "")
    assert {at(index).template for index in range(count)} == {f"body/{name}"}


def test_names_with_a_namespace() -> None:
    """The path has the name alone, and a slash in it separates nothing."""
    assert child_places(BODY, Element("{u}a", (Element("{http://u/v}b"),)), "")(0).path == "body/b"
    assert attribute_place(BODY, "@{http://u/v}c", "").path == "body/@c"
    assert attribute_place(BODY, "@a/b", "").path == "body/@a~1b"


def test_what_an_element_says_it_is_of() -> None:
    """By each of its names; what stands in it belongs to it too."""
    element = Element("input", (), {"@name": "csrf", "@id": "x", "@value": "1"})
    assert owner_of(element) == "csrf x"
    one, two = (f'<f name="login"><entry key="token"><v>{text}</v></entry></f>' for text in "12")
    (item,) = diff(read_xml(one.encode(), None), read_xml(two.encode(), None), BODY)
    assert {"login", "token"} <= {*item.owner.split()}


def test_what_is_too_long_for_a_name() -> None:
    """It is cut: each difference below an element carries its names."""
    assert len(owner_of(Element("a", (), {"@id": "x" * 100_000}))) == MAX_NAME_CHARS


@pytest.mark.parametrize(("inside", "other"), [("1", "2"), ("<b/>", "<c/>"), ("", "<b/>")])
def test_the_deepest_element(inside: str, other: str) -> None:
    """As deep as is read, a difference is found without a crash."""
    texts = ("<a>" * (MAX_DEPTH - 1) + text + "</a>" * (MAX_DEPTH - 1) for text in (inside, other))
    one, two = (read_xml(text.encode(), None) for text in texts)
    assert diff(one, one, BODY) == ()
    assert len(diff(one, two, BODY)) == 1
