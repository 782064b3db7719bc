"""A side's stream is compared in legacy's words."""

from typing import Any

import pytest

from crossfade.shadow.bindings.sides import Side
from crossfade.shadow.bindings.translation import _LEARNT, Translation


class Dictionary:
    """Stands for bindings: learns that two messages are one."""

    def __init__(self) -> None:
        self.known: dict[bytes, bytes] = {}
        self.asked: list[tuple[Any, ...]] = []

    def learn_message(self, legacy: bytes, other: bytes, *place: Any, route: str, write: bool) -> None:
        """As bindings do."""
        self.asked.append((*place, route, write))
        self.known[other] = legacy

    def map_message(self, data: bytes, *_: Any) -> bytes:
        """As bindings do."""
        return self.known.get(data, data)


def test_the_first_messages_are_learnt_from_and_all_are_translated() -> None:
    """By then a session and its cursor have been named."""
    bindings = Dictionary()
    translation = Translation(bindings, "GET /a", Side.SECONDARY, None, write=True)  # type: ignore[arg-type]
    given = [translation(b"legacy %d" % number, b"own %d" % number) for number in range(_LEARNT + 1)]
    assert given == [*(b"legacy %d" % number for number in range(_LEARNT)), b"own %d" % _LEARNT]
    assert translation(b"legacy", b"own 3") == b"legacy 3"
    assert bindings.asked == [(None, Side.SECONDARY, "GET /a", True)] * _LEARNT


@pytest.mark.parametrize(
    ("text", "data"),
    [
        (b'{"id": 1}', b'{"id": 1}'),
        (b'id: 7\ndata: {"id": 1}\n\n', b'{"id": 1}'),
        (b'data:{"id":\r\ndata: 1}\r\n\r\n', b'{"id":\n1}'),
        (b"event: ping\n\n", b"event: ping\n\n"),
    ],
)
def test_an_event_is_learnt_by_its_data(text: bytes, data: bytes) -> None:
    """Its fields stand around a JSON text."""
    bindings = Dictionary()
    Translation(bindings, "GET /a", Side.CANDIDATE, None, write=False)(text, text)  # type: ignore[arg-type]
    assert bindings.known == {data: data}
