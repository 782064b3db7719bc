"""What is kept is bounded, and heavy requests leave room for the others."""

from types import SimpleNamespace
from typing import Any

import pytest

from crossfade.shadow.asking.room import Room


@pytest.fixture
def room() -> Room:
    return Room(100)


def _pending(room: Room, held_bytes: int) -> Any:
    pending = SimpleNamespace(held_bytes=0, is_apart=False)
    room.hold(pending, held_bytes)  # type: ignore[arg-type] # of a request it reads no more
    return pending


def test_what_is_kept_is_bounded(room: Room) -> None:
    """For what begins by the bound, for a reply to what was let in by twice the bound."""
    _pending(room, 90)
    assert [room.takes(10), room.takes(11), room.takes_reply(110), room.takes_reply(111)] == [True, False, True, False]


def test_heavy_requests_leave_half_of_the_room(room: Room) -> None:
    """However many of them come, and also where the first alone is larger than all of it."""
    for size in (30, 15, 15, 5):
        room.hold_apart(_pending(room, size), 0)
    assert room.takes(35)
    large = Room(100)
    assert large.hold_apart(_pending(large, 500), 500)
    assert large.takes(50)
    assert not large.is_overfull
    assert not large.hold_apart(_pending(large, 1), 0)


def test_what_grows_past_the_bound_is_noticed(room: Room) -> None:
    """Beside heavy answers, which count as half of the room at most, too."""
    stream = _pending(room, 50)
    room.hold_apart(_pending(room, 200), 0)
    assert not room.is_overfull
    room.hold(stream, 1)
    assert room.is_overfull


def test_a_heavy_request_that_finds_no_room_counts_as_before(room: Room) -> None:
    """It is shed by whoever asked."""
    first, second = _pending(room, 20), _pending(room, 20)
    assert [room.hold_apart(first, 20), room.hold_apart(second, 20)] == [True, False]
    assert (room.held_bytes, second.is_apart) == (60, False)


def test_nothing_is_left_of_what_ended(room: Room) -> None:
    """Whatever was counted on the way."""
    first, second = _pending(room, 20), _pending(room, 30)
    room.hold_apart(first, 10)
    room.hold(first, 15)
    for pending in (first, second):
        room.release(pending)
    assert room.held_bytes == 0
    assert room.takes(100)
    assert room.hold_apart(_pending(room, 50), 0)
