"""What may be sent now."""

import pytest

from crossfade.shadow.asking.admission import Admission
from crossfade.shadow.asking.ended import Ended
from crossfade.shadow.exchange.outcome import Outcome, Reason


def test_places_for_streams() -> None:
    """As many as there are, and each is free again at its end."""
    admission = Admission(2)
    for _ in range(3):
        with admission.stream(), admission.stream():
            assert admission.in_use() == (0, 2)
            with pytest.raises(Ended) as raised, admission.stream():
                pass
            assert raised.value.settled == (Outcome.SHED, Reason.QUEUE_FULL)
    assert admission.in_use() == (0, 0)


async def test_calls_are_counted_apart() -> None:
    """A stream takes no call's slot."""
    admission = Admission(1)
    with admission.stream():
        async with admission.calls:
            assert admission.in_use() == (1, 1)


def test_the_kill_switch() -> None:
    """While it is on nothing passes."""
    admission = Admission(1)
    admission.refuse_when_off()
    admission.is_off = lambda: True
    with pytest.raises(Ended) as raised:
        admission.refuse_when_off()
    assert raised.value.settled == (Outcome.SKIPPED, Reason.MIRROR_OFF)


def test_requests_that_are_asked_again_are_bounded() -> None:
    """One more has no place; it is told so and goes on."""
    admission = Admission(1)
    for _ in range(2):
        with admission.second_look() as first, admission.second_look() as second:
            assert (first, second) == (True, False)
