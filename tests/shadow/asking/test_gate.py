"""What may be sent now."""

import pytest

from crossfade.shadow.asking.ended import Ended
from crossfade.shadow.asking.gate import Gate
from crossfade.shadow.exchange.outcome import Outcome, Reason


def test_places_for_streams() -> None:
    """As many as there are, and each is free again at its end."""
    gate = Gate(2)
    for _ in range(3):
        with gate.stream(), gate.stream():
            assert gate.in_use() == (0, 2)
            with pytest.raises(Ended) as raised, gate.stream():
                pass
            assert raised.value.settled == (Outcome.SHED, Reason.QUEUE_FULL)
    assert gate.in_use() == (0, 0)


async def test_calls_are_counted_apart() -> None:
    """A stream takes no call's slot."""
    gate = Gate(1)
    with gate.stream():
        async with gate.calls:
            assert gate.in_use() == (1, 1)


def test_the_kill_switch() -> None:
    """While it is on nothing passes."""
    gate = Gate(1)
    gate.refuse_when_off()
    gate.is_off = lambda: True
    with pytest.raises(Ended) as raised:
        gate.refuse_when_off()
    assert raised.value.settled == (Outcome.SKIPPED, Reason.MIRROR_OFF)
