"""All looks at one request are held against each other, place by place."""

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest

from crossfade.shadow.exchange import Answer, Comparison, Failure, FailureReason, Protocol, Reply, Request
from crossfade.shadow.exchange.difference import MAX_FINGERPRINTS, MORE
from crossfade.shadow.exchange.observations import Judged, Sighting
from crossfade.shadow.exchange.records import Again
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.judging.judge import Judge
from crossfade.shadow.judging.judgement import IgnoreRule
from crossfade.shadow.judging.rules import Rules

ROUTE = RouteInfo(route="GET /a", protocol="http", call_type="http", stage="shadow")
FAILED = Failure(reason=FailureReason.DEADLINE, detail="late", latency_ms=1.0)
Body = Any
See = Callable[..., Judged]


def _reply(body: Body) -> Reply:
    if isinstance(body, Answer | Failure):
        return body
    headers = (("content-type", "application/json"),)
    data = json.dumps(body).encode()
    return Answer(status=200, headers=headers, body=data, truncated=False, trailers=(), latency_ms=2.5)


def _status(code: int, body: Body) -> Answer:
    reply = _reply(body)
    assert isinstance(reply, Answer)
    return Answer(
        status=code, headers=reply.headers, body=reply.body, truncated=False, trailers=(), latency_ms=reply.latency_ms
    )


def _comparison(legacy: Body, candidate: Body, secondary: Body, again: tuple[Body, ...]) -> Comparison:
    request = Request(
        id="c-1",
        protocol=Protocol.HTTP,
        method="GET",
        scheme="http",
        authority="x",
        target="/a",
        headers=(),
        body=b"",
        truncated=False,
        trailers=(),
        started_at=1.0,
    )
    looks = [_reply(body) for body in again]
    return Comparison(
        request=request,
        route=ROUTE.route,
        legacy=_reply(legacy),
        candidate=_reply(candidate),
        secondary=None if secondary is None else _reply(secondary),
        again=Again(candidate=looks[0], secondary=looks[1], later=looks[2] if looks[2:] else None) if looks else None,
    )


def see(legacy: Body, candidate: Body, secondary: Body = None, *again: Body, ignore: str = "") -> Judged:
    rules = (IgnoreRule(route="*", path=ignore, reason="test"),) if ignore else ()
    observation = Judge(contract=None, rules=Rules(ignore=rules)).observe(
        _comparison(legacy, candidate, secondary, again), ROUTE
    )
    assert isinstance(observation.observation, Judged)
    return observation.observation


def where(judged: Judged) -> dict[str, list[str]]:
    """Templates below the body, by what they are."""
    signatures = {"signature": judged.signature, "excused": judged.excused, "drift": judged.drift}
    return {
        name: [item.template.removeprefix("body/") for item in signature]
        for name, signature in signatures.items()
        if signature
    }


def sighting(judged: Judged, template: str) -> Sighting:
    (found,) = [item for item in judged.sightings if item.template == template]
    return found


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ((1, 1), ""),
        ((1, 2), "signature"),
        ((1, 2, 1), "signature"),
        ((1, 2, 3), "excused"),
        ((1, 2, 2), "excused"),
        ((1, 1, 2), ""),
        ((1, 2, 1, 2, 1), "signature"),
        ((1, 2, 1, 1, 1), "signature"),
        ((1, 2, 1, 2, 3), "excused"),
        ((1, 2, 3, 2, 1), "excused"),
        ((1, 2, 3, 4, 5), "excused"),
        ((1, 2, 2, 2, 2), "drift"),
        ((1, 2, 2, 9, 2), "drift"),
        ((1, 3, 2, 3, 2), "signature"),
        ((1, 1, 2, 1, 2), ""),
        ((1, 2, None, 2, 1), "signature"),
        ((1, 2, None, 2, 2), "excused"),
        ((1, 2, None, 2, 2, 2), "drift"),
        ((1, 2, None, 2, 2, 3), "excused"),
        ((1, 3, None, 3, 2, 2), "signature"),
        ((1, 2, None, 2, 1, 2), "excused"),
        ((1, 2, FAILED, 2, FAILED), "signature"),
    ],
)
def test_a_difference_is_a_fault_noise_or_another_state(answers: tuple[Body, ...], found: str) -> None:
    """Legacy, candidate, secondary; then candidate and secondary again, and the secondary later."""
    bodies = [answer if answer is None or answer is FAILED else {"v": answer} for answer in answers]
    judged = see(*bodies)
    assert where(judged) == ({found: ["v"]} if found else {})
    assert judged.asked_again is (len(answers) > 3)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ((1, 3, 2), "above"),
        ((9, 3, 2), "below"),
        (("a", "c", "b"), "other"),
        ((1, 3, 1), None),
        (("2026-07-30", "2026-07-29", "2026-07-31"), None),
        ((1, 3, 2, 3, 2), None),
        ((1, 3, 2, 3, FAILED), "above"),
        ((1, 3, None, 3, 2), "above"),
        ((1, 3, None, 3, 2, 2), None),
        ((1, 3), None),
    ],
)
def test_what_one_answer_of_the_secondarys_does_not_tell(answers: tuple[Body, ...], expected: str | None) -> None:
    """Whether it is noise or another state, where no check judges the value and no other answer tells."""
    bodies = [answer if answer is None or answer is FAILED else {"v": answer} for answer in answers]
    assert sighting(see(*bodies), "body/v").unjudged == expected


