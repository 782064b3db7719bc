"""What the candidate gets of the client's fields."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from crossfade.shadow.asking.clients.header_policy import HeaderPolicy
from crossfade.shadow.config import HeaderRule
from crossfade.shadow.errors import ShadowError
from crossfade.shadow.exchange import Headers, Protocol, Request

SENT = (("A", "1"), ("Authorization", "user"), ("Cookie", "a=1"), ("authorization", "second"), ("X-In-B", "2"))


def _policy(*rules: dict[str, Any], environment: Mapping[str, str] | None = None) -> HeaderPolicy:
    made = [HeaderRule.model_validate(rule) for rule in rules]
    return HeaderPolicy(made, environment=environment or {})


@pytest.fixture
def kept(request_of: Callable[..., Request]) -> Callable[[HeaderPolicy], Headers]:
    """What is left of SENT, without the two marks."""

    def run(policy: HeaderPolicy) -> Headers:
        *fields, role, mark = policy.fields(request_of("id-1", target="/a", headers=SENT))
        assert (role[0], mark[0]) == ("x-crossfade-role", "x-crossfade-id")
        return tuple(fields)

    return run


@pytest.mark.parametrize(
    ("rules", "left"),
    [
        ((), SENT),
        (({"name": "AUTHORIZATION", "action": "drop"},), (SENT[0], SENT[2], SENT[4])),
        (({"name": "x-in-*", "action": "drop"},), SENT[:4]),
        (({"name": "*", "action": "drop"},), ()),
        (({"name": "cookie", "action": "pass"}, {"name": "*", "action": "drop"}), (SENT[2],)),
        (({"name": "*", "action": "drop"}, {"name": "cookie", "action": "pass"}), ()),
        (({"name": "cookie", "action": "drop", "route": "GET /b"},), SENT),
        (({"name": "cookie", "action": "drop", "route": "GET /*"},), (*SENT[:2], *SENT[3:])),
        (
            ({"name": "authorization", "action": "replace", "value": "shadow"},),
            (SENT[0], ("Authorization", "shadow"), SENT[2], SENT[4]),
        ),
        (({"name": "x-none", "action": "replace", "value": "shadow"},), SENT),
    ],
)
def test_rules(kept: Callable[[HeaderPolicy], Headers], rules: tuple[Any, ...], left: Headers) -> None:
    """The first rule that matches wins; a field that was not sent is not added; order and letter case stay."""
    assert kept(_policy(*rules)) == left


@pytest.mark.parametrize(
    "name", ["GET /a", "HEAD /a", "GET /a/", "GET //a", "GET /%61", "GET /A", "GET /x/../a", "get /a"]
)
def test_a_field_is_kept_back_in_every_spelling(request_of: Callable[..., Request], name: str) -> None:
    """A rule that drops or replaces speaks of all that may be read as its route; one that passes, of that alone."""
    method, _, target = name.partition(" ")
    request = request_of("id-1", method=method, target=target, headers=SENT)
    for rule in ({"action": "drop"}, {"action": "replace", "value": "x"}):
        dropped = _policy({"name": "cookie", "route": "GET /a", **rule})
        assert ("Cookie", "a=1") not in dropped.fields(request)
    passed = _policy({"name": "cookie", "route": "GET /a", "action": "pass"}, {"name": "cookie", "action": "drop"})
    assert (("Cookie", "a=1") in passed.fields(request)) is (name == "GET /a")


def test_a_rule_for_one_port(request_of: Callable[..., Request]) -> None:
    """The same field passes on another."""
    rule = HeaderRule.model_validate({"name": "cookie", "action": "drop", "route": "internal GET /a"})
    request = request_of("id-1", target="/a", headers=SENT)
    left = [HeaderPolicy((rule,), environment={}, listener=port).fields(request) for port in ("internal", "public")]
    assert [("Cookie", "a=1") in fields for fields in left] == [False, True]


def test_a_request_that_is_called_grpc(request_of: Callable[..., Request]) -> None:
    """A rule for a POST keeps the field back there too, unless the contract has the call."""
    rule = HeaderRule.model_validate({"name": "cookie", "action": "drop", "route": "POST /p.S/*"})
    request = request_of("id-1", protocol=Protocol.GRPC, method="POST", target="/p.S/Get", headers=SENT)
    found = [HeaderPolicy((rule,), environment={}, calls=calls).fields(request) for calls in ((), ("p.S/Get",))]
    assert [("Cookie", "a=1") in fields for fields in found] == [False, True]


def test_a_secret_from_the_environment(kept: Callable[[HeaderPolicy], Headers]) -> None:
    """It is read when the run starts."""
    rule = {"name": "authorization", "action": "replace", "value_env": "TOKEN"}
    assert ("Authorization", "Bearer x") in kept(_policy(rule, environment={"TOKEN": "Bearer x"}))


@pytest.mark.parametrize("value", [None, "", "a\nb", "\xe9"])
def test_a_secret_that_is_none(value: str | None) -> None:
    """One line names the variable, and not the value."""
    environment = {} if value is None else {"TOKEN": value}
    with pytest.raises(ShadowError) as raised:
        _policy({"name": "a", "action": "replace", "value_env": "TOKEN"}, environment=environment)
    assert str(raised.value).startswith("expected a field value in the environment variable TOKEN, got ")
    assert "\n" not in str(raised.value)


def test_the_marks_can_not_be_dropped(kept: Callable[[HeaderPolicy], Headers]) -> None:
    """A rule for all fields leaves them: a copy must not pass for a live request."""
    assert kept(_policy({"name": "x-crossfade-*", "action": "drop"})) == SENT
