"""Answers are held against each other in any pairing, and it is known where nothing can be said."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from crossfade.shadow.compare.decode.view import AnswerView
from crossfade.shadow.exchange import Answer, Failure, FailureReason, Request
from crossfade.shadow.exchange.difference import MAX_FINGERPRINTS
from crossfade.shadow.judging.differ import Differ, Look, hides, is_below, knows

JSON = (("content-type", "application/json"),)


@pytest.fixture
def differ(answer: Callable[..., Answer], request_to: Callable[..., Request]) -> Differ:
    """Of an answer with two members, under one rule."""
    return Differ(request_to(), answer(b'{"a": 1, "t": 1}', headers=JSON), None, ["body/t"])


def test_any_two_answers_are_compared(differ: Differ, answer: Callable[..., Answer]) -> None:
    """From legacy, between two others, and one that is given by its parts; rules hold for all."""
    one, two = (answer(b'{"a": %d, "t": 9}' % number, headers=JSON) for number in (1, 2))
    looks = differ.from_legacy(one), differ.from_legacy(two), differ.between(one, two)
    assert [sorted(look.keys) if look else None for look in looks] == [[], [("body/a", "value")], [("body/a", "value")]]
    view = AnswerView(replace(one, body=b"?"))
    view.assume(plain=b"?", value={"a": 1}, json={"a": 1})
    assert differ.of_view(view) == differ.from_legacy(one)
    assert differ.ignored == 4


def test_an_answer_is_decoded_once(differ: Differ) -> None:
    """However often it is looked at."""
    assert differ.view(differ.legacy) is differ.view(differ.legacy)


def test_what_can_not_be_compared_is_no_look(differ: Differ, answer: Callable[..., Answer]) -> None:
    """No answer, a failure, a body that is cut."""
    failure = Failure(reason=FailureReason.RESET, detail="", latency_ms=1.0)
    for reply in (None, failure, answer(b"{", headers=JSON, truncated=True)):
        assert differ.from_legacy(reply) is None


def test_another_status_is_told_whatever_rules_say(
    answer: Callable[..., Answer], request_to: Callable[..., Request]
) -> None:
    """It decides what the rest of the answer is worth."""
    look = Differ(request_to(), answer(b"a"), None, ["*"]).from_legacy(answer(b"a", status=404))
    assert look is not None
    assert (look.keys, look.other_status) == (frozenset(), True)


def test_where_nothing_can_be_said() -> None:
    """Of a place in another status, below what is missing, and past a bound; but of what was seen there is no doubt."""
    look = Look(
        differences=(), keys=frozenset({("body/user", "missing"), ("status", "value")}), full=False, other_status=False
    )
    assert knows(look, ("body/user/name", "value")) is None
    assert knows(look, ("body/users", "value")) is False
    assert knows(replace(look, full=True), ("body/users", "value")) is None
    assert knows(replace(look, full=True), ("body/user", "missing")) is True
    assert knows(replace(look, other_status=True), ("body/user", "missing")) is None
    assert knows(replace(look, other_status=True), ("status", "value")) is True
    assert knows(None, ("status", "value")) is None
    element = replace(look, keys=frozenset({("body/items/*", "missing")}))
    assert knows(element, ("body/items/*/at", "value")) is False


@pytest.mark.parametrize(
    ("inner", "outer", "expected"),
    [
        ("body/a/b", "body/a", True),
        ("message.a[*].b", "message.a", True),
        ("message.a.b", "message.a", True),
        ("body/ab", "body/a", False),
        ("body/a", "body/a", False),
    ],
)
def test_a_template_lies_within_another(inner: str, outer: str, expected: bool) -> None:
    """At a border of names."""
    assert is_below(inner, outer) is expected
    assert hides((outer, "missing"), inner) is expected
    assert not hides((outer, "order"), inner)


def test_a_look_is_bounded(answer: Callable[..., Answer], request_to: Callable[..., Request]) -> None:
    """And says that there may be more."""
    bodies = ["{" + ",".join(f'"f{number}": {value}' for number in range(100)) + "}" for value in (1, 2)]
    ours, theirs = (answer(body.encode(), headers=JSON) for body in bodies)
    look = Differ(request_to(), ours, None, ()).from_legacy(theirs)
    assert look is not None
    assert (len(look.keys), look.full) == (MAX_FINGERPRINTS, True)