def test_a_sighting_tells_every_look() -> None:
    """Of each place at which any answer differs; what was not asked is None."""
    same = {"a": 1, "b": 1, "c": 1}
    judged = see(same, {**same, "a": 2}, {**same, "b": 3}, {**same, "c": 4}, {**same, "b": 5})
    assert [
        (item.template, item.candidate, item.secondary, item.candidate_again, item.secondary_again)
        for item in judged.sightings
    ] == [
        ("body/a", True, False, False, False),
        ("body/b", False, True, False, True),
        ("body/c", False, False, True, False),
    ]
    seen = sighting(see({"a": 1}, {"a": 2}), "body/a")
    assert (seen.secondary, seen.candidate_again, seen.secondary_again) == (None, None, None)
    assert see(same, same, same).sightings == ()


def test_at_a_place_of_another_state_the_candidate_is_held_against_the_secondary() -> None:
    """It is right with legacy's value or with the secondary's, and wrong with a third one."""
    for value, differs in ((1, False), (2, False), (3, True)):
        seen = sighting(see({"v": 1}, {"v": value}, {"v": 2}, {"v": value}, {"v": 2}), "body/v")
        assert seen.drift
        assert (seen.candidate, seen.candidate_again) == (differs, differs)


def test_another_state_may_have_noise_within() -> None:
    """An element that only the secondary's state has, with a time of its own each time."""
    states = [
        {"items": [{"id": 1}, *([{"id": 2, "at": at, "by": by}] if at else [])]} for at, by in ((0, ""), (5, "x"))
    ]
    again = {"items": [{"id": 1}, {"id": 2, "at": 6, "by": "x"}]}
    right = {"items": [{"id": 1}, {"id": 2, "at": 7, "by": "x"}]}
    wrong = {"items": [{"id": 1}, {"id": 2, "at": 7, "by": "y"}]}
    assert where(see(states[0], right, states[1], right, again)) == {"drift": ["items/*"]}
    assert where(see(states[0], wrong, states[1], wrong, again)) == {"signature": ["items/*"]}


def test_another_state_may_differ_in_more_than_is_kept() -> None:
    """Where the candidate's whole answer is the secondary's; one other value in it is a fault."""
    fields = [f"f{number:03}" for number in range(MAX_FINGERPRINTS + 20)]
    legacy, state = (dict.fromkeys(fields, value) for value in (1, 2))
    noisy = [{**state, "at": moment} for moment in range(5)]
    judged = see(legacy | {"at": 9}, noisy[0], noisy[1], noisy[2], noisy[3])
    assert judged.signature == ()
    assert MORE in judged.drift
    assert not any(item.candidate for item in judged.sightings)
    wrong = see(legacy, state | {"f000": 3}, state, state, state)
    assert MORE in wrong.signature
    assert next(item.template for item in wrong.signature if item != MORE) == "body/f000"


def test_an_order_that_is_noise_is_no_state() -> None:
    """A list that comes in another order each time says nothing of its elements, nor they of it."""
    orders = [[{"n": 1, "at": 10}, {"n": 2, "at": 20}], [{"n": 2, "at": 21}, {"n": 1, "at": 11}]]
    judged = see(orders[0], orders[1], orders[1], orders[0], orders[0])
    assert judged.signature == ()
    assert judged.drift == ()


def test_what_a_secondary_lacks_twice_is_another_state() -> None:
    """And a field below something that it lacks is neither steady nor equal."""
    whole, bare = {"user": {"name": "a"}}, {}
    assert where(see(whole, bare, bare, bare, bare)) == {"drift": ["user"]}
    assert where(see(whole, {"user": {"name": "b"}}, bare, whole, bare)) == {"signature": ["user/name"]}
    seen = sighting(see(whole, {"user": {"name": "b"}}, bare), "body/user/name")
    assert seen.secondary is None


def test_another_status_of_the_secondary_is_no_noise_elsewhere() -> None:
    """Its body is one of another state; but twice the same status is a state, unless it is a server's fault."""
    gone = _status(404, {"error": "gone"})
    judged = see({"v": 1}, {"v": 2}, gone, {"v": 2}, gone)
    assert where(judged) == {"signature": ["v"]}
    assert judged.noise is None
    assert sighting(judged, "status").drift
    assert sighting(judged, "body/v").secondary is None
    candidate = _status(404, {"error": "none"})
    judged = see({"v": 1}, candidate, gone, candidate, gone)
    assert (judged.signature, judged.excused) == ((), ())
    broken = _status(500, {})
    assert "status" in where(see({"v": 1}, broken, broken, broken, broken))["signature"]


