"""Which elements are alike."""

import time

from crossfade.shadow.compare.diff.leaves import leaves_of
from crossfade.shadow.compare.diff.likeness import pairs_alike
from crossfade.shadow.exchange.difference import Value


def alike(ours: list[Value], theirs: list[Value], least: float = 0.0) -> list[tuple[int, int]]:
    left, right = ({index: leaves_of(item) for index, item in enumerate(side)} for side in (ours, theirs))
    return pairs_alike(left, right, lambda _one, _two: least)


def test_by_what_few_others_have() -> None:
    """Wherever they stand; what all share says nothing."""
    ours: list[Value] = [{"type": "a", "x": n, "y": n * 7} for n in range(20)]
    theirs: list[Value] = [{"type": "a", "x": n, "y": 0} for n in range(19, -1, -1)]
    assert alike(ours, theirs) == [(n, 19 - n) for n in range(20)]
    assert alike([{"type": "a", "x": n} for n in range(20)], [{"type": "a", "x": -n} for n in range(20, 40)]) == []


def test_the_most_alike_first_and_the_nearest_of_equals() -> None:
    """Each element has one partner."""
    assert alike([{"a": 1, "b": 2, "c": 3}], [{"a": 1, "b": 2, "c": 4}, {"a": 1, "b": 2, "c": 3}]) == [(0, 1)]
    assert alike([{"a": 1, "b": 2}] * 3, [{"a": 1, "b": 3}] * 3) == [(0, 0), (1, 1), (2, 2)]


def test_in_order() -> None:
    """No pair crosses one that is more alike; of two that exchange their places neither is taken."""
    ours: list[Value] = [{"a": 1, "b": 2, "c": 3}, {"a": 4, "b": 5, "c": 6}, {"a": 7, "b": 8, "c": 9}]
    theirs: list[Value] = [ours[1], {"a": 1, "b": 2, "c": 0}, {"a": 7, "b": 8, "c": 0}]
    left, right = ({index: leaves_of(item) for index, item in enumerate(side)} for side in (ours, theirs))
    assert pairs_alike(left, right, lambda _one, _two: 0.0, in_order=True) == [(1, 0), (2, 2)]
    assert pairs_alike(left, {0: left[1], 1: left[0]}, lambda _one, _two: 0.0, in_order=True) == []


def test_less_than_the_least_is_not_alike() -> None:
    """One leaf of many, or fewer than is asked for."""
    assert alike([{"a": 1, "b": 2, "c": 3}], [{"a": 1, "b": 4, "c": 5}]) == []
    assert alike([{"a": 1, "b": 2}], [{"a": 1, "b": 3}], least=0.5) == []
    assert alike([{"a": 1, "b": 2}], [{"a": 1, "b": 3}], least=0.3) == [(0, 0)]


def test_elements_that_share_a_little_with_many_take_bounded_time() -> None:
    """Sixty leaves, each of which eight others have."""
    ours: list[Value] = [{f"k{at}": (n * (at + 1)) % 250 for at in range(60)} for n in range(1000)]
    started = time.process_time()
    alike(ours, ours[::-1])
    assert time.process_time() - started < 10


def test_many_elements_take_linear_time() -> None:
    """Few values, which all have."""
    ours: list[Value] = [{"a": n % 5, "b": n % 11, "c": n % 2} for n in range(20_000)]
    started = time.process_time()
    alike(ours, ours)
    assert time.process_time() - started < 5
