"""What evidence gets of one comparison."""

import dataclasses
import json
from dataclasses import replace
from typing import Any

import pytest

from crossfade.shadow.exchange import Answer, Comparison, Failure, FailureReason, Protocol, Reply, Request
from crossfade.shadow.exchange.difference import MORE, Fingerprint
from crossfade.shadow.exchange.observations import Judged, Settled
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.judging.judge import Judge, Verdict
from crossfade.shadow.judging.judgement import IgnoreRule, ListRule
from crossfade.shadow.judging.rules import Rules

ROUTE = RouteInfo(route="GET /builds/{id}", protocol="http", call_type="http", stage="shadow")
REQUEST = Request(
    id="c-1",
    protocol=Protocol.HTTP,
    method="GET",
    scheme="http",
    authority="builds",
    target="/builds/7",
    headers=(),
    body=b"",
    truncated=False,
    trailers=(),
    started_at=1700000000.0,
)


def _answer(body: Any, status: int = 200) -> Answer:
    return Answer(
        status=status,
        headers=(("content-type", "application/json"),),
        body=json.dumps(body).encode() if not isinstance(body, bytes) else body,
        truncated=False,
        trailers=(),
        latency_ms=2.5,
    )


def _observe(legacy: Reply, candidate: Reply, secondary: Reply | None = None, ignore: str = "") -> Verdict:
    comparison = Comparison(request=REQUEST, route=ROUTE.route, legacy=legacy, candidate=candidate, secondary=secondary)
    rules = (IgnoreRule(route="*", path=ignore, reason="test"),) if ignore else ()
    return Judge(contract=None, rules=Rules(ignore=rules)).observe(comparison, ROUTE)


def _judged(*replies: Reply | None, ignore: str = "") -> Judged:
    legacy, candidate, *more = replies
    assert legacy is not None
    assert candidate is not None
    observation = _observe(legacy, candidate, *more, ignore=ignore).observation
    assert isinstance(observation, Judged)
    return observation


def _transitions(legacy: Answer, candidate: Answer, **values: Any) -> dict[str, str]:
    comparison = Comparison(request=REQUEST, route=ROUTE.route, legacy=legacy, candidate=candidate, secondary=None)
    found = Judge(contract=None, rules=Rules(**values)).observe(comparison, ROUTE).observation
    assert isinstance(found, Judged)
    return {item.template: item.transition for item in found.signature}


def test_transitions() -> None:
    """Statuses, bools and types always, words where they may be shown."""
    legacy = _answer({"state": "open", "on": True, "at": None, "n": 1}, status=200)
    candidate = _answer({"state": "closed", "on": False, "at": "x", "n": 2}, status=201)
    told = {"status": "200 -> 201", "body/on": "true -> false", "body/at": "null -> string", "body/n": ""}
    assert _transitions(legacy, candidate) == told | {"body/state": ""}
    shown = _transitions(legacy, candidate, shows=lambda item, _: item.template == "body/state")
    assert shown == told | {"body/state": "open -> closed"}


def test_what_comes_with_another_status_tells_it() -> None:
    """So that it can be accepted beside this status, and beside no other."""
    found = _transitions(_answer({"on": True, "n": 1}, status=404), _answer({"on": False, "n": 2}, status=401))
    assert found == {
        "status": "404 -> 401",
        "body/on": "true -> false beside 404 -> 401",
        "body/n": "beside 404 -> 401",
    }


def _body(field: str, kind: str, cause: str = "") -> Fingerprint:
    return Fingerprint(template=f"body/{field}", kind=kind, cause=cause)


def test_equal_answers_leave_nothing_but_their_latency() -> None:
    """No fingerprint, no example; the request's hash and both latencies are kept."""
    judged = _judged(_answer({"a": 1}), dataclasses.replace(_answer({"a": 1}), latency_ms=4.0))
    assert (judged.signature, judged.noise, judged.examples) == ((), None, ())
    assert (judged.legacy_ms, judged.candidate_ms) == (2.5, 4.0)
    assert judged.at == 1700000000.0
    assert judged.request_hash == _judged(_answer(1), _answer(2)).request_hash


