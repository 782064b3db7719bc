"""Ids and tokens look like ids and tokens; words, times, sums and addresses never do."""

from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.bindings.shapes import (
    is_guessable,
    is_opaque_token,
    is_short_id,
    is_time,
    is_token,
    jwt_claims,
    jwt_ends_s,
)

JWT = "eyJhbGciOiJIUzI1NiJ9.%s.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    "text",
    [
        "3f2a9b1c-0000-4000-8000-123456789abc",
        "0b1d6d9c-3c5b-4a43-9d2e",
        "8f3a9c21",
        "D41D8CD98F00B204E9800998ECF8427E",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "ord_8f3a9c21",
        "ORD-10023",
        "K3J9xkq2LmZ81",
        "739284756102938475",
        JWT % "eyJzdWIiOiIxIn0",
    ],
)
def test_tokens(text: str) -> None:
    """Long, and hard to guess or with a prefix."""
    assert is_token(text)


@pytest.mark.parametrize(
    "text",
    [
        *("in_progress", "IN_PROGRESS", "Europe/Berlin", "europe-west4-a", "Ann.Lee@example.test", "AAAAAAAA"),
        *("2026-03-10", "2026-03-10T10:00:00Z", "20260310T120000Z", "Tue, 10 Mar 2026 10:00:00 GMT", "1 day, 2:03:04"),
        *("1700000000", "1700000000000", "12345678", "1250.5000000000", "1.25e+17", "deadbeef", "http://a/8f3a9c21"),
        *("java.lang.NullPointerException", "a text of words", "a" * 5000, "", "/orders/8f3a9c21aa01"),
    ],
)
def test_what_is_no_token(text: str) -> None:
    """What people write, and what clocks and sums are."""
    assert not is_token(text)


def test_short_ids_need_a_name() -> None:
    """A number, or a few letters and a number."""
    assert all(map(is_short_id, ("1", "100023", "ORD-17", "u17")))
    assert not any(map(is_short_id, ("", "open", "1.5", "-1", "2026-03-10", "8f3a9c21aa01")))


def test_where_the_name_says_token() -> None:
    """Any long text without a blank that is no time and no word; one in sixty random tokens has no digit."""
    assert is_opaque_token("b2Zmc2V0OjIw")
    assert is_opaque_token("jIHtZhvnktcVbxmPAYFxFhQR")
    assert not any(map(is_opaque_token, ("short", "two words", "2026-03-10T10:00:00Z", "undefined")))


def test_guessable_and_times() -> None:
    """What another side may give by chance; what two answers seldom share."""
    assert all(map(is_guessable, ("17", "ORD-10023")))
    assert not is_guessable("8f3a9c21aa01")
    assert all(map(is_time, ("2026-03-10T10:00:00Z", "2026-03-10", "20260310T120000Z")))
    assert not is_time("8f3a9c21")


def test_claims_without_times() -> None:
    """Who it is for, and how long it lasts."""

    def claims(text: bytes) -> object:
        return jwt_claims(JWT % urlsafe_b64encode(text).decode().rstrip("="))

    assert claims(b'{"sub":"1","iat":5,"exp":65,"jti":"x"}') == {"sub": "1", "(lasts)": 60, "(alg)": "HS256"}
    assert claims(b'{"sub":"1"}') == {"sub": "1", "(lasts)": None, "(alg)": "HS256"}
    assert claims(b'{"iat":1e999,"exp":1}') == {"(lasts)": None, "(alg)": "HS256"}
    assert claims(b'{"iat":0.5,"exp":%s}' % (b"9" * 400)) == {"(lasts)": None, "(alg)": "HS256"}
    assert claims(b"[1]") is None
    assert claims(b"\xff") is None
    assert claims(b"[" * 3000) is None
    assert jwt_claims("8f3a9c21") is None


def test_the_end_of_a_token_that_does_not_say_when_it_began() -> None:
    """Of others it is known how long they last."""

    def ends(text: bytes) -> float | None:
        return jwt_ends_s(JWT % urlsafe_b64encode(text).decode().rstrip("="))

    assert ends(b'{"sub":"1","exp":65}') == 65
    assert ends(b'{"iat":5,"exp":65}') is None
    assert ends(b'{"exp":1e999}') is ends(b'{"exp":"65"}') is ends(b"{}") is ends(b"[]") is None
    assert jwt_ends_s("8f3a9c21") is None


@given(st.text(max_size=40))
def test_any_text_raises_nothing(text: str) -> None:
    """A text is a token or it is none."""
    assert is_token(text) in {True, False}
    assert is_opaque_token(text) in {True, False}
    assert jwt_claims(text) is None or is_token(text)
