"""What is one unit of a claim has one hash, and nothing else has it."""

import base64
import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest

from crossfade.shadow.compare.fingerprint import request_hash
from crossfade.shadow.compare.units import Units
from crossfade.shadow.exchange import Request
from crossfade.shadow.exchange.unit import Unit

Build = Callable[..., Request]
REQUESTS, CLIENTS, SESSIONS, MINUTES = (Units(unit=unit) for unit in Unit)


def _token(**claims: Any) -> str:
    head, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in ({"alg": "HS256"}, claims)
    )
    return f"Bearer {head}.{body}.c2lnbmF0dXJl"


def test_a_request_without_a_credential_counts_as_services_count_it(request_to: Build) -> None:
    """So equal pairs and unequal ones of the same request are one."""
    assert REQUESTS.hash(request_to("/a", body=b"x")) == request_hash(request_to("/a", body=b"x"))


@pytest.mark.parametrize("field", ["Authorization", "Cookie"])
def test_who_asks_makes_another_request(request_to: Build, field: str) -> None:
    """Of a route whose input is the credential each person asks for something else."""
    hashes = {REQUESTS.hash(request_to("/me", headers=((field, f"id=u{user}"),))) for user in (1, 2, 3, 1)}
    assert len(hashes) == 3


def test_another_token_of_the_same_person_is_the_same_request(request_to: Build) -> None:
    """The times and the id of a JWT are of the token; what it says of the person counts."""
    one, two, other, admin = (
        REQUESTS.hash(request_to("/me", headers=(("authorization", _token(**claims)),)))
        for claims in (
            {"sub": "ann", "iat": 1, "exp": 2, "nbf": 1, "jti": "a"},
            {"jti": "b", "iat": 7, "exp": 9, "sub": "ann"},
            {"sub": "bob", "iat": 1, "exp": 2, "nbf": 1, "jti": "a"},
            {"sub": "ann", "scope": "admin"},
        )
    )
    assert one == two
    assert len({one, other, admin}) == 3


def test_a_token_without_a_subject_is_itself(request_to: Build) -> None:
    """It does not say of whom it is."""
    hashes = {REQUESTS.hash(request_to(headers=(("authorization", _token(iat=time)),))) for time in (1, 2)}
    assert len(hashes) == 2


def test_a_token_in_a_cookie_is_read_and_the_order_of_cookies_means_nothing(request_to: Build) -> None:
    """A JWT in a cookie is a credential like any other."""
    first, second = (_token(sub="ann", iat=time).removeprefix("Bearer ") for time in (1, 2))
    lines = (f"session={first}; theme=dark", f"theme=dark;session={second}")
    assert len({REQUESTS.hash(request_to(headers=(("cookie", line),))) for line in lines}) == 1


@pytest.mark.parametrize(
    "token",
    [
        "Bearer",
        "Bearer a.b.c",
        "Bearer a.%.c",
        "Bearer a.bnVsbA.c",
        "Bearer a." + base64.urlsafe_b64encode(b'{"sub":' + b"[" * 9000).decode().rstrip("=") + ".c",
        "Bearer a." + base64.urlsafe_b64encode(b'{"sub":' + b"9" * 9000 + b"}").decode().rstrip("=") + ".c",
        "Bearer a." + "A" * 100_000 + ".c",
        "Bearer a." + base64.urlsafe_b64encode(b'{"sub":"\\ud800"}').decode().rstrip("=") + ".",
        "\ud800",
    ],
)
def test_a_hostile_token_is_a_credential_like_any_other(request_to: Build, token: str) -> None:
    """It is read within bounds, and makes the request another one."""
    assert REQUESTS.hash(request_to(headers=(("authorization", token),))) != REQUESTS.hash(request_to())


def test_configured_fields_make_another_request(request_to: Build) -> None:
    """In any letter case, and only those that are named."""
    units = Units(distinct_by=("Accept-Language", "x-tenant"))
    hashes = {
        units.hash(request_to(headers=headers))
        for headers in (
            (),
            (("accept-language", "de"),),
            (("ACCEPT-LANGUAGE", "en"),),
            (("x-tenant", "de"),),
            (("user-agent", "de"),),
        )
    }
    assert len(hashes) == 4


def test_clients_are_known_by_credential_then_by_address(request_to: Build) -> None:
    """What they ask for makes no other client."""
    asked = [
        request_to("/a", headers=(("authorization", "Basic YQ=="), ("cookie", "hits=1"))),
        request_to("/b", headers=(("authorization", "basic YQ=="), ("cookie", "hits=2"))),
        request_to("/a", headers=(("x-forwarded-for", "10.0.0.1, 10.0.0.9"),)),
        request_to("/b", headers=(("forwarded", 'by=x;For="10.0.0.1";proto=http, for=10.0.0.9'),)),
        dataclasses.replace(request_to("/c"), peer="10.0.0.1"),
        dataclasses.replace(request_to("/c"), peer="10.0.0.2"),
    ]
    first, again, forwarded, also, near, far = map(CLIENTS.hash, asked)
    assert first == again
    assert forwarded == also == near
    assert len({first, forwarded, far}) == 3


def test_a_session_is_the_very_credential(request_to: Build) -> None:
    """A new token of the same person is another session; who has none is told by the address."""
    tokens = (_token(sub="ann", iat=1), _token(sub="ann", iat=2))
    asked = [request_to(target, headers=(("authorization", token),)) for token in tokens for target in ("/a", "/b")]
    asked += [dataclasses.replace(request_to(target), peer="10.0.0.1") for target in ("/a", "/b")]
    assert len(set(map(SESSIONS.hash, asked))) == 3


def test_a_minute_holds_all_that_began_in_it(request_to: Build) -> None:
    """Whoever asked for whatever."""
    began = (0.0, 59.9, 60.0, 3600.0)
    assert len({MINUTES.hash(dataclasses.replace(request_to(f"/{at}"), started_at=at)) for at in began}) == 3
