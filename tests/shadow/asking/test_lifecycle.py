"""The life of a mirrored request: what may follow what."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.asking.lifecycle import (
    CLIENT,
    GIVEN,
    LATE,
    OBEYED,
    WORK,
    Client,
    Event,
    Given,
    IllegalEventError,
    Lifecycle,
    State,
    Table,
    Work,
)

TABLES = (CLIENT, GIVEN, WORK)


def lived(events: str, *, live: bool = False, write: bool = False) -> Lifecycle:
    """A life in which these events came."""
    life = Lifecycle(live=live, write=write)
    for name in events.split():
        life.advance(Event(name))
    return life


def may(life: Lifecycle, event: Event) -> bool:
    """Whether the event is legal; it is taken then."""
    try:
        life.advance(event)
    except IllegalEventError:
        return False
    return True


@pytest.mark.parametrize(
    ("events", "states"),
    [
        ("turn send answer judge end", (Client.WHOLE, Given.ANSWERED, Work.ENDED)),
        ("answer turn send give_up", (Client.WHOLE, Given.ANSWERED, Work.UNCOMPARED)),
        ("turn send answer_head answer_part follow answer judge", (Client.WHOLE, Given.STREAMED, Work.JUDGED)),
        ("turn send answer_head follow cut", (Client.WHOLE, Given.CUT, Work.FOLLOWED)),
        ("turn lose end", (Client.WHOLE, Given.LOST, Work.ENDED)),
        ("turn send failure stop end", (Client.WHOLE, Given.FAILED, Work.ENDED)),
    ],
)
def test_a_whole_request(events: str, states: tuple[State, ...]) -> None:
    """From its turn to its end, whenever legacy answers."""
    life = lived(events)
    assert all(life.is_in({state}) for state in states)


@pytest.mark.parametrize(
    ("events", "states"),
    [
        ("request_part turn send request_part request_end pass_on", (Client.PASSED_ON, Given.AWAITED, Work.SENT)),
        ("answer_head turn send follow request_part", (Client.COMING, Given.STREAMING, Work.FOLLOWED)),
        ("request_end answer turn send pass_on judge", (Client.PASSED_ON, Given.ANSWERED, Work.JUDGED)),
        ("lose", (Client.QUIET, Given.LOST, Work.RECEIVED)),
    ],
)
def test_a_live_request(events: str, states: tuple[State, ...]) -> None:
    """It begins with its first part, its end, or with legacy's answer."""
    life = lived(events, live=True)
    assert all(life.is_in({state}) for state in states)


@pytest.mark.parametrize(
    ("events", "event", "live"),
    [
        ("turn send", "send", False),
        ("", "send", False),
        ("turn send answer judge", "judge", False),
        ("turn send", "judge", False),
        ("turn send answer", "follow", False),
        ("turn send failure", "judge", False),
        ("end", "send", False),
        ("end", "end", False),
        ("", "request_part", False),
        ("", "request_end", False),
        ("", "answer_part", False),
        ("", "cut", False),
        ("turn send answer_head", "answer_head", False),
        ("request_end", "request_part", True),
        ("request_end", "request_end", True),
        ("request_part turn send", "pass_on", True),
        ("turn stop", "send", False),
    ],
)
def test_what_may_not_come(events: str, event: str, live: bool) -> None:
    """A second sending, a judgement without an answer, parts of what is whole: an error that names all states."""
    life = lived(events, live=live)
    before = life._states
    with pytest.raises(IllegalEventError, match=rf"^request: expected an event that may follow .*, got {event}$"):
        life.advance(Event(event))
    assert life._states == before


@pytest.mark.parametrize("first", ["answer", "failure", "lose", "answer_head answer", "answer_head cut"])
@pytest.mark.parametrize("late", ["answer", "failure", "lose", "cut", "answer_part", "answer_head"])
def test_what_comes_too_late(first: str, late: str) -> None:
    """After the end of legacy's answer, nothing that is told of it changes anything."""
    life = lived(first)
    before = life._states
    assert not life.advance(Event(late))
    assert life._states == before


@pytest.mark.parametrize("late", ["follow", "judge", "give_up", "stop"])
def test_what_is_stopped_may_run_to_its_next_pause(late: str) -> None:
    """What it still finds out does not count."""
    life = lived("turn send answer_head stop")
    assert not life.advance(Event(late))
    assert life.is_in({Work.STOPPED})


@pytest.mark.parametrize(("live", "event"), [(False, Event.SEND), (True, Event.PASS_ON)])
@pytest.mark.parametrize(
    "legacy", ["", "failure", "lose", "answer_head", "answer_head cut", "answer", "answer_head answer"]
)
def test_a_write_waits_for_legacy(live: bool, event: Event, legacy: str) -> None:
    """No side gets a whole write before legacy has done it; a safe request need not wait."""
    before = "request_end turn send" if live else "turn"
    write, read = (lived(f"{before} {legacy}", live=live, write=kind) for kind in (True, False))
    assert may(write, event) == write.is_in(OBEYED) == legacy.endswith("answer")
    assert may(read, event)


def reachable(table: Table, first: State) -> Iterator[State]:
    """The states of a machine that some events lead to."""
    found, new = set[State](), {first}
    while new:
        found |= new
        new = {state for at in new for state in table[at].values() if state is not LATE} - found  # type: ignore[misc]
    return iter(found)


def test_the_tables_are_complete() -> None:
    """Each state has a row, and some events lead to it; each event is in a table."""
    kinds = (Client, Given, Work)
    firsts = ((Client.WHOLE, Client.QUIET), (Given.AWAITED,), (Work.RECEIVED,))
    for table, kind, first in zip(TABLES, kinds, firsts, strict=True):
        assert set(table) == set(kind)
        assert {state for begin in first for state in reachable(table, begin)} == set(kind)
    assert {event for table in TABLES for row in table.values() for event in row} == set(Event)
    assert len({*Client, *Given, *Work}) == sum(map(len, kinds))


@given(st.booleans(), st.booleans(), st.lists(st.sampled_from(Event), max_size=40))
def test_any_events(live: bool, write: bool, events: list[Event]) -> None:
    """Sent once at most, judged once at most, and never judged without legacy's answer; it can always end, once."""
    life = Lifecycle(live=live, write=write)
    taken = []
    for event in events:
        try:
            if life.advance(event):
                taken.append(event)
        except IllegalEventError:
            continue
    assert taken.count(Event.SEND) <= 1
    assert sum(event in {Event.JUDGE, Event.GIVE_UP} for event in taken) <= 1
    if Event.JUDGE in taken:
        before = taken[: taken.index(Event.JUDGE)]
        assert Event.SEND in before
        assert {Event.ANSWER, Event.ANSWER_HEAD} & set(before)
    assert may(life, Event.END) == (Event.END not in taken)
    assert life.is_in({Work.ENDED})
