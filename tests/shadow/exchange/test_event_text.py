"""An event and its line are the same thing."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.exchange.event_text import event_line, read_event
from crossfade.shadow.exchange.events import Event, EventKind, Hidden, Side, from_events, to_events


@given(st.data())
def test_round_trip(comparisons: Any, data: st.DataObject) -> None:
    """Through one line of ASCII for each event."""
    comparison = data.draw(comparisons)
    lines = [event_line(event) for event in to_events(comparison)]
    assert all(line.isascii() and "\n" not in line for line in lines)
    assert from_events(read_event(json.loads(line)) for line in lines) == comparison


def _line(body: bytes | Hidden | None) -> dict[str, Any]:
    event = Event(comparison_id="c", side=Side.LEGACY, seq=1, kind=EventKind.SERVER_MESSAGE, body=body)
    record: dict[str, Any] = json.loads(event_line(event))
    assert read_event(record) == event
    return record


def test_a_body_is_text_where_it_can_be() -> None:
    """A person reads a recording with zstdcat."""
    assert _line(b'{"a": "\xc3\xa4"}')["text"] == '{"a": "ä"}'
    assert _line(b"\xff\x00")["base64"] == "/wA="
    assert _line(b"")["text"] == ""
    assert set(_line(None)) == {"id", "side", "seq", "event"}


def test_of_a_hidden_body_length_and_digest_are_written() -> None:
    """And nothing else."""
    assert _line(Hidden(size_bytes=7, digest="00ff"))["hidden"] == {"size_bytes": 7, "digest": "00ff"}
