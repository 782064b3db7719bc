"""Edges, by what all sessions of a corpus show."""

from typing import Any

import pytest

from crossfade.parity_tests.mining.mine import Mined, mine, mine_traces
from crossfade.parity_tests.mining.traces import Consumed, Produced, Trace
from crossfade.shadow.bindings.edges import Place, place_text, read_place

MADE, LISTED = read_place("POST /orders body/no"), read_place("GET /orders body/all/*/no")
AFTER, LIMIT, MORE = (read_place(f"GET /search query/{name}") for name in ("after", "limit", "more"))
UUID = "2f1c0a1b-0a1b-4000-8000-0123456789a{}"


def shown(place: Place, number: int | str, again: int | str | None = None) -> Produced:
    """A value that is 50 more in the other run."""
    other = again if again is not None else int(number) + 50
    return Produced(place=place, text=str(number), again=str(other), candidate=None, forms=("number", None))


def trace(*events: Produced | Consumed) -> Trace:
    """What a session shows; its name follows from that."""
    return Trace(repr(events), events)


def session(first: int, *after: Produced | Consumed, before: tuple[Consumed, ...] = ()) -> Trace:
    """Three things are made; then a request carries values."""
    return trace(*before, *(shown(MADE, first + at) for at in range(3)), *after)


def edges(mined: tuple[Mined, ...]) -> list[tuple[str, float, int]]:
    """Where edges end, with their figures."""
    return [(place_text(item.edge.consumer), item.support, item.sessions) for item in mined]


def test_values_that_came_from_answers() -> None:
    """An edge, with what shows it."""
    traces = [session(3 * at, Consumed(AFTER, str(3 * at + 1))) for at in range(8)]
    (mined,) = mine_traces(traces)
    assert mined.edge.producers == (MADE,)
    assert (mined.support, mined.sessions, mined.legacy, mined.candidate) == (1.0, 8, "number", "")
    assert mined.edge.kind == "no"


def test_values_that_are_the_same_by_chance() -> None:
    """Small numbers that would be found in any session as often."""
    traces = [session(1, Consumed(LIMIT, "2"), Consumed(AFTER, str(at + 90))) for at in range(8)]
    assert mine_traces(traces) == ()
    traces = [
        trace(*(shown(MADE, number) for number in range(20)), Consumed(LIMIT, str(at)), Consumed(AFTER, str(at)))
        for at in range(8)
    ]
    assert mine_traces(traces) == ()


def test_half_of_the_values_is_enough() -> None:
    """Where recording began later, some come from no answer; less than half is no edge."""
    known = [session(3 * at, Consumed(AFTER, str(3 * at + 1))) for at in range(5)]
    lost = [session(3 * at, Consumed(AFTER, "900")) for at in range(5, 10)]
    assert edges(mine_traces(known + lost)) == [("GET /search query/after", 0.5, 5)]
    assert mine_traces([*known[:4], *lost]) == ()


def test_what_comes_before_its_kind_is_not_counted() -> None:
    """A session without any answer of the kind says nothing."""
    traces = [session(3 * at, Consumed(AFTER, str(3 * at + 1))) for at in range(5)]
    traces += [trace(Consumed(AFTER, "900")) for _ in range(20)]
    assert edges(mine_traces(traces)) == [("GET /search query/after", 1.0, 5)]


def test_too_few() -> None:
    """Two numbers may be chance; one long random value is none."""
    traces = [session(3 * at, Consumed(AFTER, str(3 * at + 1))) for at in range(2)]
    assert mine_traces(traces) == ()
    token = trace(shown(MADE, UUID.format(1), UUID.format(2)), Consumed(AFTER, UUID.format(1)))
    assert edges(mine_traces([token])) == [("GET /search query/after", 1.0, 1)]


def test_ids_that_were_there_before() -> None:
    """Do not count where the others can't be guessed: most of a client's reads may be of seeded things."""
    made, first = shown(MADE, UUID.format(1), UUID.format(2)), Consumed(AFTER, UUID.format(1))
    for alike, expected in ((True, [("GET /search query/after", 1.0, 1)]), (False, [])):
        seeded = (Consumed(AFTER, f"b-00{at}", alike) for at in range(9))
        assert edges(mine_traces([trace(made, first, *seeded)])) == expected


def test_a_session_that_was_played_twice() -> None:
    """Is one session."""
    traces = [session(3 * at, Consumed(AFTER, str(3 * at + 1))) for at in range(4)]
    assert edges(mine_traces(traces * 2)) == [("GET /search query/after", 1.0, 4)]


def test_a_name_that_says_it() -> None:
    """Needs no other sessions to be told from chance: all begin with the same numbers."""
    made, asked = read_place("POST /orders body/id"), read_place("GET /orders/* path/orders/*")
    traces = [
        trace(
            *(shown(made, at) for at in (1, 2)), Consumed(asked, "1"), Consumed(LIMIT, "1"), Consumed(MORE, str(more))
        )
        for more in range(70, 74)
    ]
    assert edges(mine_traces(traces)) == [("GET /orders/* path/orders/*", 1.0, 4)]


@pytest.mark.parametrize(("alike", "seeded"), [(True, True), (False, False), (None, False)])
def test_ids_that_no_answer_gave(alike: bool | None, seeded: bool) -> None:
    """Are on both sides where legacy's runs answer alike to them."""
    traces = [
        session(3 * at, Consumed(AFTER, str(3 * at + 1), alike=False), before=(Consumed(AFTER, "900", alike),))
        for at in range(8)
    ]
    (mined,) = mine_traces(traces)
    assert mined.edge.seeded is seeded


def test_all_places_that_fed_it() -> None:
    """What is listed is what was made, so both are of one kind."""
    traces = [
        session(3 * at, *(shown(LISTED, 3 * at + more) for more in range(3)), Consumed(AFTER, str(3 * at + 1)))
        for at in range(8)
    ]
    (mined,) = mine_traces(traces)
    assert mined.edge.producers == (LISTED, MADE)


def test_the_same_in_any_order(twice: Any) -> None:
    """Of the sessions, and from their messages."""
    sessions = [
        twice(
            f"s-{at}",
            [
                (("POST", "/orders", {"a": 1}), {"id": at}, {"id": at + 50}, {"id": UUID.format(at)}),
                (("GET", f"/orders/{at}", None), {"id": at}, {"id": at + 50}, {"id": UUID.format(at)}),
            ],
        )
        for at in range(5)
    ]
    (mined,) = mine(sessions, None)
    assert (mined.edge.kind, mined.legacy, mined.candidate, mined.support) == ("order", "number", "uuid", 1.0)
    assert mine(sessions[::-1], None) == (mined,)
