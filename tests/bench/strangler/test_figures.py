"""What counts as a lost call, as a call of two sides, and as a switch without effect."""

from types import SimpleNamespace
from typing import Any

import pytest

GOOD = {"entered": 3, "equal": 1, "unequal": 1, "shed: queue_full": 1}


@pytest.fixture
def call(strangler: SimpleNamespace) -> Any:
    """A call that began at a moment and was decided and over soon after."""

    def call(began: float, *signs: str, wrong: str = "") -> Any:
        times = {"due": began, "began": began, "decided": began + 0.1, "ended": began + 0.5}
        return strangler.calls.Call(number=0, rpc="Say", signs=set(signs), wrong=wrong, **times)

    return call


@pytest.fixture
def switches(strangler: SimpleNamespace) -> Any:
    """One second of each mode, the first tenth of which nothing is known."""
    modes = ("LEGACY", "PORTED", "CANARY 50%")
    return [
        strangler.figures.Switch(mode=mode, written=at, held=at + 0.1, until=at + 1.0) for at, mode in enumerate(modes)
    ]


@pytest.fixture
def calls(call: Any) -> Any:
    """What must come of these switches."""
    return [call(0.2, "legacy"), call(1.2, "candidate"), call(2.2, "legacy"), call(2.3, "candidate")]


def test_all_is_well(strangler: SimpleNamespace, calls: Any, switches: Any, call: Any) -> None:
    """A call that was decided while a switch came may be on either side."""
    either = [call(1.05, "legacy"), call(1.05, "candidate"), call(0.95, "candidate")]
    assert strangler.figures.faults([*calls, *either], switches, GOOD) == []


def test_a_lost_call(strangler: SimpleNamespace, calls: Any, switches: Any, call: Any) -> None:
    """A call that did not end OK is shown with what it said."""
    lost = call(1.3, "candidate", wrong="UNAVAILABLE: gone")
    assert strangler.figures.faults([*calls, lost], switches, GOOD) == [
        "1 calls lost or wrong: Say 0: UNAVAILABLE: gone"
    ]


def test_a_call_on_the_wrong_side(strangler: SimpleNamespace, calls: Any, switches: Any, call: Any) -> None:
    """It began while the mode held, and went elsewhere."""
    (fault,) = strangler.figures.faults([*calls, call(1.5, "legacy")], switches, GOOD)
    assert fault == "switch 1 to PORTED: expected candidate, got ['candidate', 'legacy']"


def test_a_call_of_two_sides(strangler: SimpleNamespace, calls: Any, switches: Any, call: Any) -> None:
    """Its side is unknown, which is no side that a mode sends it to."""
    (fault,) = strangler.figures.faults([*calls, call(1.5, "legacy", "candidate")], switches, GOOD)
    assert "'?'" in fault


def test_a_switch_that_nobody_saw(strangler: SimpleNamespace, calls: Any, switches: Any) -> None:
    """Without a call there is no effect to speak of."""
    (fault,) = strangler.figures.faults(calls[1:], switches, GOOD)
    assert fault == "switch 0 to LEGACY: expected legacy, got []"


def test_a_canary_of_one_side(strangler: SimpleNamespace, calls: Any, switches: Any) -> None:
    """A share that is never asked is no canary."""
    assert strangler.figures.faults(calls[:-1], switches, GOOD) == ["CANARY: expected both sides, got ['legacy']"]


def test_a_comparison_that_is_not_accounted_for(strangler: SimpleNamespace, calls: Any, switches: Any) -> None:
    """What entered is equal, unequal or shed."""
    (fault,) = strangler.figures.faults(calls, switches, GOOD | {"entered": 4})
    assert fault == "comparisons: 4 entered, but 3 have an outcome"


def test_the_sums(strangler: SimpleNamespace, calls: Any, switches: Any) -> None:
    """The table has a row for each RPC and one for all."""
    text = "\n".join(strangler.figures.lines(calls, switches, GOOD))
    assert "| all | 4 | 4 | 0, 0 | 2 | 2 |" in text
    assert "switches: 3" in text
