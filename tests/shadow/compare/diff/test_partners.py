"""Which unequal elements stand for each other."""

from typing import Any

import pytest

from crossfade.shadow.compare.decode.xml_text import read_xml
from crossfade.shadow.compare.diff import Place, diff
from crossfade.shadow.compare.diff.equality import Equality
from crossfade.shadow.compare.diff.keys import Key
from crossfade.shadow.compare.diff.lists import Pairing, pair_elements


def pair(legacy: Any, candidate: Any, key: Key | None = None) -> Pairing:
    return pair_elements(tuple(legacy), tuple(candidate), Equality(), key)


def users(*numbers: int, **more: Any) -> list[dict[str, Any]]:
    return [{"id": number, "title": f"title {number}", "state": "open", **more} for number in numbers]


def kinds(legacy: str, candidate: str) -> list[tuple[str, str]]:
    """Path and kind of each difference of two XML texts."""
    found = diff(*(read_xml(text.encode(), None) for text in (legacy, candidate)), Place.at("body"))
    return [(item.path, item.kind.value) for item in found]


@pytest.mark.parametrize("shared", [0, 1, 3])
def test_a_page_that_shifted(shared: int) -> None:
    """Is missing and added elements; none is compared with another one, in whatever order."""
    found = pair(users(1, 2, 3, 4, 5, 6), users(*range(7 - shared, 13 - shared)[::-1]))
    assert found.changed == ()
    assert len(found.missing) == len(found.added) == 6 - shared


def test_a_page_of_objects_without_an_id() -> None:
    """Their texts say that they are others; where only numbers differ, they have changed."""
    legacy, candidate = (
        [{"title": f"title {number}", "state": "open", "n": number} for number in numbers]
        for numbers in ((1, 2), (8, 9))
    )
    assert pair(legacy, candidate) == Pairing(missing=(0, 1), added=(0, 1))
    assert pair([{"x": 1.5, "y": 2.5}] * 2, [{"x": 1.6, "y": 2.6}] * 2).changed == ((0, 0), (1, 1))


def test_all_texts_written_in_another_way() -> None:
    """Capitals, and what a wrong charset makes of a letter, make no other element."""
    legacy = [{"title": "Caf\u00e9", "note": "Zo\u00eb"}, {"title": "Bar", "note": "\u00c5sa"}]
    candidate = [{key: text.upper() for key, text in item.items()} for item in legacy]
    assert pair(legacy, candidate).changed == ((0, 0), (1, 1))
    broken = [{key: text.encode().decode("latin-1") for key, text in item.items()} for item in legacy]
    assert pair(legacy, broken).changed == ((0, 0), (1, 1))


def test_new_ids() -> None:
    """An element that is the same but for its id is that element; so is the only one that differs in one leaf."""
    legacy = users(1, 2, 3, price=5)
    assert pair(legacy, [{**item, "id": item["id"] + 10} for item in legacy]).changed == ((0, 0), (1, 1), (2, 2))
    assert pair([{"id": 1}], [{"id": 2}]).changed == ((0, 0),)
    assert pair([{"id": 1}, {"id": 2}, {"id": 3}], [{"id": 1}, {"id": 9}, {"id": 3}]).changed == ((1, 1),)


def test_another_element_in_its_place() -> None:
    """Is one missing and one added."""
    assert pair(users(1, 2, 3), users(1, 9, 3)) == Pairing(missing=(1,), added=(1,))


def test_a_configured_key() -> None:
    """Wins over an id, and over everything that is alike."""
    legacy = [{"id": 1, "code": "a", "n": 1}, {"id": 2, "code": "b", "n": 1}]
    candidate = [{"id": 1, "code": "b", "n": 1}, {"id": 2, "code": "c", "n": 1}]
    assert pair(legacy, candidate).changed == ((0, 0), (1, 1))
    assert pair(legacy, candidate, Key((("code",),))) == Pairing(changed=((1, 0),), missing=(0,), added=(1,))


def test_alike_without_a_key() -> None:
    """By what they share, not by where they stand."""
    legacy = [{"a": 1, "b": 2, "c": 3}, {"a": 4, "b": 5, "c": 6}]
    candidate = [{"a": 4, "b": 5, "c": 7}, {"a": 1, "b": 2, "c": 8}]
    assert pair(legacy, candidate) == Pairing(changed=((0, 1), (1, 0)), moved=((0, 1),))


def test_what_was_removed_here_is_not_what_was_inserted_there() -> None:
    """Though they share small values, as all elements do; what nothing else has tells of one that moved and changed."""
    legacy = [{"a": n % 2, "b": n % 3, "c": n % 5} for n in (0, 7, 3, 4, 8, 9, 6)]
    candidate = [*legacy[1:-1], {"a": 0, "b": 0, "c": 4}, legacy[-1]]
    assert pair(legacy, candidate) == Pairing(missing=(0,), added=(5,))
    told = [{**item, "note": f"note {at}"} for at, item in enumerate(legacy)]
    found = pair(told, [*told[1:-1], {**told[0], "c": 4}, told[-1]])
    assert found == Pairing(changed=((0, 5),), moved=((0, 5),))


def test_an_element_that_there_is_one_of_is_a_field() -> None:
    """Another id on it is a difference of the id; of several the id says which is which."""
    assert kinds('<a><b id="1">x</b></a>', '<a><b id="2">y</b></a>') == [
        ("body/a/b/@id", "value"),
        ("body/a/b/text()", "value"),
    ]
    rows = '<a><b id="1"><c>x</c></b><b id="2"><c>y</c></b></a>'
    assert kinds(rows, '<a><b id="2"><c>z</c></b><b id="3"><c>q</c></b></a>') == [
        ("body/a/b[2]/c/text()", "value"),
        ("body/a/b", "missing"),
        ("body/a/b[2]", "added"),
    ]


def test_many_names_of_elements_take_linear_time() -> None:
    """Each child has a name of its own."""
    texts = ("".join(f"<n{number}>{number % base}</n{number}>" for number in range(3000)) for base in (7, 5))
    one, two = (f"<a>{text}</a>" for text in texts)
    assert len({path for path, _ in kinds(one, two)}) > 60
