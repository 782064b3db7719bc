"""What examples show of a difference."""

from typing import Any

import pytest

from crossfade.reports.findings.examples import edit, is_telling, one_edit, pairs


@pytest.mark.parametrize(
    ("pair", "shown"),
    [
        (('"a,b\\r"', '"a,b"'), ("\\r", "")),
        (("True,1", "true,1"), ("T", "t")),
        (("aa", "aaa"), ("", "a")),
        (("x", "x"), ("", "")),
        (("", "y"), ("", "y")),
    ],
)
def test_an_edit(pair: tuple[str, str], shown: tuple[str, str]) -> None:
    """What differs between the common ends, which never overlap."""
    assert edit(pair) == shown


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ((('"a\\r"', '"a"'), ('"b\\r"', '"b"')), ("\\r", "")),
        ((('"a\\r"', '"a"'), ('"b"', '"c"')), None),
        ((("1", "2"), ("11", "12")), None),  # another digit says nothing
        ((), None),
    ],
)
def test_one_edit_of_all(found: Any, values: tuple[tuple[str, str], ...], shown: tuple[str, str] | None) -> None:
    """Only what every example shows."""
    cluster = found.cluster("value body/line[1]", pairs=values)
    assert one_edit(cluster) == shown
    assert tuple(pairs(cluster)) == values


def test_values_that_many_places_have_tell_nothing() -> None:
    """Null, booleans, empty ones, small numbers."""
    assert not any(map(is_telling, ("null", "true", '""', "[]", "0", "-4", "120", '"7"', "2.5", "")))
    assert all(map(is_telling, ('"a-17"', "2026", "[1]", '"open"')))
