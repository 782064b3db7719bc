"""What the present rules make of one fault."""

from dataclasses import replace
from typing import Any

import pytest

from crossfade.parity_tests.selftest.faults import Fault, FaultMaker, Faulty
from crossfade.parity_tests.selftest.trial import Trial, Trials
from crossfade.shadow.exchange import Failure, FailureReason
from crossfade.shadow.judging.judgement import IgnoreRule
from crossfade.shadow.judging.rules import Rules


def trials_of(played: Any, *paths: str, route: str = "*") -> dict[tuple[Fault, str], Trial]:
    rules = Rules(ignore=tuple(IgnoreRule(route=route, path=path, reason="r") for path in paths))
    trials = Trials(None, rules).of(played.comparison, played.call.route)
    assert trials is not None
    found = [trials.trial(faulty) for faulty in FaultMaker(None).faulty(played.comparison.request, trials.answer)]
    return {(trial.fault, trial.place): trial for trial in found if trial is not None}


def shown(trial: Trial) -> list[str]:
    return [f"{item.template} {item.kind}" for item in trial.shown]


def test_a_fault_shows_where_it_is(played_of: Any, answer: Any) -> None:
    """Each sort by its own kind."""
    found = trials_of(played_of("GET /a", answer({"id": 7, "tags": ["a", "b"]})))
    assert shown(found[Fault.VALUE, "body/id"]) == ["body/id value"]
    assert shown(found[Fault.MISSING, "body/tags"]) == ["body/tags missing"]
    assert shown(found[Fault.ADDED, "body"]) == ["body/crossfade-added added"]
    assert shown(found[Fault.SWAPPED, "body/tags"]) == ["body/tags order"]
    assert shown(found[Fault.STATUS, "status"]) == ["status value"]
    assert not any(trial.ignored or trial.masked or trial.noisy for trial in found.values())


def test_a_rule_that_ignores_it(played_of: Any, answer: Any) -> None:
    """Is named with the place, where it matches the route; all that match are."""
    played = played_of("GET /a", answer({"id": 7}))
    trial = trials_of(played, "body/*", "body/id", "header.*")[Fault.VALUE, "body/id"]
    assert shown(trial) == []
    assert [(rule.path, key) for rule, key in trial.ignored] == [
        ("body/*", ("body/id", "value")),
        ("body/id", ("body/id", "value")),
    ]
    assert shown(trials_of(played, "body/*", route="GET /b")[Fault.VALUE, "body/id"]) == ["body/id value"]


def test_where_the_candidate_differs_anyway(played_of: Any, answer: Any) -> None:
    """Its other fault at the same place shows nothing new, one beside it does."""
    found = trials_of(played_of("GET /a", answer({"id": 7, "n": 1}), answer({"id": 9, "n": 1})))
    assert found[Fault.VALUE, "body/id"].masked
    assert shown(found[Fault.VALUE, "body/n"]) == ["body/n value"]


def test_where_legacy_differs_from_itself(played_of: Any, answer: Any) -> None:
    """In this very call."""
    played = played_of("GET /a", answer({"at": 7}), secondary=answer({"at": 8}))
    trial = trials_of(played)[Fault.VALUE, "body/at"]
    assert (shown(trial), trial.noisy) == ([], (("body/at", "value"),))


def test_what_is_taken_for_the_same(played_of: Any, answer: Any) -> None:
    """The very same answer is no fault that anything could show."""
    played = played_of("GET /a", answer({"a": 1}))
    trials = Trials(None, Rules()).of(played.comparison, played.call.route)
    assert trials is not None
    same = Faulty(fault=Fault.VALUE, place="body/a", view=trials.answer)
    assert trials.trial(same) == Trial(fault=Fault.VALUE, place="body/a")


def test_a_stream_is_taken_as_a_whole(played_of: Any, answer: Any) -> None:
    """Its messages are those of the copy."""
    played = played_of("GET /a", answer(b'{"a": 1}\n{"a": 2}\n'))
    comparison = played.comparison
    lines = replace(comparison.legacy, headers=(("content-type", "application/x-ndjson"),))
    followed = replace(comparison, legacy=lines, candidate=lines, followed=True)
    assert shown(trials_of(replace(played, comparison=followed))[Fault.VALUE, "body/*/a"]) == ["body/*/a value"]


@pytest.mark.parametrize("side", ["legacy", "candidate"])
def test_without_two_answers_there_is_no_trial(played_of: Any, side: str, answer: Any) -> None:
    """A candidate that failed, or a body of legacy's that can't be read."""
    failed = Failure(reason=FailureReason.RESET, detail="", latency_ms=1.0)
    good = answer({"a": 1})
    played = played_of("GET /a", good if side == "candidate" else answer(b"{"), failed if side == "candidate" else good)
    assert Trials(None, Rules()).of(played.comparison, played.call.route) is None
