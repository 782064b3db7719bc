"""It finds a fault that begins late nearly as soon as an early one, and is still wrong no more often than said."""

import math

import numpy as np

from crossfade.shadow.canary.deciding.arms import log_factors_above
from crossfade.shadow.canary.deciding.detector import log_evidence, restarted, watched
from crossfade.shadow.canary.deciding.records import NO_EVIDENCE, Arms, Detector

GOOD = Arms(candidate=50, legacy=450)
BAD = Arms(candidate=50, candidate_bad=5, legacy=450)


def _after(detector: Detector, look: Arms, times: int) -> Detector:
    for _ in range(times):
        detector = watched(detector, log_factors_above(look, 0.01, look), 0.2)
    return detector


def _looks_until_found(detector: Detector) -> int:
    looks = 0
    while log_evidence(detector) < math.log(1000):
        detector, looks = _after(detector, BAD, 1), looks + 1
    return looks


def test_nothing_was_seen() -> None:
    """There is no evidence of anything."""
    assert log_evidence(Detector()) == NO_EVIDENCE


def test_a_late_fault() -> None:
    """After 2,000 looks without one it takes some looks more."""
    looks = [_looks_until_found(Detector()), _looks_until_found(_after(Detector(), GOOD, 2000))]
    assert looks[0] <= 4
    assert looks[1] <= 8


def test_the_bets_together_are_fair() -> None:
    """All that begin in their time add up to less than the stake."""
    detector = Detector()
    for _ in range(100_000):
        detector = watched(detector, (0.0,), 0.25)
    assert 0.15 < math.exp(log_evidence(detector)) < 0.25


def test_after_a_restart_a_look_counts_as_the_first() -> None:
    """So a fault that a new weight brings is found sooner."""
    long = _after(Detector(), GOOD, 5000)
    again = restarted(long)
    assert log_evidence(again) == log_evidence(long)
    assert log_evidence(_after(again, BAD, 2)) > log_evidence(_after(long, BAD, 2))


def test_false_alarms() -> None:
    """At the edge of the hypothesis, looked at each time, with a stake of 1: at most as often as said."""
    rng, alarms, runs = np.random.default_rng(11), 0, 300
    for _ in range(runs):
        detector = Detector()
        for _ in range(80):
            look = Arms(
                candidate=30,
                candidate_bad=int(rng.binomial(30, 0.04)),
                legacy=70,
                legacy_bad=int(rng.binomial(70, 0.02)),
            )
            detector = watched(detector, log_factors_above(look, 0.02, look), 1.0)
            if log_evidence(detector) >= math.log(20):
                alarms += 1
                break
    assert alarms <= 0.05 * runs
