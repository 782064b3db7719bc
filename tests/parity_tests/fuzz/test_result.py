"""What counts as a divergence."""

from dataclasses import replace

import pytest

from crossfade.parity_tests.corpus.records import Session
from crossfade.parity_tests.fuzz.result import BUDGET_ENDED, RESTS_ON_WRITES, Case
from crossfade.parity_tests.fuzz.stage import Found
from crossfade.shadow.exchange.difference import Fingerprint

CASE = Case(
    found=Found("web GET /notes", Fingerprint(template="body", kind="value")), session=Session(id="fuzz-1", calls=()),
    fields=0, shown=3, played=3, is_smallest=True, after_writes=False, path="body", legacy="1", candidate="2", java_fix="",
)  # fmt: skip


@pytest.mark.parametrize(
    ("shown", "after_reset", "is_steady"),
    [(3, None, True), (3, True, True), (2, None, False), (0, None, False), (3, False, False)],
    ids=str,
)
def test_a_divergence_is_seen_each_time(shown: int, after_reset: bool | None, is_steady: bool) -> None:
    """And from the services' first state, where they can be put there."""
    case = replace(CASE, shown=shown, after_reset=after_reset)
    assert case.is_steady is is_steady
    assert case.id == "fuzz-1"


@pytest.mark.parametrize(
    ("is_smallest", "after_writes", "after_reset", "minimal", "why"),
    [
        (True, False, None, True, ""),
        (True, True, True, True, ""),
        (True, True, None, None, RESTS_ON_WRITES),
        (False, True, None, False, BUDGET_ENDED),
    ],
)
def test_minimal_is_claimed_where_it_is_known(
    is_smallest: bool, after_writes: bool, after_reset: bool | None, minimal: bool | None, why: str
) -> None:
    """Not where it may need what was written before it."""
    case = replace(CASE, is_smallest=is_smallest, after_writes=after_writes, after_reset=after_reset)
    assert (case.minimal, case.why_not_minimal) == (minimal, why)
