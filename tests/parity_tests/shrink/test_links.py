"""Which calls need which."""

from typing import Any

from crossfade.parity_tests.corpus.records import Session
from crossfade.parity_tests.shrink.links import Links


def links(*calls: Any) -> Links:
    """The links of a session of these calls."""
    return Links(Session(id="s", calls=calls), None)


def test_who_carries_what_was_given(call_of: Any) -> None:
    """A path that has the id of an answer needs the call that was answered so."""
    found = links(
        call_of("POST", "/notes", {"text": "a"}, {"id": 1}),
        call_of("POST", "/notes", {"text": "b"}, {"id": 2}),
        call_of("GET", "/notes", None, {"notes": [{"id": 1}, {"id": 2}]}),
        call_of("GET", "/notes/2", None, {"id": 2}),
        call_of("PUT", "/notes/2", {"text": "c"}, {"id": 2}),
    )
    assert [sorted(item) for item in found.producers] == [[], [], [], [1], [1]]
    assert found.handles == {"2"}
    assert found.with_producers(4) == (1, 4)
    assert found.closed((0, 3, 4)) == (0,)
    assert found.closed((1, 2, 3)) == (1, 2, 3)


def test_a_chain(call_of: Any) -> None:
    """What needs what needs another call needs that, too."""
    token = "4f2c9a7e1b8d4f2c9a7e"
    found = links(
        call_of("POST", "/notes", None, {"token": token}),
        call_of("GET", "/notes", None, {"id": 7}, headers=(("Authorization", f"Bearer {token}"),)),
        call_of("GET", "/notes/7"),
    )
    assert found.with_producers(2) == (0, 1, 2)
    assert found.closed((1, 2)) == ()


def test_the_clients_own(call_of: Any) -> None:
    """What a client sent first is no handle, though an answer repeats it."""
    found = links(call_of("PUT", "/notes/9", {"a": 1}, {"id": 9}), call_of("GET", "/notes/9"))
    assert found.producers == (frozenset(), frozenset())
    assert not found.handles


def test_ids_of_two_kinds(call_of: Any) -> None:
    """Of two answers that gave the same short id, that of the same collection is needed."""
    found = links(
        call_of("POST", "/users", None, {"id": 1}),
        call_of("POST", "/notes", None, {"id": 1}),
        call_of("GET", "/notes/1"),
        call_of("POST", "/likes", {"user_id": 1}),
    )
    assert [sorted(item) for item in found.producers[2:]] == [[1], [0]]


def test_quantities_are_no_handles(call_of: Any) -> None:
    """A number that stands where no id does needs nothing."""
    found = links(call_of("POST", "/notes", None, {"id": 3}), call_of("GET", "/notes?limit=3"))
    assert found.producers[1] == frozenset()
