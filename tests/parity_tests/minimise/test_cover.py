"""Takes calls until all is shown."""

from hypothesis import given
from hypothesis import strategies as st

from crossfade.parity_tests.minimise.cover import cover

CALLS = st.lists(st.lists(st.integers(0, 15), max_size=5, unique=True), max_size=5)


def shown(sessions: list[list[list[int]]], taken: dict[int, int]) -> set[int]:
    """What the calls that were taken show."""
    return {item for number, end in taken.items() for call in sessions[number][:end] for item in call}


@given(sessions=st.lists(CALLS, max_size=8), whole=st.sets(st.integers(0, 7), max_size=2))
def test_all_is_shown(sessions: list[list[list[int]]], whole: set[int]) -> None:
    """Everything that any call shows, with all calls of those sessions that are whole, and no last call is needless."""
    given_whole = {number: len(sessions[number]) for number in sorted(whole) if number < len(sessions)}
    taken = cover(sessions, given_whole)
    everything = shown(sessions, {number: len(calls) for number, calls in enumerate(sessions)})
    assert shown(sessions, taken) == everything
    assert all(taken[number] == end for number, end in given_whole.items() if end)
    for number, end in taken.items():
        if end > given_whole.get(number, 0):
            assert shown(sessions, {**taken, number: end - 1}) < everything


def test_what_comes_after_the_last_new_call_is_left() -> None:
    """A session ends where it shows nothing new, and none is taken that shows nothing."""
    assert cover([[[1], [2, 3], [1]], [[2]], []], {}) == {0: 2}


def test_the_most_for_its_calls_is_taken_first() -> None:
    """One call that shows three comes before three calls that show four."""
    assert cover([[[1], [2], [3, 4]], [[1, 2, 3]], [[4]]], {}) == {1: 1, 2: 1}


def test_what_is_taken_in_any_case_counts() -> None:
    """What it shows is not looked for elsewhere."""
    assert cover([[[1, 2], []], [[1]], [[2], [3]]], {0: 2}) == {0: 2, 2: 2}


@given(sessions=st.lists(CALLS, max_size=8), most=st.integers(0, 12))
def test_no_more_is_taken_than_there_is_room_for(sessions: list[list[list[int]]], most: int) -> None:
    """What is left out would not have fitted, or shows nothing new."""
    taken = cover(sessions, {}, most)
    left = most - sum(taken.values())
    assert left >= 0
    shown = {item for number, end in taken.items() for call in sessions[number][:end] for item in call}
    for number, session in enumerate(sessions):
        start = taken.get(number, 0)
        assert shown.issuperset(item for call in session[: start + left] for item in call)


def test_what_is_taken_in_any_case_uses_up_the_room() -> None:
    """Also where it is more than that."""
    assert cover([[[1], [2]], [[3]]], {0: 2}, 3) == {0: 2, 1: 1}
    assert cover([[[1], [2]], [[3]]], {0: 2}, 2) == {0: 2}
    assert cover([[[1], [2]], [[3]]], {0: 2}, 1) == {0: 2}
