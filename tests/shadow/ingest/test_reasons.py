"""Words for why a request was not compared."""

import re
from pathlib import Path

import pytest

from crossfade.shadow.exchange import outcome
from crossfade.shadow.exchange.outcome import CUTS, Outcome, Reason
from crossfade.shadow.ingest.reasons import end_of


def test_each_reason_has_its_outcome() -> None:
    """The outcome that outcome.py writes behind each reason; a cut is one of a request that was compared."""
    text = Path(outcome.__file__).read_text(encoding="utf-8")
    written = dict(re.findall(r'= "(\w+)"  # (\*?\w+):?', text))
    for reason in Reason:
        end = end_of(reason.value)
        if reason in CUTS:
            assert end is None
            continue
        wanted = Outcome.LEGACY_FAILED if written[reason.value] == "*_failed" else Outcome(written[reason.value])
        assert end == (wanted, reason)


def test_a_legacy_that_failed() -> None:
    """The service does not know how."""
    assert end_of("legacy_failed") == (Outcome.LEGACY_FAILED, Reason.RESET)


@pytest.mark.parametrize("word", ["", "matched", "equal", "queue-full", "None"])
def test_another_word(word: str) -> None:
    """None of the closed list."""
    assert end_of(word) is None
