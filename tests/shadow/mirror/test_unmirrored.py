"""A write that one side alone gets is told of twice, as far as there is room."""

from collections.abc import Callable

import pytest

from crossfade.shadow.exchange import Answer, Request
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.served import Served
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.mirror.unmirrored import UnmirroredWrites
from crossfade.shadow.pipe.frames import Frame, UnmirroredFrame, WriteFrame

ROUTE = RouteInfo(route="POST /a", protocol="http", call_type="http", stage=Stage.SHADOW)


@pytest.mark.parametrize("served", list(Served))
def test_who_got_it(request_of: Callable[..., Request], answer_of: Callable[..., Answer], served: Served) -> None:
    """Its end says so; one that fell back was legacy's after all."""
    frames: list[Frame] = []
    writes = UnmirroredWrites(frames.append, lambda _: True)
    for request_id in "12":
        writes.take(request_id, ROUTE, served)
        writes.came(request_of(request_id, method="POST"))
    writes.came(request_of("no write"))
    writes.fell_back("2")
    for request_id in "123":
        writes.ended(request_id, answer_of())
    assert [type(frame) for frame in frames] == [WriteFrame, WriteFrame, UnmirroredFrame, UnmirroredFrame]
    assert [frame.served for frame in frames if isinstance(frame, UnmirroredFrame)] == [served, Served.LEGACY]
    assert len(writes) == 0


def test_no_room(request_of: Callable[..., Request], answer_of: Callable[..., Answer]) -> None:
    """Of what was told of, the end is told without bodies; of the rest nothing."""
    frames: list[Frame] = []
    room = [True, False, False, False]
    writes = UnmirroredWrites(frames.append, lambda _: room.pop(0))
    for request_id in "12":
        writes.take(request_id, ROUTE, Served.LEGACY)
        writes.came(request_of(request_id, method="POST", body=b"x"))
    for request_id in "12":
        writes.ended(request_id, answer_of())
    _, ended = frames
    assert isinstance(ended, UnmirroredFrame)
    assert (ended.request.id, ended.request.body, ended.answer) == ("1", b"", None)
