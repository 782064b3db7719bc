"""What two runs of legacy give alike, again and again, was not minted."""

import json
from typing import Any

import pytest

from crossfade.shadow.bindings.bindings import Bindings
from crossfade.shadow.bindings.steadiness import Steadiness
from crossfade.shadow.exchange import Answer, Comparison, Protocol, Request

ROUTE = "POST /orders"


def request(number: int, body: Any) -> Request:
    """An order is made."""
    return Request(
        id=f"c{number}",
        protocol=Protocol.HTTP,
        method="POST",
        scheme="http",
        authority="x.test",
        target="/orders",
        headers=(("content-type", "application/json"),),
        body=json.dumps(body).encode(),
        truncated=False,
        trailers=(),
        started_at=1.0,
    )


def answer(value: Any) -> Answer:
    """It was made."""
    data = json.dumps(value).encode()
    headers = (("content-type", "application/json"),)
    return Answer(status=201, headers=headers, body=data, truncated=False, trailers=(), latency_ms=1.0)


class Twice:
    """Orders that were recorded, and are made on both sides now; legacy's data was put back before."""

    def __init__(self) -> None:
        self.bindings = Bindings(contract=None, shared=False)
        self.steadiness = Steadiness()
        self.number = 0

    def make(self, then: Any, legacy: Any, candidate: Any, sent: Any = None) -> Any:
        """What the candidate answers, in legacy's words."""
        self.number += 1
        asked = request(self.number, sent or {})
        self.bindings.compare_runs(asked, ROUTE, answer(then), answer(legacy), self.steadiness)
        comparison = Comparison(
            request=asked, route=ROUTE, legacy=answer(legacy), candidate=answer(candidate), secondary=None
        )
        found = self.bindings.resolve(comparison, write=True).candidate
        assert isinstance(found, Answer)
        return json.loads(found.body)


def order(number: int, owner: int) -> Any:
    """An order."""
    return {"id": number, "owner_id": owner}


def test_who_made_it_is_no_id_of_the_answer() -> None:
    """From the second order on a candidate that always names another one differs."""
    twice = Twice()
    found = [twice.make(order(at, 3), order(at, 3), order(500 + at, 4)) for at in (1, 2, 3)]
    assert found == [order(1, 3), order(2, 4), order(3, 4)]


def test_what_was_minted_is_the_candidates_own() -> None:
    """Each order has another parcel, whether legacy counts on or begins anew."""
    for more in (0, 9000):
        twice = Twice()
        for at in (1, 2, 3):
            now = {"id": at, "parcel_id": 10 + at}
            then = {"id": at + more, "parcel_id": 10 + at + more}
            assert twice.make(then, now, {"id": 500 + at, "parcel_id": 600 + at}) == now


def test_a_person_whom_both_sides_made_has_two_ids() -> None:
    """The owner came from an earlier answer: what each side calls it is known."""
    twice = Twice()
    made = Comparison(
        request=Request(**{name: getattr(request(0, {}), name) for name in Request.__slots__} | {"target": "/users"}),
        route="POST /users",
        legacy=answer({"id": 3}),
        candidate=answer({"id": 4}),
        secondary=None,
    )
    twice.bindings.resolve(made, write=True)
    found = [twice.make(order(at, 3), order(at, 3), order(500 + at, 4)) for at in range(1, 6)]
    assert found == [order(at, 3) for at in range(1, 6)]
    assert twice.make(order(7, 3), order(7, 3), order(507, 5)) == order(7, 5)


@pytest.mark.parametrize("sent", [{"owner_id": 3}, {"for": {"owner_id": 3}}])
def test_what_the_request_carries_is_mapped_as_before(sent: Any) -> None:
    """It says nothing of what is minted."""
    twice = Twice()
    assert [twice.make(order(at, 3), order(at, 3), order(500 + at, 3), sent) for at in (1, 2)] == [
        order(1, 3),
        order(2, 3),
    ]
    assert not twice.bindings._known.places._steady
