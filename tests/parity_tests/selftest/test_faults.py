"""Copies of an answer, in each of which one thing is wrong."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from crossfade.parity_tests.selftest.faults import Fault, FaultMaker
from crossfade.shadow.compare.decode.view import AnswerView
from crossfade.shadow.exchange import Answer

VALUE = {"id": 7, "tags": ["a", "b"], "of": {"x": None}}


def made(maker: FaultMaker, played: Any, reply: Answer | None = None) -> Counter[tuple[str, str]]:
    view = AnswerView(reply or played.comparison.candidate)
    return Counter((item.fault.value, item.place) for item in maker.faulty(played.comparison.request, view))


def test_each_place_has_its_faults(played_of: Any, answer: Any) -> None:
    """Leaves, fields, objects, lists and the status; elements of one list are one place."""
    assert made(FaultMaker(None), played_of("GET /a", answer(VALUE))) == {
        ("value", "body/id"): 1,
        ("value", "body/tags/*"): 2,
        ("value", "body/of/x"): 1,
        ("missing", "body/id"): 1,
        ("missing", "body/tags"): 1,
        ("missing", "body/of"): 1,
        ("missing", "body/of/x"): 1,
        ("added", "body"): 1,
        ("added", "body/of"): 1,
        ("swapped", "body/tags"): 1,
        ("status", "status"): 1,
    }


def test_the_same_fault_is_not_tried_again_and_again(played_of: Any, answer: Any) -> None:
    """Two calls have it, and what a later one has more is tried then."""
    maker, played = FaultMaker(None), played_of("GET /a", answer({"id": 1}))
    assert made(maker, played)["value", "body/id"] == 1
    assert made(maker, played)["value", "body/id"] == 1
    assert made(maker, played) == {}
    assert set(made(maker, played, answer({"id": 1, "more": 2}))) == {
        ("value", "body/more"),
        ("missing", "body/more"),
        ("record", "body"),
    }


def test_a_route_has_so_many(played_of: Any, answer: Any) -> None:
    """Whatever the size of its answers."""
    maker = FaultMaker(None)
    large = answer({f"k{number}": number for number in range(900)})
    assert made(maker, played_of("GET /a", large)).total() == 400
    assert made(maker, played_of("GET /a", answer(VALUE))).total() == 0


@pytest.mark.parametrize(
    ("other", "is_tried"),
    [
        ({"value": {"id": 8}}, True),
        ({"value": {"id": 7}}, False),
        ({"value": {"id": 8}, "status": 404}, False),
        ({"value": {"id": 8}, "kind": "text/plain"}, False),
    ],
)
def test_the_record_of_another_call(played_of: Any, other: dict[str, Any], *, is_tried: bool, answer: Any) -> None:
    """One that holds something else, and is read in the same way."""
    maker = FaultMaker(None)
    played = played_of("GET /a", answer({"id": 7}))
    made(maker, played, answer(**other))
    assert (("record", "body") in made(maker, played)) is is_tried


def test_messages(played_of: Any, contract: Any, message: Any) -> None:
    """By the paths of their fields; unary or not."""
    kind: Any = contract.message_class("t.M")
    data = kind(name="Ann", size=2).SerializeToString()
    for messages in ((data,), (data, data)):
        played = played_of("t.S/Get", message(*messages), contract=contract)
        found = made(FaultMaker(contract), played)
        assert {("value", "message.name"), ("missing", "message.size"), ("added", "message")} <= set(found)
        assert ("status", "status") in found


@pytest.mark.parametrize("other", [{"body": b""}, {"body": b"{"}, {"truncated": True}, {"status": 204}])
def test_what_cannot_be_read_has_a_status_alone(played_of: Any, other: dict[str, Any], answer: Any) -> None:
    """No body, none that means something, and only a part of one."""
    view = AnswerView(replace(answer(VALUE), **other))
    request = played_of("GET /a", answer(VALUE)).comparison.request
    assert [item.fault for item in FaultMaker(None).faulty(request, view)] == [Fault.STATUS]
