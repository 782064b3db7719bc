"""Legacy's answers out of a recording in which secrets are pseudonyms."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from crossfade.parity_tests.replay.recorded import observe_recorded, redaction_of
from crossfade.shadow.evidence.redact import Redactor
from crossfade.shadow.exchange import Answer, Comparison
from crossfade.shadow.exchange.events import from_events
from crossfade.shadow.exchange.observations import Judged, Observation
from crossfade.shadow.judging.judge import Judge, Verdict
from crossfade.shadow.recording.redaction import ComparisonRedactor

REDACTOR = ComparisonRedactor(Redactor(b"k" * 32), None)


@pytest.fixture
def observe(call_of: Any) -> Any:
    """What is found of two bodies, legacy's as it was recorded."""
    call = call_of(0, "GET", "/notes", "GET /notes")

    def answer(body: object) -> Answer:
        headers = (("content-type", "application/json"),)
        data = json.dumps(body).encode()
        return Answer(status=200, headers=headers, body=data, truncated=False, trailers=(), latency_ms=1.0)

    def found(legacy: object, candidate: object, *, echo: object = None, has_key: bool = True) -> Observation:
        live = Comparison(
            request=call.request,
            route=call.route.route,
            legacy=answer(legacy),
            candidate=answer(legacy),
            secondary=None,
        )
        recorded = from_events(REDACTOR.events(live)).legacy
        assert isinstance(recorded, Answer)
        if echo is not None:
            recorded = replace(recorded, body=json.dumps(json.loads(recorded.body) | echo).encode())
        comparison = replace(live, legacy=recorded, candidate=answer(candidate))
        redacted = redaction_of(REDACTOR) if has_key else None
        judge = Judge(contract=None)

        async def observed(one: Comparison) -> Verdict:
            return judge.observe(one, call.route)

        looking = observe_recorded(observed, comparison, redacted=redacted, stampless=lambda same: same)
        return asyncio.run(looking).observation

    return found


def _templates(observation: Observation) -> list[str]:
    assert isinstance(observation, Judged)
    return [item.template for item in observation.signature]


def test_equal_secrets_are_equal(observe: Any) -> None:
    """The candidate's become the same pseudonyms."""
    body = {"token": "3f9c1b2a77d04e51", "text": "one"}
    assert _templates(observe(body, body)) == []
    assert _templates(observe(body, body, has_key=False)) == ["body/token"]


def test_what_differs_beside_a_secret_is_found(observe: Any) -> None:
    """And nothing else is."""
    token = "3f9c1b2a77d04e51"
    assert _templates(observe({"token": token, "text": "one"}, {"token": token, "text": "two"})) == ["body/text"]


def test_another_secret_is_found(observe: Any) -> None:
    """It has another pseudonym."""
    assert _templates(observe({"token": "3f9c1b2a77d04e51"}, {"token": "0000000000000000"})) == ["body/token"]


def test_what_the_request_carried_is_a_pseudonym_already(observe: Any) -> None:
    """The candidate gives it back as it got it."""
    assert _templates(observe({}, {"token": "c0ffee"}, echo={"token": "c0ffee"})) == []


def test_where_nobody_can_tell(observe: Any) -> None:
    """One secret came with the request, the other one from the store: each look differs where the other does not."""
    secret = "3f9c1b2a77d04e51"
    found = observe({"token": secret}, {"token": secret, "password": "c0ffee"}, echo={"password": "c0ffee"})
    assert (found.outcome, found.reason) == ("uncomparable", "not_recorded")
