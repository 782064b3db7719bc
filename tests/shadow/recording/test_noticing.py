"""Credentials are noticed where they pass, and known again."""

import gzip
import json
import struct
from base64 import b64encode
from dataclasses import replace
from typing import Any

import pytest

from crossfade.codegen.contract import Contract
from crossfade.shadow.evidence.remembering import RememberingRedactor
from crossfade.shadow.exchange import Answer, Failure, FailureReason, Headers, Protocol, Request
from crossfade.shadow.recording.noticing import MAX_LOOKED_AT_BYTES, NOTHING_STORED, Noticing

TOKEN = "tok-9f3c7a51e2"
JSON = (("Content-Type", "application/json"),)


def request(
    target: str = "/x", headers: Headers = (), body: bytes = b"", protocol: Protocol = Protocol.HTTP
) -> Request:
    """A request."""
    return Request(
        id="c-1",
        protocol=protocol,
        method="POST",
        scheme="http",
        authority="x.test",
        target=target,
        headers=headers,
        body=body,
        truncated=False,
        trailers=(),
        started_at=1.0,
    )


def answer(body: bytes, headers: Headers = JSON) -> Answer:
    """An answer."""
    return Answer(status=200, headers=headers, body=body, truncated=False, trailers=(), latency_ms=1.0)


class Told:
    """A redactor, and who shows it what passes."""

    def __init__(self, contract: Contract | None = None) -> None:
        self.redactor = RememberingRedactor(b"k" * 32, names=("pin_code",))
        self.noticing = Noticing(self.redactor, contract)

    def hides(self, text: str) -> bool:
        return text not in self.redactor.members(f"got {text} here")


@pytest.mark.parametrize(
    ("name", "value", "secret"),
    [
        ("Authorization", f"Bearer {TOKEN}", TOKEN),
        ("authorization", TOKEN, TOKEN),
        ("Proxy-Authorization", f"ApiKey {TOKEN}", TOKEN),
        ("Authorization", f"Basic {b64encode(b'ann:pass-word-1').decode()}", "pass-word-1"),
        ("Cookie", f"theme=dark; sid={TOKEN}", TOKEN),
        ("Cookie", "sid=a%2Fb%3Dcdef", "a/b=cdef"),
        ("X-Auth", TOKEN, TOKEN),
        ("X-Api-Key", TOKEN, TOKEN),
        ("Location", f"https://x.test/in?access_token={TOKEN}#f", TOKEN),
    ],
)
def test_what_a_header_field_carries(name: str, value: str, secret: str) -> None:
    """By its name, without its scheme."""
    told = Told()
    told.noticing.request(request(headers=((name, value),)))
    assert told.hides(secret)


@pytest.mark.parametrize("name", ["Accept", "X-Request-Id", "Content-Type"])
def test_any_other_field_is_left_alone(name: str) -> None:
    """What is compared is to be seen."""
    told = Told()
    told.noticing.request(request(headers=((name, TOKEN),)))
    assert not told.hides(TOKEN)


@pytest.mark.parametrize("secret", ["2026-11-30T10:00:00Z", "https://login.test/oauth"])
def test_a_time_and_an_address_are_no_credentials(secret: str) -> None:
    """They stand under such names, and in much else."""
    told = Told()
    told.noticing.reply(request(), answer(json.dumps({"session_started": secret, "token_url": secret}).encode()))
    assert not told.hides(secret)


