"""Whose a call is."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from crossfade.parity_tests.corpus.records import Call
from crossfade.parity_tests.recorded import clients
from crossfade.parity_tests.recorded.clients import Clients
from crossfade.shadow.exchange import Answer

Calls = Callable[..., Call]
TOKEN = "aaaa.bbbb-cccc_dddd=="


def names(of: Clients, *calls: Call) -> str:
    """The clients of calls as letters, in the order in which they come up."""
    found = [of.of(call) for call in calls]
    first = list(dict.fromkeys(found))
    return "".join("ABCDEFGH"[first.index(client)] for client in found)


def headers(**fields: str) -> tuple[tuple[str, str], ...]:
    return tuple(fields.items())


def test_a_configured_key_comes_first(make_call: Calls) -> None:
    """A field, a cookie or the peer, whichever the request has first; else as without one."""
    of = Clients(("header:x-user", "cookie:sid"))
    assert (
        names(
            of,
            make_call(headers=headers(**{"X-User": "ann", "Cookie": "sid=1"})),
            make_call(headers=headers(**{"x-user": "bob", "cookie": "sid=1"})),
            make_call(headers=headers(cookie="a=b; sid=1")),
            make_call(headers=headers(cookie="sid=1; c=d")),
            make_call(headers=headers(authorization="Bearer x")),
        )
        == "ABCCD"
    )
    by_peer = Clients(("peer",))
    calls = (make_call(headers=headers(authorization="a")), make_call(), make_call(peer="192.0.2.2"))
    assert names(by_peer, *calls) == "AAB"


def test_a_credential_is_a_client(make_call: Calls) -> None:
    """Wherever it comes from; without one, the address is."""
    of = Clients(())
    assert (
        names(
            of,
            make_call(headers=headers(authorization="Bearer a")),
            make_call(headers=headers(authorization="Bearer b")),
            make_call(headers=headers(authorization="Bearer a"), peer="192.0.2.9"),
            make_call(),
            make_call(headers=headers(**{"x-forwarded-for": "198.51.100.1, 192.0.2.1"})),
            make_call(),
        )
        == "ABACDC"
    )


def test_a_cookie_that_legacy_gave_makes_another_client(make_call: Calls) -> None:
    """The answer that set it is its first call; another cookie in one of its answers is followed."""
    of = Clients(())
    assert (
        names(
            of,
            make_call(),
            make_call(cookies=("sid=1; Path=/",)),
            make_call(cookies=("sid=2; Path=/",)),
            make_call(headers=headers(cookie="theme=dark; sid=1"), cookies=("sid=3",)),
            make_call(headers=headers(cookie="sid=3")),
            make_call(headers=headers(cookie="sid=2")),
            make_call(headers=headers(cookie="theme=dark")),
            make_call(cookies=("sid=; Max-Age=0",)),
        )
        == "ABCBBCAA"
    )


def test_a_token_that_a_login_gave_is_of_who_got_it(make_call: Calls) -> None:
    """With its login, and through a refresh; a token in the answer to a read is a place in a list."""
    given, fresh = f'{{"access_token": "{TOKEN}"}}'.encode(), b'{"user": {"token": "eeee.ffff-gggg_hhhh"}}'
    bearer = headers(authorization=f"Bearer {TOKEN}")
    assert (
        names(
            Clients(()),
            make_call(),
            replace(make_call(body=given), write=True),
            make_call(headers=bearer),
            replace(make_call(headers=bearer, body=fresh), write=True),
            make_call(headers=headers(authorization="Bearer eeee.ffff-gggg_hhhh")),
            make_call(body=b'{"token": "iiii.jjjj-kkkk_llll"}'),
            make_call(),
            make_call(headers=headers(authorization="Bearer iiii.jjjj-kkkk_llll")),
        )
        == "ABBBBAAC"
    )


@pytest.mark.parametrize(("rule", "name"), [("header:x-session", "x-session"), ("cookie:sid", "")])
def test_what_a_rule_names_may_come_from_an_answer(make_call: Calls, rule: str, name: str) -> None:
    """The call that got it is the first of its client, and what replaces it is followed."""

    def call(sent: str, given: str) -> Call:
        if not name:
            return make_call(headers=headers(cookie=f"sid={sent}") if sent else (), cookies=(f"sid={given}",))
        built = make_call(headers=((name, sent),) if sent else ())
        assert isinstance(built.reply, Answer)
        return replace(built, reply=replace(built.reply, headers=(*built.reply.headers, (name, given))))

    of = Clients((rule,))
    assert names(of, call("", "1"), call("", "2"), call("1", "3"), call("3", "3"), call("2", "2")) == "ABAAB"


def test_what_is_remembered_is_bounded(make_call: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest stay."""
    monkeypatch.setattr(clients, "MAX_GIVEN", 2)
    of = Clients(())
    given = [make_call(cookies=(f"sid={number}",)) for number in range(3)]
    sent = [make_call(headers=headers(cookie=f"sid={number}")) for number in range(3)]
    assert names(of, *given, *sent) == "ABCDBC"
