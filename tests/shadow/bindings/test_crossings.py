"""Ids that are not one to one."""

import json
from typing import Any

import pytest

from crossfade.shadow.bindings.bindings import Bindings
from crossfade.shadow.bindings.edges import Edge, edges_among, read_place
from crossfade.shadow.exchange import Answer

ONE, TWO, THREE, FOUR = (f"{digit * 8}-0a1b-4000-8000-0123456789ab" for digit in "1234")
QUEUE = edges_among(
    (Edge(kind="ticket", consumer=read_place("GET /s query/no"), producers=(read_place("POST /q body/no"),)),)
)


def told(bindings: Bindings, records: Any, asked: tuple[Any, ...], *sides: Any) -> Any:
    """The candidate's answer as it is compared."""
    comparison = records.comparison(records.request(*asked), *map(records.answer, sides))
    resolved = bindings.resolve(comparison, write=asked[0] == "POST")
    assert isinstance(resolved.candidate, Answer)
    return json.loads(resolved.candidate.body)


def strict(**more: Any) -> Bindings:
    """Bindings that tell of crossings."""
    return Bindings(contract=None, shared=False, one_to_one=True, **more)


@pytest.mark.parametrize(("ours", "theirs"), [((ONE, TWO), THREE), ((1, 2), 71), ((1, 2), 1), ((1, 2), 2)])
def test_one_id_for_two_things(ours: Any, theirs: Any, records: Any) -> None:
    """Is a difference that says so, also where the id is that of the first thing on both sides."""
    bindings = strict()
    assert told(bindings, records, ("POST", "/a"), {"id": ours[0]}, {"id": theirs}) == {"id": ours[0]}
    second = told(bindings, records, ("POST", "/a"), {"id": ours[1]}, {"id": theirs})
    assert second == {"id": f"{theirs} (one id for two things: legacy's {ours[0]} and {ours[1]})"}


@pytest.mark.parametrize(("ours", "theirs"), [(ONE, (TWO, THREE)), (1, (71, 72)), (1, (1, 72))])
def test_two_ids_for_one_thing(ours: Any, theirs: Any, records: Any) -> None:
    """So is another id for a thing that has one."""
    bindings = strict()
    told(bindings, records, ("POST", "/a"), {"id": ours}, {"id": theirs[0]})
    assert told(bindings, records, ("GET", f"/a/{ours}"), {"id": ours}, {"id": theirs[0]}) == {"id": ours}
    second = told(bindings, records, ("GET", f"/a/{ours}"), {"id": ours}, {"id": theirs[1]})
    assert second == {"id": f"{theirs[1]} (two ids for one thing: legacy's {ours} was {theirs[0]} before)"}


def test_at_places_of_edges(records: Any) -> None:
    """Whatever they are called."""
    bindings = strict(edges=QUEUE)
    told(bindings, records, ("POST", "/q"), {"no": 1}, {"no": 71})
    second = told(bindings, records, ("POST", "/q"), {"no": 2}, {"no": 71})
    assert second == {"no": "71 (one id for two things: legacy's 1 and 2)"}


def test_another_record_is_no_crossing(records: Any) -> None:
    """It is told by legacy's id for it."""
    bindings = strict()
    for ours, theirs in ((1, 71), (2, 72)):
        told(bindings, records, ("POST", "/a"), {"id": ours}, {"id": theirs})
    assert told(bindings, records, ("GET", "/a/1"), {"id": 1}, {"id": 72}) == {"id": 2}


def test_new_tokens_of_one_person(records: Any) -> None:
    """Two logins may give two tokens, or the same one again."""
    bindings = strict()
    tokens = (("0f" * 16, "1a" * 16), ("0f" * 16, "2b" * 16), ("3c" * 16, "2b" * 16))
    for ours, theirs in tokens:
        sides = {"session_token": ours}, {"session_token": theirs}
        assert "things" not in str(told(bindings, records, ("POST", "/login"), *sides))


def test_live_traffic_is_told_as_before(bindings: Bindings, records: Any) -> None:
    """By legacy's id for the first thing."""
    told(bindings, records, ("POST", "/a"), {"id": 1}, {"id": 71})
    assert told(bindings, records, ("POST", "/a"), {"id": 2}, {"id": 71}) == {"id": 1}