def test_a_known_cause_stands_in_signature_and_example() -> None:
    """Both name the same fingerprint, so that an example finds its cluster."""
    judged = _judged(_answer({"ok": "True", "n": "x"}), _answer({"ok": "true", "n": "y"}))
    assert judged.signature == (_body("n", "value"), _body("ok", "format", "C16"))
    assert {example.fingerprint for example in judged.examples} == set(judged.signature)


def test_a_cause_may_need_the_other_differences() -> None:
    """A renamed member is known by the one that stands in its place."""
    judged = _judged(_answer({"user_name": 1}), _answer({"userName": 1}))
    assert judged.signature == (_body("userName", "added", "F9"), _body("user_name", "missing", "F9"))


def test_one_place_may_hold_two_causes() -> None:
    """Each gets an example of its own: the first one of it."""
    legacy = [{"name": "x", "on": text} for text in ("None", "on", "None", "off")]
    candidate = [{"name": "x", "on": text} for text in ("null", "ON", "null", "OFF")]
    judged = _judged(_answer({"a": legacy}), _answer({"a": candidate}))
    found = {example.fingerprint.cause: (example.path, example.legacy) for example in judged.examples}
    assert found == {"C16": ("body/a/0/on", '"None"'), "": ("body/a/1/on", '"on"')}


def test_noise_has_no_cause() -> None:
    """Noise is matched by place and kind: a cause would split what is the same noise."""
    legacy = _answer({"at": "2024-01-02T03:04:05+00:00", "ok": "True"})
    secondary = _answer({"at": "2024-01-02T03:04:06+00:00", "ok": "true"})
    judged = _judged(legacy, _answer({"at": "2024-01-02T03:04:05Z", "ok": "true"}), secondary)
    assert judged.signature == (_body("at", "format", "H1"),)
    assert judged.excused == (_body("ok", "format", "C16"),)
    assert judged.noise == (_body("at", "value"), _body("ok", "format"))


@pytest.mark.parametrize(
    ("secondary", "noise"),
    [
        (None, None),
        (Failure(reason=FailureReason.RESET, detail="", latency_ms=1.0), None),
        (_answer(b"{"), (Fingerprint(template="body", kind="type"),)),
        (_answer({"a": 1}), ()),
    ],
)
def test_noise_is_told_from_no_answer(secondary: Reply | None, noise: object) -> None:
    """A secondary that was not asked or did not answer says nothing; one that agrees says that there is no noise."""
    assert _judged(_answer({"a": 1}), _answer({"a": 2}), secondary).noise == noise


def test_a_candidate_that_failed_is_one_finding_without_latency() -> None:
    """Its example says how it failed; no rule looks for a cause."""
    judged = _judged(_answer({"a": 1}), Failure(reason=FailureReason.DEADLINE, detail="late", latency_ms=9.0))
    assert judged.signature == (Fingerprint(template="answer", kind="failed"),)
    assert [example.candidate for example in judged.examples] == ['"deadline"']
    assert (judged.legacy_ms, judged.candidate_ms) == (2.5, None)


def test_what_can_not_be_compared_is_settled() -> None:
    """Legacy's own broken JSON is no evidence of anything."""
    verdict = _observe(_answer(b"{"), _answer({"a": 1}))
    assert verdict.observation == Settled(route=ROUTE, outcome=Outcome.UNCOMPARABLE, reason=Reason.UNDECODABLE)
    assert verdict.proofs == ()


def test_ignored_differences_leave_no_example() -> None:
    """A rule of the user's takes them out of signature and examples alike."""
    judged = _judged(_answer({"a": 1, "b": 1}), _answer({"a": 2, "b": 2}), ignore="body/a")
    assert judged.signature == (_body("b", "value"),)
    assert [example.path for example in judged.examples] == ["body/b"]


def test_many_findings_are_bounded_and_the_rest_is_said() -> None:
    """At most 64 fingerprints, MORE among them, and at most 20 examples."""
    names = [f"f{number:03}" for number in range(150)]
    judged = _judged(_answer(dict.fromkeys(names, 1)), _answer(dict.fromkeys(names, 2)))
    assert len(judged.signature) == 64
    assert MORE in judged.signature
    assert len(judged.examples) == 20
    assert judged.signature == tuple(sorted(judged.signature))


