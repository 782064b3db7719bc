"""What is neither answer nor failure is counted always, and told once for each route."""

import logging
from collections.abc import Callable

import pytest

from crossfade.shadow.asking.clients.notes import Note, Notes, totals
from crossfade.shadow.exchange import Request


def test_counted_and_told(request_of: Callable[..., Request], caplog: pytest.LogCaptureFixture) -> None:
    """A line names side, what, route and one request; never a value."""
    notes = Notes("candidate", lambda request: request.target)
    with caplog.at_level(logging.WARNING):
        for number in range(5):
            notes.add(Note.BYTES_AFTER_ANSWER, request_of(f"id-{number}", target="/a", headers=(("A", "secret"),)))
        notes.add(Note.CLOSED_AS_USED, request_of("id-9", target="/a"))
    assert notes.counts == {Note.BYTES_AFTER_ANSWER: 5, Note.CLOSED_AS_USED: 1}
    first, second = caplog.messages
    assert first.startswith("candidate.bytes_after_answer route=/a id=id-0")
    assert second.startswith("candidate.closed_as_used route=/a id=id-9")
    assert "secret" not in caplog.text


def test_a_bound_on_lines(request_of: Callable[..., Request], caplog: pytest.LogCaptureFixture) -> None:
    """Routes may be many; the count goes on."""
    notes = Notes("candidate", lambda request: request.target)
    for number in range(100):
        notes.add(Note.CLOSED_AS_USED, request_of(target=f"/{number}"))
    assert (len(caplog.messages), notes.counts[Note.CLOSED_AS_USED]) == (20, 100)


def test_totals_over_ports(request_of: Callable[..., Request]) -> None:
    """By side and kind, in order."""
    candidates = [Notes("candidate"), Notes("candidate")]
    secondary = Notes("secondary")
    for notes in (*candidates, secondary):
        notes.add(Note.NOT_PROCESSED, request_of())
    candidates[0].add(Note.CLOSED_AS_USED, request_of())
    assert totals([*candidates, secondary]) == (
        ("candidate", "closed_as_used", 1),
        ("candidate", "not_processed", 2),
        ("secondary", "not_processed", 1),
    )
