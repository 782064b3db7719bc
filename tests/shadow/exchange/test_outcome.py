"""Where a request ended is one of a closed list."""

from crossfade.shadow.exchange.outcome import COMPARED, Outcome, Reason


def test_outcomes_are_closed() -> None:
    """Eight words, which stand in stored evidence and in reports."""
    expected = "matched diverged noise candidate_failed legacy_failed shed skipped uncomparable"
    assert [outcome.value for outcome in Outcome] == expected.split()


def test_what_was_compared() -> None:
    """A candidate that failed was compared, and is a divergence; what was not judged is not equal."""
    assert {Outcome.MATCHED, Outcome.DIVERGED, Outcome.NOISE, Outcome.CANDIDATE_FAILED} == COMPARED


def test_reasons_are_words() -> None:
    """Lower case, so that a report and a config can hold them; none is an outcome."""
    for reason in Reason:
        assert reason.value == reason.name.lower()
        assert reason.value not in [outcome.value for outcome in Outcome]