@pytest.mark.parametrize(
    ("rule", "name", "ignored"),
    [
        ("GET /ticks/*", "GET /ticks/anna", True),
        ("GET /ticks/{name}", "GET /ticks/anna", True),
        ("GET /ticks/anna", "GET /ticks/anna?x=1", True),
        ("internal GET /ticks/*", "GET /ticks/anna", True),
        ("(other)", "GET /ticks/anna", True),
        ("public GET /ticks/*", "GET /ticks/anna", False),
        ("GET /ticks/*", "HEAD /ticks/anna", False),
        ("GET /ticks/*", "GET //ticks/anna", False),
        ("GET /ticks/*", "GET /Ticks/anna", False),
        ("GET /tocks/*", "GET /ticks/anna", False),
    ],
)
def test_rules_are_held_against_the_request(rule: str, name: str, ignored: bool) -> None:
    """Past the cap of routes as before it; as the request stands, since to ignore more would hide differences."""
    method, _, target = name.partition(" ")
    other = RouteInfo(route="(other)", protocol="http", call_type="http", stage="shadow", listener="internal")
    comparison = Comparison(
        request=replace(REQUEST, method=method, target=target),
        route=other.route,
        legacy=replace(_answer({}), headers=(("x-tick", "1"),)),
        candidate=replace(_answer({}), headers=(("x-tick", "2"),)),
        secondary=None,
    )
    rules = (IgnoreRule(route=rule, path="header.x-tick", reason="test"),)
    observation = (
        Judge(contract=None, rules=Rules(ignore=rules, templates=("GET /ticks/{id}",)))
        .observe(comparison, other)
        .observation
    )
    assert isinstance(observation, Judged)
    assert (observation.signature == ()) is ignored


@pytest.mark.parametrize(("rule", "kinds"), [("GET *", ["added", "missing"]), ("POST *", ["value"])])
def test_a_configured_key_pairs_elements(rule: str, kinds: list[str]) -> None:
    """In the requests that its rule matches."""
    answers = (_answer({"rows": [{"id": 1, "code": "a"}, {"id": 2, "code": code}]}) for code in "bc")
    legacy, candidate = answers
    comparison = Comparison(request=REQUEST, route=ROUTE.route, legacy=legacy, candidate=candidate, secondary=None)
    lists = (ListRule(route=rule, path="body/rows", key=("code",)),)
    observation = Judge(contract=None, rules=Rules(lists=lists)).observe(comparison, ROUTE).observation
    assert isinstance(observation, Judged)
    assert [item.kind for item in observation.signature] == kinds


def test_a_configured_key_pairs_elements_of_streams() -> None:
    """By the route under which they are counted."""
    lists = (ListRule(route=ROUTE.route, path="body/*/rows", key=("code",)),)
    diff = Judge(contract=None, rules=Rules(lists=lists)).stream_diff(
        ROUTE, (("content-type", "application/x-ndjson"),)
    )
    diff.add_legacy(b'{"rows": [{"id": 1, "code": "a"}]}')
    diff.add_other(b'{"rows": [{"id": 1, "code": "b"}]}')
    assert [item.kind.value for item in diff.finish(whole=True)] == ["missing", "added"]


def test_names_that_are_keys_of_a_map_are_one_place() -> None:
    """In all looks at a request, in what the secondary shows, and in the examples; ignore rules match it too."""
    names = [f"{first}{second}" for first in "abcdef" for second in "uvwxyz"]
    judge = Judge(contract=None, rules=Rules(ignore=(IgnoreRule(route="*", path="body/ages/*/*", reason="test"),)))
    found = []
    for name in (*names, *names):
        legacy, candidate, secondary = (
            _answer({"counts": {name: count}, "ages": {name: {"years": count}}}) for count in (1, 2, 3)
        )
        comparison = Comparison(
            request=REQUEST, route=ROUTE.route, legacy=legacy, candidate=candidate, secondary=secondary
        )
        observation = judge.observe(comparison, ROUTE).observation
        assert isinstance(observation, Judged)
        found.append(observation)
    (last,) = {(item.excused, item.noise) for item in found[len(names) :]}
    assert last == ((_body("counts/*", "value"),), (_body("counts/*", "value"),))
    assert {place.template for item in found[len(names) :] for place in item.sightings} == {"body/counts/*"}
    assert len({fingerprint for item in found for fingerprint in item.excused}) == 22
