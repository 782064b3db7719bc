"""What counts as a divergence."""

import pytest

from crossfade.parity_tests.corpus.records import Session
from crossfade.parity_tests.fuzz.result import Case
from crossfade.parity_tests.fuzz.stage import Found
from crossfade.shadow.exchange.difference import Fingerprint


@pytest.mark.parametrize(
    ("shown", "after_reset", "is_steady"),
    [(3, None, True), (3, True, True), (2, None, False), (0, None, False), (3, False, False)],
    ids=str,
)
def test_a_divergence_is_seen_each_time(shown: int, after_reset: bool | None, is_steady: bool) -> None:
    """And from the services' first state, where they can be put there."""
    found = Found("web GET /notes", Fingerprint(template="body", kind="value"))
    case = Case(
        found=found, session=Session(id="fuzz-1", calls=()), fields=0, shown=shown, played=3, minimal=True, path="body",
        legacy="1", candidate="2", java_fix="", after_reset=after_reset,
    )  # fmt: skip
    assert case.is_steady is is_steady
    assert case.id == "fuzz-1"
