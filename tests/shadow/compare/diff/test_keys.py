"""By which field elements are known."""

from typing import Any

import pytest

from crossfade.shadow.compare.diff.keys import Key, ListKeys, id_of_all, pairs_by, stable_key, unique_key


def items(*rows: Any) -> dict[int, Any]:
    return dict(enumerate(rows))


def rows(**columns: list[Any]) -> dict[int, Any]:
    return items(*(dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)))


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"rank": [1, 2], "id": [7, 8]}, ("id",)),
        ({"name": ["a", "b"], "id": [7, 8]}, ("id",)),
        ({"user_id": [1, 2], "uuid": ["x", "y"]}, ("uuid",)),
        ({"amount": [1, 2], "userId": [3, 4]}, ("userId",)),
        ({"item": [{"id": 1}, {"id": 2}], "sku": ["a", "b"]}, ("item", "id")),
        ({"name": ["a", "a"], "sku": ["a", "b"]}, ("sku",)),
    ],
)
def test_a_name_that_promises_to_stay(columns: dict[str, list[Any]], expected: tuple[str, ...]) -> None:
    """An id before a name, one inside before that, and neither what counts nor what comes twice."""
    assert stable_key(rows(**columns), rows(**columns)) == Key((expected,))


@pytest.mark.parametrize(
    "columns",
    [{"rank": [1, 2]}, {"id": [1, 1]}, {"id": [True, False]}, {"id": [(), {}]}, {"title": ["a", "b"]}],
)
def test_no_stable_key(columns: dict[str, list[Any]]) -> None:
    """A rank, an id that comes twice, one that is no text or number, any other name."""
    assert stable_key(rows(**columns), rows(**columns)) is None


def test_the_key_with_most_partners() -> None:
    """Ids that one side minted anew give way to names; one customer of two orders does not make them one."""
    ours = rows(id=[0, 1, 2, 3], name=list("abcd"))
    assert stable_key(ours, rows(id=[3, 4, 5, 6], name=list("abcd"))) == Key((("name",),))
    ours = rows(id=[0, 1, 2, 3], user_id=[1, 2, 3, 4])
    assert stable_key(ours, rows(id=[6, 7, 8, 9], user_id=[9, 8, 7, 1])) == Key((("id",),))


def test_what_most_elements_have_may_be_a_key() -> None:
    """One that lacks it does not spoil it; where few have it, it is none."""
    assert stable_key(items({"id": 1}, {"id": 2}, {}), items({"id": 1})) == Key((("id",),))
    assert stable_key(items({"id": 1}, {}, {}), items({"id": 1})) is None


def test_any_field_that_is_unique_in_both_lists() -> None:
    """And by which half of the elements have a partner; what counts comes last."""
    ours, theirs = rows(rank=[1, 2], title=["a", "b"]), rows(rank=[1, 2], title=["b", "a"])
    whole = tuple(ours.values()), tuple(theirs.values())
    assert unique_key(ours, theirs, whole) == Key((("title",),))
    assert unique_key(ours, theirs, (whole[0], (*whole[1], {"rank": 1, "title": "a"}))) is None
    assert unique_key(rows(title=["a", "b", "c"]), rows(title=["c", "d", "e"]), ((), ())) is None


def test_pairs() -> None:
    """As texts, so that 7 is "7"; of several with one key the first with the first."""
    key = Key((("a",), ("b", "c")))
    one, two = {"a": 7, "b": {"c": "x"}}, {"a": "7", "b": {"c": "x"}}
    assert pairs_by(key, items(one, {"a": 7}, one), items({}, two, two, two)) == [(0, 1), (2, 2)]
    assert key.of({"a": 7}) is None


def test_an_id_of_all() -> None:
    """Only an id, and only where each element has another one."""
    assert id_of_all(rows(n=[1, 2], id=[1, 2]), rows(n=[1, 2], id=[3, 4])) == Key((("id",),))
    assert id_of_all(rows(id=[1, 2]), rows(id=[3, 3])) is None
    assert id_of_all(rows(id=[1, 2]), items({"id": 1}, {})) is None
    assert id_of_all(rows(name=[1, 2]), rows(name=[1, 2])) is None
    assert id_of_all(items(1, 2), rows(id=[1, 2])) is None


def test_configured_keys() -> None:
    """The first rule whose path matches the template."""
    keys = ListKeys([("body/items", ("item.id",)), ("body/*", ("a", "b"))])
    assert keys.at("body/items") == Key((("item", "id"),))
    assert keys.at("body/other") == Key((("a",), ("b",)))
    assert keys.at("message.items") is None
