"""The places of JSON and of other bodies."""

import pytest

from crossfade.parity_tests.features.places import MAX_VALUES
from crossfade.parity_tests.features.values import value_classes
from crossfade.shadow.compare.decode.body import decode_body
from crossfade.shadow.compare.diff import Place
from crossfade.shadow.compare.diff.walk import diff
from crossfade.shadow.exchange.difference import Value


def test_places_of_json() -> None:
    """Objects, lists and values, under the names that differences have."""
    value: Value = {"items": ({"price": 0}, {"price": -1}), "by_id": {"17": "x y"}, "a/b": None}
    assert set(value_classes(value, "body")) == {
        ("body", "object"),
        ("body/items", "len 2"),
        ("body/items/*", "object"),
        ("body/items/*/price", "0"),
        ("body/items/*/price", "set"),
        ("body/items/*/price", "neg"),
        ("body/items/*/price", "boundary"),
        ("body/by_id", "object"),
        ("body/by_id/*", "set"),
        ("body/a~1b", "null"),
    }


@pytest.mark.parametrize(
    ("kind", "one", "two"),
    [
        ("application/json", b'{"a": [{"b": 1}], "17": {"c": "x"}}', b'{"a": [{"b": 2}], "17": {"c": "y"}}'),
        ("application/xml", b"<a><b c='1'/><b c='3'>t</b></a>", b"<a><b c='2'/><b c='3'>u</b></a>"),
        ("text/csv", b"name,size\nant,1\n", b"name,size\nbee,2\n"),
        ("application/x-www-form-urlencoded", b"a=1&b=2", b"a=2&b=1"),
    ],
)
def test_places_are_those_of_differences(kind: str, one: bytes, two: bytes) -> None:
    """Where two bodies differ there is a place of that name."""
    left, right = (decode_body((("content-type", kind),), body) for body in (one, two))
    differing = {item.template for item in diff(left, right, Place.at("body"))}
    assert differing
    assert differing <= {path for path, _ in value_classes(left, "body")}


def test_bounded() -> None:
    """A long list and a deep object are looked into only so far."""
    wide: Value = tuple({"a": index} for index in range(100_000))
    deep: Value = 1
    for _ in range(200):
        deep = {"a": deep}
    assert len(list(value_classes((wide, wide, wide), "body"))) < 4 * MAX_VALUES
    assert len(list(value_classes(deep, "body"))) == 202
