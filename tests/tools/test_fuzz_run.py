"""What a run of fuzzing ends with."""

from typing import Any

import pytest

from crossfade.parity_tests.fuzz.result import INTERRUPTED, Fuzzed
from crossfade.parity_tests.fuzz.stage import Tally
from crossfade.tools.errors import ExitCode
from crossfade.tools.fuzz_run import exit_code

ASKED = {"GET /a": Tally(sent=2, compared=2, done=1)}
REFUSED = {"GET /a": Tally(sent=2, compared=2, done=0)}


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({}, ExitCode.PASS),
        ({"tallies": REFUSED}, ExitCode.INCONCLUSIVE),
        ({"tallies": {}}, ExitCode.INCONCLUSIVE),
        ({"left_out": {"GET /b": "no answer in time"}}, ExitCode.INCONCLUSIVE),
        ({"ended": INTERRUPTED}, ExitCode.INTERRUPTED),
    ],
)
def test_the_exit_code(values: dict[str, Any], code: ExitCode) -> None:
    """What could not be said of a route is never a pass."""
    usual = {"seed": 1, "cases": (), "tallies": ASKED, "nowhere": (), "left_out": {}, "accepted": ()}
    usual |= {"tried": 1, "sent": 2, "seconds": 1.0, "ended": "all examples were tried"}
    assert exit_code(Fuzzed(**(usual | values))) is code  # type: ignore[arg-type]
