"""Times of a recording beside times of now."""

import json
from dataclasses import replace
from typing import Any

import pytest

from crossfade.parity_tests.replay.stamps import without_live_stamps, without_stamps
from crossfade.shadow.exchange import Answer, Comparison
from crossfade.shadow.judging.judge import Judge

THEN_S, NOW_S = 1_764_504_000.0, 1_764_590_400.0  # 2025-11-30 and 12-01, 12:00 UTC
THEN, NOW = "2025-11-30T12:00:00.250000+00:00", "2025-12-01T12:00:01.750000+00:00"


@pytest.fixture
def differ(call_of: Any) -> Any:
    """Where two bodies differ once stamps are taken out."""
    call = call_of(0, "GET", "/notes", "GET /notes")
    call = replace(call, request=replace(call.request, started_at=THEN_S))
    live = replace(call.request, started_at=NOW_S)

    def answer(body: object) -> Answer:
        headers, data = (("content-type", "application/json"),), json.dumps(body).encode()
        return Answer(status=200, headers=headers, body=data, truncated=False, trailers=(), latency_ms=20.0)

    def found(legacy: object, candidate: object) -> list[str]:
        comparison = Comparison(
            request=live, route="GET /notes", legacy=answer(legacy), candidate=answer(candidate), secondary=None
        )
        stampless = without_stamps(comparison, call, None)
        observation: Any = Judge(contract=None).observe(stampless, call.route).observation
        return [item.template for item in observation.signature]

    return found


def test_each_side_stamped_its_own_time(differ: Any) -> None:
    """Somewhere in a list, too."""
    assert differ({"at": THEN, "all": [{"at": THEN}]}, {"at": NOW, "all": [{"at": NOW}]}) == []


@pytest.mark.parametrize(
    "candidate",
    [THEN, "2025-12-01T13:00:01.750000+00:00", "2025-12-01T12:00:01.750Z", "0000-00-00", 5],
    ids=["the recorded one", "an hour later", "another form", "no time", "a number"],
)
def test_what_is_no_stamp_of_its_own_is_found(differ: Any, candidate: object) -> None:
    """A time outside of the request's, or one that is written otherwise."""
    assert differ({"at": THEN}, {"at": candidate}) == ["body/at"]


def test_old_times_are_compared_as_they_are(differ: Any) -> None:
    """A record's own time is no stamp."""
    old, other = "2020-01-01T00:00:00+00:00", "2020-01-01T00:00:01+00:00"
    assert differ({"at": old}, {"at": old}) == []
    assert differ({"at": old}, {"at": other}) == ["body/at"]


def test_sides_that_were_asked_one_after_the_other(call_of: Any) -> None:
    """The last one stamps as much later as the others took; what is later than that is no stamp."""
    call = call_of(0, "POST", "/notes", "POST /notes")

    def answer(at: str, latency_ms: float) -> Answer:
        headers, data = (("content-type", "application/json"),), json.dumps({"at": at}).encode()
        return Answer(status=200, headers=headers, body=data, truncated=False, trailers=(), latency_ms=latency_ms)

    comparison = Comparison(
        request=replace(call.request, started_at=NOW_S),
        route="POST /notes",
        legacy=answer("2025-12-01T12:00:29Z", 30_000),
        candidate=answer("2025-12-01T12:00:31Z", 2_000),
        secondary=answer("2025-12-01T12:00:43Z", 20),
    )
    found = without_live_stamps(comparison, None)
    bodies = [reply.body for reply in (found.legacy, found.candidate, found.secondary) if isinstance(reply, Answer)]
    assert bodies == [b'{"at": "0000-00-00T00:00:00Z"}'] * 2 + [b'{"at": "2025-12-01T12:00:43Z"}']
