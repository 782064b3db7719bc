"""Places of answers that hold the same ids."""

from crossfade.parity_tests.mining.kinds import kinds_of
from crossfade.parity_tests.mining.traces import Produced, Trace
from crossfade.shadow.bindings.edges import read_place

MADE, LISTED, OTHER = (read_place(text) for text in ("POST /a body/id", "GET /a body/all/*/id", "POST /b body/id"))


def shown(place: object, text: str, again: str, candidate: str | None = None) -> Produced:
    """One value."""
    return Produced(place=place, text=text, again=again, candidate=candidate, forms=("number", None))  # type: ignore[arg-type]


def test_the_same_things_are_of_one_kind() -> None:
    """A place that shows more of them, too."""
    trace = tuple(shown(MADE, str(at), str(at + 50)) for at in range(3)) + tuple(
        shown(LISTED, str(at), str(at + 50)) for at in range(9)
    )
    assert kinds_of([Trace("s", trace)]) == {MADE: LISTED, LISTED: LISTED}


def test_numbers_that_meet_by_chance() -> None:
    """Two are too few; of many, half must be the same for both runs, and for the candidate."""
    few = tuple(shown(place, str(at), str(at + 50)) for at in range(2) for place in (MADE, OTHER))
    assert kinds_of([Trace("s", few)]) == {MADE: MADE, OTHER: OTHER}
    shifted = tuple(
        shown(place, str(at), str(at + 50 + (place is OTHER))) for at in range(9) for place in (MADE, OTHER)
    )
    assert kinds_of([Trace("s", shifted)])[OTHER] == OTHER
    others = tuple(
        shown(place, str(at), str(at + 50), f"{place is OTHER}{at}") for at in range(9) for place in (MADE, OTHER)
    )
    assert kinds_of([Trace("s", others)])[OTHER] == OTHER


def test_a_long_random_value_is_enough() -> None:
    """It is not the same by chance."""
    token = "2f1c0a1b-0a1b-4000-8000-0123456789ab"
    assert kinds_of([Trace("s", (shown(MADE, token, "x"), shown(LISTED, token, "x")))]) == {
        MADE: LISTED,
        LISTED: LISTED,
    }


def test_sessions_are_apart() -> None:
    """A number of one session says nothing of that number in another one."""
    traces = [Trace("a", (shown(MADE, str(at), str(at + 50)),)) for at in range(5)]
    traces += [Trace("b", (shown(OTHER, str(at), str(at + 50)),)) for at in range(5)]
    assert kinds_of(traces) == {MADE: MADE, OTHER: OTHER}
