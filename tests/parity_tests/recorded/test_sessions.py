"""Whose calls are whose."""

from collections.abc import Callable

import pytest

from crossfade.parity_tests.corpus.records import Call
from crossfade.parity_tests.recorded import sessions
from crossfade.parity_tests.recorded.sessions import IDLE_S, Sessions, slug
from crossfade.shadow.exchange.route import OTHER, RouteInfo
from crossfade.shadow.exchange.stage import Stage

Calls = Callable[..., Call]


def names(of: Sessions, *calls: Call) -> list[str]:
    """The numbers of the sessions in which calls are placed."""
    return [of.place(call, call.route).session_id.partition("-")[0] for call in calls]


def headers(**fields: str) -> tuple[tuple[str, str], ...]:
    return tuple(fields.items())


def test_a_configured_key_comes_first(make_call: Calls) -> None:
    """A field, a cookie or the peer, whichever the request has first; else as without one."""
    of = Sessions(("header:x-user", "cookie:sid"), max_calls=100)
    assert names(
        of,
        make_call(headers=headers(**{"X-User": "ann", "Cookie": "sid=1"})),
        make_call(headers=headers(**{"x-user": "bob", "cookie": "sid=1"})),
        make_call(headers=headers(cookie="a=b; sid=1")),
        make_call(headers=headers(cookie="sid=1; c=d")),
        make_call(headers=headers(authorization="Bearer x")),
    ) == ["0001", "0002", "0003", "0003", "0004"]
    by_peer = Sessions(("peer",), max_calls=100)
    assert names(by_peer, make_call(headers=headers(authorization="a")), make_call(), make_call(peer="192.0.2.2")) == [
        *("0001", "0001", "0002")
    ]


def test_a_credential_is_a_client(make_call: Calls) -> None:
    """Wherever it comes from; without one, the address is."""
    of = Sessions((), max_calls=100)
    assert names(
        of,
        make_call(headers=headers(authorization="Bearer a")),
        make_call(headers=headers(authorization="Bearer b")),
        make_call(headers=headers(authorization="Bearer a"), peer="192.0.2.9"),
        make_call(),
        make_call(headers=headers(**{"x-forwarded-for": "198.51.100.1, 192.0.2.1"})),
        make_call(),
    ) == ["0001", "0002", "0001", "0003", "0004", "0003"]


def test_a_cookie_that_legacy_gave_begins_a_session(make_call: Calls) -> None:
    """The answer that set it is its first call; another cookie in an answer of the session is followed."""
    of = Sessions((), max_calls=100)
    assert names(
        of,
        make_call(),
        make_call(cookies=("sid=1; Path=/",)),
        make_call(cookies=("sid=2; Path=/",)),
        make_call(headers=headers(cookie="theme=dark; sid=1"), cookies=("sid=3",)),
        make_call(headers=headers(cookie="sid=3")),
        make_call(headers=headers(cookie="sid=2")),
        make_call(headers=headers(cookie="theme=dark")),
        make_call(cookies=("sid=; Max-Age=0",)),
    ) == ["0001", "0002", "0003", "0002", "0002", "0003", "0001", "0001"]


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
    assert names(of, make_call(0.0), make_call(IDLE_S), make_call(2 * IDLE_S + 1)) == ["0001", "0001", "0002"]


def test_open_sessions_are_bounded(make_call: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that was quiet longest ends; so are the cookies that are remembered."""
    monkeypatch.setattr(sessions, "MAX_OPEN", 2)
    monkeypatch.setattr(sessions, "_MAX_COOKIES", 3)
    of = Sessions(("header:x-user",), max_calls=100)
    users = ("a", "b", "a", "c", "d")
    calls = [make_call(headers=headers(**{"x-user": user}), cookies=(f"sid={at}",)) for at, user in enumerate(users)]
    placed = [of.place(call, call.route) for call in calls]
    assert [found.ended for found in placed] == [(), (), (), ("0002-get-builds-id",), ("0001-get-builds-id",)]
    assert of.open_ids() == ("0003-get-builds-id", "0004-get-builds-id")
    assert len(of._cookies) == 3


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