def test_what_a_path_and_a_query_carry() -> None:
    """By the names of the route and of the query."""
    told = Told()
    told.noticing.request(request("/reset/se%2Fcret-1?pin_code=se+cret-2&page=other-3"), "GET /reset/{token}")
    assert (told.hides("se/cret-1"), told.hides("se cret-2"), told.hides("other-3")) == (True, True, False)


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (json.dumps({"access_token": TOKEN}).encode(), JSON),
        (json.dumps([{"Access-Token": TOKEN}]).encode(), JSON),
        (json.dumps({"credentials": {"of": [TOKEN]}}).encode(), JSON),
        (f'{{"token": "\\u0074{TOKEN[1:]}"}}'.encode(), JSON),
        (json.dumps({"text": json.dumps({"token": TOKEN})}).encode(), JSON),
        (gzip.compress(json.dumps({"token": TOKEN}).encode(), mtime=0), (*JSON, ("Content-Encoding", "gzip"))),
        (f"a=1&token={TOKEN}".encode(), (("Content-Type", "application/x-www-form-urlencoded"),)),
        (f"<in><token>{TOKEN}</token></in>".encode(), (("Content-Type", "application/xml"),)),
        (f"name,token\nann,{TOKEN}\n".encode(), (("Content-Type", "text/csv"),)),
        (f"your token: {TOKEN}\n".encode(), (("Content-Type", "text/plain"),)),
        (f'data: {{"token": "{TOKEN}"}}\n\n'.encode(), (("Content-Type", "text/event-stream"),)),
        (b"{}", (*JSON, ("Set-Cookie", f"sid={TOKEN}; Path=/"))),
    ],
    ids=str.split("member list inner escaped text gzip form xml csv plain events cookie"),
)
def test_what_a_login_answers(body: bytes, headers: Headers) -> None:
    """Whatever it is written in; so in a request."""
    of_answer, of_request = Told(), Told()
    of_answer.noticing.reply(request(), answer(body, headers))
    of_request.noticing.request(request(headers=headers, body=body))
    assert of_answer.hides(TOKEN)
    assert of_request.hides(TOKEN) or b"Set-Cookie" in str(headers).encode()


def test_what_a_call_carries(contract: Contract, message: Any) -> None:
    """By the names of its fields."""
    told = Told(contract)
    data = message(password="pass-word-9", name="not-a-secret-1").SerializeToString()
    body = struct.pack(">BI", 0, len(data)) + data
    told.noticing.request(request("/s.v1.Users/Get", body=body, protocol=Protocol.GRPC))
    assert (told.hides("pass-word-9"), told.hides("not-a-secret-1")) == (True, False)


def test_what_can_not_be_read_is_passed_over() -> None:
    """The rest is looked at all the same."""
    told = Told()
    broken = answer(b"not gzip", (*JSON, ("Content-Encoding", "gzip"), ("X-Auth-Token", TOKEN)))
    told.noticing.reply(request(), broken)
    told.noticing.reply(request(), Failure(reason=FailureReason.REFUSED, detail="", latency_ms=1.0))
    told.noticing.reply(request(), None)
    assert told.hides(TOKEN)


def test_of_a_long_body_the_beginning_is_looked_at() -> None:
    """So it takes bounded time."""
    told = Told()
    body = json.dumps({"token": TOKEN, "text": "x" * MAX_LOOKED_AT_BYTES, "api_key": "behind-it-1"}).encode()
    told.noticing.reply(request(), answer(body))
    assert (told.hides(TOKEN), told.hides("behind-it-1")) == (True, False)


def test_another_process_is_told_what_is_new() -> None:
    """All of it where it is another one than before."""
    told = Told()
    told.noticing.values(("secret-1", "secret-2"))
    assert told.noticing.new_to(7) == ("secret-1", "secret-2")
    told.noticing.values(("secret-1", "secret-3"))
    assert told.noticing.new_to(7) == ("secret-3",)
    assert told.noticing.new_to(7) == ()
    assert told.noticing.new_to(8) == ("secret-1", "secret-2", "secret-3")


def test_where_nothing_is_stored_nothing_is_looked_at() -> None:
    """There is no key."""
    NOTHING_STORED.request(replace(request(), headers=(("Authorization", f"Bearer {TOKEN}"),)))
    NOTHING_STORED.reply(request(), answer(b'{"token": "t-1234567"}'))
    assert NOTHING_STORED.new_to(1) == ()
