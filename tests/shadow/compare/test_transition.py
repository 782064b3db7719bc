"""From what to what a difference leads."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.compare.diff import Place, diff
from crossfade.shadow.compare.transition import changes_all, shows_nothing, transition
from crossfade.shadow.exchange.difference import Difference, Kind, Value


def told(legacy: Value, candidate: Value, template: str = "body/state", **values: Any) -> str:
    """The transition of one difference, with all words shown."""
    (found,) = diff(legacy, candidate, Place.at(template))
    return transition(found, values.get("shows", lambda _, __: True))


@pytest.mark.parametrize(
    ("template", "legacy", "candidate", "expected"),
    [
        ("status", 404, 401, "404 -> 401"),
        ("status.http", 200, 503, "200 -> 503"),
        ("status.code", "NOT_FOUND", "UNAUTHENTICATED", "NOT_FOUND -> UNAUTHENTICATED"),
        ("status.code", "OK", "17", "OK -> 17"),
        ("body/ok", True, False, "true -> false"),
        ("body/state", "open", "closed", "open -> closed"),
        ("message.state", "STATE_OPEN", "STATE_UNSPECIFIED", "STATE_OPEN -> STATE_UNSPECIFIED"),
        ("body/region", "us-east-1", "eu-west-12", "us-east-1 -> eu-west-12"),
        ("body/a", None, "x", "null -> string"),
        ("body/a", None, True, "null -> bool"),
        ("body/a", 1, "1", "integer -> string"),
        ("body/a", (), {}, "list -> object"),
    ],
)
def test_what_is_told(template: str, legacy: Value, candidate: Value, expected: str) -> None:
    """Statuses, codes by name, bools, words, and the types of values that have two."""
    assert told(legacy, candidate, template) == expected


@pytest.mark.parametrize(
    ("legacy", "candidate"),
    [
        (1, 2),
        ("Anna Meier", "Bob Meier"),
        ("open", ""),
        ("open", "closed!"),
        ("a3f9c2", "b7d1e0"),
        ("4111111111111111", "x"),
        ("id-12345", "id-12346"),
        ("é", "e"),
        ("a" * 41, "b"),
        (b"a", b"b"),
    ],
)
def test_what_has_none(legacy: Value, candidate: Value) -> None:
    """Numbers, ids, sentences: values that are not from a closed set."""
    assert told(legacy, candidate) == ""


@pytest.mark.parametrize("kind", [Kind.MISSING, Kind.ADDED, Kind.ORDER, Kind.FAILED])
def test_kinds_without_two_values(kind: Kind) -> None:
    """Nothing leads from one value to another."""
    found = Difference(path="a", template="a", kind=kind, legacy="on", candidate="off")
    assert transition(found, lambda _, __: True) == ""


def test_words_are_told_only_where_both_are_shown() -> None:
    """What is no word of an answer is told in any case."""
    assert told("open", "closed", shows=lambda _, word: word != "closed") == ""
    assert told("open", "closed", shows=shows_nothing) == ""
    assert told("OK", "INTERNAL", "status.code", shows=shows_nothing) == "OK -> INTERNAL"
    assert told(legacy=True, candidate=False, shows=shows_nothing) == "true -> false"
    assert told(None, "secret", shows=shows_nothing) == "null -> string"


@given(st.text(st.sampled_from("a1_-"), max_size=60))
def test_long_digits_are_never_told(text: str) -> None:
    """A word has at most four digits in a row, and looking for one takes no time."""
    word = told(f"x{text}", "y")
    assert word in {"", f"x{text} -> y"}
    assert "11111" not in word


@pytest.mark.parametrize(
    ("transition", "is_all"),
    [
        ("404 -> 500", True),
        ("404 -> 401", True),
        ("200 -> 404", True),
        ("302 -> 200", True),
        ("200 -> 201", False),
        ("301 -> 302", False),
        ("OK -> NOT_FOUND", True),
        ("NOT_FOUND -> UNKNOWN", True),
        ("(other)", False),
        ("", False),
    ],
)
def test_a_status_that_changes_all_else(transition: str, is_all: bool) -> None:
    """An error on either side, or another class: a body that differs beside 200 and 201 has a reason of its own."""
    assert changes_all(transition) is is_all
