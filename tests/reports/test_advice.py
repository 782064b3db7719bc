"""What a person can do about requests that were not compared."""

from typing import Any

from crossfade.reports.advice import advice


def test_nothing_to_do(tell: Any) -> None:
    """What was left out on purpose needs no advice."""
    assert advice([tell.route(reasons={"sampled_out": 40, "policy": 3, "refused": 1})]) == ()


def test_a_credential_is_one_sentence(tell: Any) -> None:
    """Over all routes, with what to do; not a cascade of findings."""
    routes = [tell.route(reasons={"credential": 2000}), tell.route(reasons={"credential": 1})]
    (sentence,) = advice(routes)
    assert sentence == (
        "The candidate refuses credentials that legacy issued before the run or in a login that was not mirrored "
        "(2,001 requests): share the signing key, mirror the login, or replace the field with [[mirror.header]]"
    )


def test_the_most_frequent_first(tell: Any) -> None:
    """Each reason that someone can remove has a sentence."""
    reasons = {"blocked": 1, "foreign_handle": 9, "state_drift": 30, "state_race": 4}
    told = advice([tell.route(reasons=reasons)])
    assert ["(30 requests)" in told[0], "(9 requests)" in told[1], "(1 request)" in told[3]] == [True] * 3
    assert told[2].startswith("Reads at the same time as a write of the same data (4 requests): ")


def test_abandoned_writes_are_told(tell: Any) -> None:
    """One may part the stores, so it is told however rare it is."""
    (sentence,) = advice([tell.route(reasons={"abandoned_write": 1})])
    assert sentence.startswith(
        "Writes whose client left before legacy answered: the stores may have parted (1 request): "
    )


def test_a_race_now_and_then_is_of_no_account(tell: Any) -> None:
    """Below one in a hundred requests nobody needs to do anything."""
    assert advice([tell.route(reasons={"state_race": 3})]) == ()


def test_a_full_queue_is_told(tell: Any) -> None:
    """A write that was shed parts the stores, and what differs then is no fault of the candidate."""
    (sentence,) = advice([tell.route(reasons={"queue_full": 1008})])
    assert sentence.startswith(
        "Requests that found a queue full; any write among them is missing on the candidate from then on (1,008 requests)"
    )


def test_a_replay_has_no_traffic_to_mirror_otherwise(tell: Any) -> None:
    """What is said of a live run would not help."""
    for reason in ("foreign_handle", "state_drift", "credential"):
        (sentence,) = advice([tell.route(reasons={reason: 1})], is_replay=True)
        assert "[mirror]" not in sentence
        assert "[[mirror.header]]" not in sentence
        assert "queue" not in sentence
