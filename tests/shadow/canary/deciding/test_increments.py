"""What came since the last tick, whatever processes start or don't answer."""

from crossfade.shadow.canary.deciding.increments import Increment, increments, latest
from crossfade.shadow.serving.counts import ServedCounts, ServedRoute, SideCounts


def _counts(epoch: str, candidate: int, errors: int = 0, latency: tuple[int, ...] = ()) -> ServedCounts:
    side = SideCounts(requests=candidate, errors=errors, latency=latency)
    return ServedCounts(epoch=epoch, at=0.0, routes=(ServedRoute(route="a", candidate=side, fallback=errors),))


def test_the_difference_to_the_last_tick() -> None:
    """By process, and summed over them."""
    seen = (_counts("x", 10, 1, (1, 2)), _counts("y", 5))
    found = increments(seen, (_counts("x", 15, 2, (3, 2)), _counts("y", 6)))
    assert found == {"a": Increment(candidate=6, candidate_errors=1, candidate_latency=(2, 0), fallback=1)}


def test_what_was_before_the_first_tick_is_left_out() -> None:
    """It belongs to no rollout."""
    assert increments((), (_counts("x", 100),)) == {}


def test_a_process_that_started_again_counts_from_0() -> None:
    """All that it has is new."""
    assert increments((_counts("x", 100),), (_counts("z", 7),))["a"].candidate == 7


def test_a_process_that_did_not_answer_once_is_remembered() -> None:
    """So nothing counts twice when it answers again."""
    seen = latest((_counts("x", 100), _counts("y", 5)), (_counts("y", 6),))
    assert increments(seen, (_counts("x", 103),))["a"].candidate == 3


def test_counts_that_fall_are_nothing() -> None:
    """They never do; if they did, no request would have been taken back."""
    assert increments((_counts("x", 100),), (_counts("x", 90),))["a"].candidate == 0


def test_many_processes_are_bounded() -> None:
    """The newest are kept."""
    seen: tuple[ServedCounts, ...] = ()
    for number in range(200):
        seen = latest(seen, (_counts(str(number), 1),))
    assert len(seen) == 64
    assert seen[-1].epoch == "199"
