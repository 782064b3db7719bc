"""By what a client is known."""

import base64
import json

import pytest

from crossfade.shadow.capture.sink import RequestHead
from crossfade.shadow.exchange import Headers, Protocol
from crossfade.shadow.mirror.client_key import client_key


def head(*headers: tuple[str, str], peer: str = "10.0.0.7") -> RequestHead:
    """A request with some fields."""
    fields: Headers = headers
    return RequestHead(
        id="1",
        listener="web",
        protocol=Protocol.HTTP,
        method="GET",
        target="/a",
        headers=fields,
        at=0.0,
        peer=peer,
    )


def jwt(**claims: object) -> str:
    """A token without a signature that holds."""
    parts = [json.dumps(part).encode() for part in ({"alg": "HS256"}, claims)]
    return ".".join([*(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts), "c2ln"])


@pytest.mark.parametrize(
    ("rules", "headers", "key"),
    [
        (("header:x-user",), (("X-User", "ann"),), "header:x-user ann"),
        (("header:X-User",), (("x-user", "ann"),), "header:x-user ann"),
        (("cookie:sid",), (("Cookie", "a=1; sid=s7; b=2"),), "cookie:sid s7"),
        (("cookie:sid",), (("cookie", "a=1"), ("cookie", "sid=s7")), "cookie:sid s7"),
        (("cookie:SID",), (("Cookie", "sid=s7"),), None),
        (("peer",), (), "peer 10.0.0.7"),
        (("cookie:sid", "header:x-user"), (("x-user", "ann"),), "header:x-user ann"),
        (("header:x-user", "peer"), (("x-user", ""),), "peer 10.0.0.7"),
        (("header:x-user",), (), None),
        ((), (("x-user", "ann"),), None),
    ],
)
def test_the_first_rule_that_gives_something(
    rules: tuple[str, ...], headers: tuple[tuple[str, str], ...], key: str | None
) -> None:
    """A field's name in any letter case, a cookie's in its own."""
    assert client_key(rules, head(*headers)) == key


def test_another_token_of_a_person_is_the_same_client() -> None:
    """So a client that renews its token stays on its side; an opaque one is itself."""
    rules = ("header:authorization",)
    one, other, strangers = (
        client_key(rules, head(("Authorization", f"Bearer {jwt(sub=who, iat=at)}")))
        for who, at in (("ann", 1), ("ann", 2), ("bob", 1))
    )
    assert one == other != strangers
    assert client_key(rules, head(("authorization", "Bearer abc"))) == "header:authorization bearer abc"


def test_a_peer_that_is_not_known_is_nobody() -> None:
    assert client_key(("peer",), head(peer="")) is None
