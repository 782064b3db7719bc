"""Frames that no engine sends."""

import pytest

from crossfade.shadow.asking.lifecycle import Client, Event, Given, IllegalEventError, Work
from crossfade.shadow.asking.mistakes import Mistakes
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage

ROUTE = RouteInfo(route="GET /a", protocol="http", call_type="http", stage=Stage.SHADOW)


def test_each_kind_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """And all are counted, in the form in which the notes on the sides are told."""
    mistakes = Mistakes()
    for event in (Event.CUT, Event.CUT, Event.REQUEST_PART):
        error = IllegalEventError(event, (Client.WHOLE, Given.AWAITED, Work.SENT))
        mistakes.add(error, ROUTE)
    assert mistakes.notes() == (("engine", "illegal_cut", 2), ("engine", "illegal_request_part", 1))
    assert [record.getMessage() for record in caplog.records] == [
        f"frame.illegal route=GET /a request: expected an event that may follow whole, awaited, sent, got {event}; "
        "logged once per event, and counted"
        for event in ("cut", "request_part")
    ]
