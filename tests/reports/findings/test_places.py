"""What a path tells."""

from typing import Any

import pytest

from crossfade.reports.findings.places import (
    field_words,
    is_field,
    is_of_status,
    is_status,
    leaf,
    without_indexes,
)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("body/items/*/price", "price"),
        ("message.builds[*].offset", "offset"),
        ("message.offset", "offset"),
        ("body/a.b", "a.b"),
        ("body", ""),
        ("body/tags/*", ""),
        ("body/line[3]", ""),
        ("message[*]", ""),
        ("header.cache-control.max-age", "header.cache-control.max-age"),
        ("status.message", "status.message"),
        ("answer", ""),
    ],
)
def test_the_name_of_a_field(path: str, name: str) -> None:
    """The last one of a path into a value; elements and wholes have none."""
    assert leaf(path) == name


def test_sorts_of_paths(found: Any) -> None:
    """Statuses, what belongs to them, and header fields."""
    clusters = [
        found.cluster(f"value {path}") for path in ("status", "status.code", "status.details", "header.x", "body")
    ]
    assert [is_status(one) for one in clusters] == [True, True, False, False, False]
    assert [is_of_status(one) for one in clusters[2:]] == [True, False, False]
    assert [is_field(one) for one in clusters] == [False, False, False, True, False]
    assert [field_words(f"{part}.x") for part in ("header", "trailer", "metadata", "body")] == [
        "Header x",
        "Trailer x",
        "Metadata x",
        "",
    ]


def test_indexes_are_left_out() -> None:
    """Of lines, elements and messages."""
    assert without_indexes("body/line[3]") == without_indexes("body/line[*]") == "body/line"
    assert without_indexes("body/items/*/a") == "body/items/a"
    assert without_indexes("message[*].a") == "message.a"
