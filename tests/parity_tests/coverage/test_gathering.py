"""What was seen, and what was compared."""

from typing import Any

from crossfade.parity_tests.coverage.gathering import MAX_PLACES, Gathering
from crossfade.parity_tests.coverage.records import Reach, RouteCoverage
from crossfade.shadow.judging.judgement import IgnoreRule


def covered(*played: Any, ignored: str = "") -> RouteCoverage:
    """The coverage of one route."""
    rules = (IgnoreRule(route="*", path=ignored, reason="test"),) if ignored else ()
    gathering = Gathering(None, lambda *_: rules)
    for one in played:
        gathering.add(one)
    (route,) = gathering.coverage().routes
    return route


def reaches(route: RouteCoverage, direction: str, path: str) -> dict[str, tuple[int, int]]:
    """How often each class at a place was seen and compared."""
    (place,) = (item for item in route.places if (item.direction, item.path) == (direction, path))
    return {name: (reach.seen, reach.compared) for name, reach in place.classes.items()}


def test_seen_and_compared(play: Any, skipped: Any) -> None:
    """A call that was not compared was seen."""
    route = covered(play({"size": -5}, {"a": 0}, {"a": 1}), skipped({"size": 7}, {"a": 9}))
    assert route.calls == Reach(2, 1)
    assert reaches(route, "request", "body/size") == {"set": (2, 1), "neg": (1, 1)}
    assert reaches(route, "answer", "body/a") == {"0": (1, 1), "set": (1, 0)}
    assert route.statuses == {"200": Reach(2, 1)}


def test_a_candidate_that_fails(play: Any) -> None:
    """The request was compared, legacy's answer had nothing beside it."""
    route = covered(play({"size": 1}, {"a": 5}, None))
    assert reaches(route, "request", "body/size")["set"] == (1, 1)
    assert reaches(route, "answer", "body/a") == {"set": (1, 0)}
    assert route.statuses == {"200": Reach(1, 0)}


def test_noise_is_only_seen(play: Any) -> None:
    """A place at which legacy differs from itself, and all below it, in every call."""
    route = covered(
        play({}, {"a": {"b": 5}, "c": 5}, {"a": {"b": 6}, "c": 5}, {"a": {"b": 7}, "c": 5}),
        play({}, {"a": {"b": 5}}, {"a": {"b": 5}}),
    )
    (place,) = (item for item in route.places if item.path == "body/a/b")
    assert (place.why_not, place.compared) == ("noise", False)
    assert reaches(route, "answer", "body/c") == {"set": (1, 1), "absent": (1, 1)}


def test_ignored_is_only_seen(play: Any) -> None:
    """A rule leaves it out."""
    route = covered(play({}, {"a": 5, "b": 5}, {"a": 6, "b": 5}), ignored="body/a*")
    (place,) = (item for item in route.places if item.path == "body/a")
    assert (place.why_not, place.compared) == ("ignored", False)
    assert reaches(route, "answer", "body/b") == {"set": (1, 1)}
    assert route.classes.compared < route.classes.seen


def test_absent_members(play: Any) -> None:
    """A member that was not there where its object was."""
    route = covered(play({"a": 1}, {}, {}), play({}, {}, {}), play({"a": 2}, {}, {}))
    assert reaches(route, "request", "body/a")["absent"] == (1, 1)


def test_free_text(play: Any) -> None:
    """Words of a place with too many are not told."""
    route = covered(*(play({"a": "x" * (2 + index)}, {}, {}) for index in range(30)))
    assert reaches(route, "request", "body/a") == {"set": (30, 30)}


def test_bounded(play: Any) -> None:
    """Places beyond the bound are counted."""
    wide = [{f"n{index}x{number}y": 5 for index in range(1500)} for number in range(6)]
    route = covered(*(play(body, {}, {}) for body in wide))
    assert len(route.places) <= MAX_PLACES
    assert route.left_out > 0