def test_a_candidate_of_another_status_is_not_paired_elsewhere() -> None:
    """Its differences count, but not against what the secondary shows in an answer of legacy's status."""
    judged = see({"v": 1}, _status(201, {"v": 2}), {"v": 1}, _status(201, {"v": 2}), {"v": 1})
    seen = sighting(judged, "body/v")
    assert (seen.candidate, seen.secondary, seen.secondary_again) == (True, None, None)
    assert sighting(judged, "status").secondary is False


@pytest.mark.parametrize(
    ("again", "secondary", "stays"),
    [
        ({"v": 1}, {"v": 1}, False),
        ({"v": 1}, FAILED, False),
        ({"v": 2}, {"v": 1}, True),
        ({"v": 2}, {"v": 3}, False),
        (FAILED, {"v": 1}, True),
    ],
)
def test_a_candidate_that_failed_once_is_transient(again: Body, secondary: Body, stays: bool) -> None:
    """Its second answer must be legacy's, but for noise."""
    judged = see({"v": 1}, FAILED, None, again, secondary)
    assert [item.kind for item in judged.signature] == ["failed"]
    seen = sighting(judged, "answer")
    assert (seen.candidate, seen.secondary, seen.candidate_again) == (True, None, stays)


def test_a_candidate_that_fails_at_the_second_look_is_seen() -> None:
    """And says nothing of what differed at the first."""
    judged = see({"v": 1}, {"v": 2}, {"v": 1}, FAILED, {"v": 1})
    assert where(judged) == {"signature": ["v"]}
    seen = sighting(judged, "answer")
    assert (seen.candidate, seen.candidate_again) == (False, True)
    assert sighting(judged, "body/v").candidate_again is None


def test_ignored_places_are_not_sighted() -> None:
    """The rules hold for every look."""
    judged = see({"v": 1}, {"v": 2}, {"v": 3}, {"v": 4}, {"v": 5}, ignore="body/v")
    assert (judged.signature, judged.excused, judged.sightings) == ((), (), ())


def test_what_lies_past_a_bound_is_never_excused() -> None:
    """However much of it is noise, and however little is shown; a secondary that was cut says nothing of the rest."""
    fields = [f"f{number:03}" for number in range(MAX_FINGERPRINTS + 20)]
    judged = see(*(dict.fromkeys(fields, value) for value in (1, 2, 3)))
    assert MORE in judged.signature
    assert len(judged.sightings) == MAX_FINGERPRINTS
    noisy = dict.fromkeys(fields, 3)
    seen = sighting(see(dict.fromkeys(fields, 1) | {"z": 1}, dict.fromkeys(fields, 1) | {"z": 2}, noisy), "body/z")
    assert seen.secondary is None


def test_a_time_that_each_instance_stamps_is_no_state() -> None:
    """It is steady in each, another in all of them, and the candidate's is as near to legacy's as the secondary's."""
    legacy, candidate, secondary = ({"at": f"2026-11-30T10:00:00.{part}Z"} for part in (100, 140, 170))
    judged = see(legacy, candidate, secondary, candidate, secondary)
    assert where(judged) == {"excused": ["at"]}
    assert judged.sightings == (
        Sighting(
            template="body/at",
            kind="value",
            candidate=True,
            secondary=True,
            candidate_again=True,
            secondary_again=True,
        ),
    )


def test_a_time_that_is_far_from_those_of_legacy_and_secondary_stays_a_difference() -> None:
    """So does another value than both have, which is no time."""
    legacy, secondary = ({"at": f"2026-11-30T10:00:00.{part}Z", "n": part} for part in (100, 170))
    late = {"at": "2026-11-30T15:00:00.140Z", "n": 5}
    assert where(see(legacy, late, secondary, late, secondary)) == {"signature": ["at", "n"]}


@pytest.mark.parametrize(("late", "found"), [("10:00:02", "excused"), ("10:01:01", "drift")])
def test_a_time_in_seconds_is_stamped_alike_by_chance(late: str, found: str) -> None:
    """Candidate and secondary get a write after legacy, and often in the same second; not a minute later."""
    legacy, others = {"at": "2026-11-30T10:00:00Z"}, {"at": f"2026-11-30T{late}Z"}
    assert where(see(legacy, others, others, others, others)) == {found: ["at"]}


def test_an_uptime_that_stays_within_a_second_is_no_other_state() -> None:
    """Once legacy's is known to go as a clock does, what each instance shows is its own."""
    judge = Judge(contract=None)
    found = []
    for at in range(250):
        legacy, candidate, secondary = ({"v": start + at // 10} for start in (4000, 3, 700))
        one = _comparison(legacy, candidate, secondary, (candidate, secondary))
        request = dataclasses.replace(one.request, started_at=1_790_000_000.0 + at * 0.1)
        observation = judge.observe(dataclasses.replace(one, request=request), ROUTE).observation
        assert isinstance(observation, Judged)
        found.append(where(observation))
    assert found[0] == {"signature": ["v"]}
    assert found[-1] == {"excused": ["v"]}
