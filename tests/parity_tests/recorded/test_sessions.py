"""Which session a call is in."""

from collections.abc import Callable

import pytest

from crossfade.parity_tests.corpus.records import Call
from crossfade.parity_tests.recorded import sessions
from crossfade.parity_tests.recorded.sessions import IDLE_S, Sessions, slug
from crossfade.shadow.exchange.route import OTHER, RouteInfo
from crossfade.shadow.exchange.stage import Stage

Calls = Callable[..., Call]


def headers(**fields: str) -> tuple[tuple[str, str], ...]:
    return tuple(fields.items())


def test_a_long_session_is_continued_by_another(make_call: Calls) -> None:
    """Which says so; the first one is over."""
    of = Sessions((), max_calls=2)
    placed = [of.place(call, call.route) for call in map(make_call, (0.0, 1.0, 2.0))]
    assert [(found.session_id[:4], found.continues[:4], len(found.ended)) for found in placed] == [
        ("0001", "", 0),
        ("0001", "", 0),
        ("0002", "0001", 1),
    ]


def test_a_client_that_was_quiet_begins_another(make_call: Calls) -> None:
    """After half an hour."""
    of = Sessions((), max_calls=100)
    calls = map(make_call, (0.0, IDLE_S, 2 * IDLE_S + 1))
    assert [of.place(call, call.route).session_id[:4] for call in calls] == ["0001", "0001", "0002"]


def test_open_sessions_are_bounded(make_call: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that was quiet longest ends."""
    monkeypatch.setattr(sessions, "MAX_OPEN", 2)
    of = Sessions(("header:x-user",), max_calls=100)
    users = ("a", "b", "a", "c", "d")
    calls = [make_call(headers=headers(**{"x-user": user})) for user in users]
    placed = [of.place(call, call.route) for call in calls]
    assert [found.ended for found in placed] == [(), (), (), ("0002-get-builds-id",), ("0001-get-builds-id",)]
    assert of.open_ids() == ("0003-get-builds-id", "0004-get-builds-id")


@pytest.mark.parametrize(
    ("route", "protocol", "expected"),
    [
        ("GET /builds/{id}", "http", "get-builds-id"),
        ("ci.builds.v1.BuildService/GetBuild", "grpc", "buildservice-getbuild"),
        (OTHER, "http", "other"),
        ("???", "http", "calls"),
        ("GET /" + "a/" * 200, "http", ("get-" + "a-" * 200)[:60]),
    ],
)
def test_a_route_in_the_name_of_a_file(route: str, protocol: str, expected: str) -> None:
    """Letters, digits and hyphens, not too many."""
    assert slug(RouteInfo(route=route, protocol=protocol, call_type="http", stage=Stage.SHADOW)) == expected
