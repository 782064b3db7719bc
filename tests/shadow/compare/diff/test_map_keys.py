"""Keys that are data do not make a cluster each, though they look like names; fields do."""

import json
import random

from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.compare.decode.view import AnswerView
from crossfade.shadow.compare.diff import Place, diff
from crossfade.shadow.compare.diff.map_keys import MOST_FIELDS, MOST_NAMES, MOST_OBJECTS, MapKeys
from crossfade.shadow.exchange import Answer
from crossfade.shadow.exchange.difference import Value

NAMES = [f"{first}{second}" for first in ("ann", "bob", "cy", "dee", "eve", "fay") for second in "abcdefghij"]
FIELDS = [f"field_{letter}" for letter in "abcdefghijklmnopqrstuvwxyz" * 2]


def _view(value: Value) -> AnswerView:
    headers, body = (("content-type", "application/json"),), json.dumps(value).encode()
    return AnswerView(Answer(status=200, headers=headers, body=body, truncated=False, trailers=(), latency_ms=1.0))


def _look(keys: MapKeys, legacy: Value, candidate: Value, route: str = "GET /a") -> list[str]:
    found = diff(legacy, candidate, Place.at("body"))
    return [item.template for item in keys.naming(route)(found, _view(legacy), _view(candidate))]


def _templates(keys: MapKeys, legacy: Value, candidate: Value, route: str = "GET /a") -> list[str]:
    found = _look(keys, legacy, candidate, route)
    keys.settle()
    return found


def _scores(names: list[str], value: int) -> Value:
    return {"scores": {name: {"points": value} for name in names}, "total": value}


def test_a_map_of_names() -> None:
    """After some names the object's keys are data, at any depth below; the other fields keep their names."""
    keys, rng = MapKeys(), random.Random(1)
    seen: list[str] = []
    for _ in range(100):
        names = rng.sample(NAMES, 3)
        seen += _templates(keys, _scores(names, 1), _scores(names, 2))
    of_map = [template for template in seen if template != "body/total"]
    assert len({*of_map}) <= MOST_NAMES + 3  # an answer that brings one more brings up to three
    assert set(of_map[150:]) == {"body/scores/*/points"}
    assert seen.count("body/total") == 100


def test_missing_and_added_names() -> None:
    """A name that one side lacks shows the same."""
    keys, rng = MapKeys(), random.Random(1)
    seen: list[str] = []
    for _ in range(100):
        one, two, three = rng.sample(NAMES, 3)
        seen += _templates(keys, {one: 1, three: 3}, {two: 2, three: 3})
    assert set(seen[100:]) == {"body/*"}


def test_fields_stay_apart() -> None:
    """An object of fifty fields of which a few differ at a time is no map: each answer has all of them."""
    keys, rng = MapKeys(), random.Random(1)
    names = [f"{name}{number // 26}x" for number, name in enumerate(FIELDS)][:50]
    seen: set[str] = set()
    for _ in range(500):
        other = rng.sample(names, 2)
        seen.update(_templates(keys, dict.fromkeys(names, 1), {name: 1 + (name in other) for name in names}))
    assert seen == {f"body/{name}" for name in names}


def test_more_than_any_object_has() -> None:
    """An object that differs at hundreds of keys has no fields, even where each answer has all of them."""
    keys = MapKeys()
    names = [f"{name}{letter}" for name in NAMES for letter in "xyz"]
    for name in names:
        found = _templates(keys, dict.fromkeys(names, 1), {**dict.fromkeys(names, 1), name: 2})
    assert len(names) > MOST_FIELDS
    assert found == ["body/*"]


def test_all_looks_at_one_request_have_the_same_names() -> None:
    """What the candidate's answer shows does not rename what the secondary's shows a moment later."""
    keys = MapKeys()
    for name in NAMES[:MOST_NAMES]:
        assert _templates(keys, {"m": {name: 1}}, {"m": {name: 2}}) == [f"body/m/{name}"]
    last = NAMES[MOST_NAMES]
    for _ in range(2):
        assert _look(keys, {"m": {last: 1}}, {"m": {last: 2}}) == [f"body/m/{last}"]
    keys.settle()
    assert _look(keys, {"m": {last: 1}}, {"m": {last: 2}}) == ["body/m/*"]


def test_routes_learn_apart() -> None:
    """What is a map on one route may be none on another."""
    keys, rng = MapKeys(), random.Random(1)
    for _ in range(100):
        names = rng.sample(NAMES, 3)
        _templates(keys, _scores(names, 1), _scores(names, 2))
    legacy, candidate = _scores(["ann"], 1), _scores(["ann"], 2)
    assert _templates(keys, legacy, candidate, "GET /b") == ["body/scores/ann/points", "body/total"]


def test_only_objects_are_learnt_from() -> None:
    """Elements of lists, fields of headers and of messages are as they were."""
    keys = MapKeys()
    for place in (Place.at("header").key("x"), Place.at("message").field("x"), Place.at("status")):
        (found,) = diff(1, 2, place)
        assert [*keys.naming("a")((found,), _view(1), _view(2))] == [found]
    assert _templates(keys, ({"a": 1},), ({"a": 2},)) == ["body/*/a"]


def test_odd_keys() -> None:
    """A slash or a tilde in a key, and one so long that its path is cut, which is then not found again."""
    keys, rng = MapKeys(), random.Random(1)
    names = [f"{name}/~{'x' * (40 * (number % 2))}" for number, name in enumerate(NAMES)]
    seen: list[str] = []
    for _ in range(100):
        name = rng.choice(names)
        seen += _templates(keys, {"m": {name: 1}}, {"m": {name: 2}})
    assert set(seen[80:]) == {"body/m/*"}


def test_memory_is_bounded() -> None:
    """Of very many objects the oldest are forgotten."""
    keys = MapKeys()
    for number in range(MOST_OBJECTS + 50):
        _templates(keys, {"a": 1}, {"a": 2}, f"GET /{number}")
    assert len(keys._objects) == MOST_OBJECTS


_values = st.recursive(
    st.integers(0, 3),
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)


@given(st.lists(st.tuples(_values, _values), max_size=60))
def test_the_same_answers_give_the_same_names(pairs: list[tuple[Value, Value]]) -> None:
    """Whatever they hold; and to look twice at one answer teaches nothing more."""
    once, twice = MapKeys(), MapKeys()
    for legacy, candidate in pairs:
        found = _templates(once, legacy, candidate)
        _templates(twice, legacy, candidate)
        assert _templates(twice, legacy, candidate)[: len(found)] == _templates(once, legacy, candidate)
