"""No secret is in a call that is stored, and the same one is the same pseudonym wherever it stood."""

import gzip
import json
import struct
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.records import Call, Session, Timing
from crossfade.parity_tests.corpus.session_text import session_lines
from crossfade.parity_tests.recorded.redacting import CallRedactor
from crossfade.shadow.evidence.redact import Redactor
from crossfade.shadow.evidence.remembering import RememberingRedactor
from crossfade.shadow.exchange import Answer, Failure, FailureReason, Protocol, header_values
from crossfade.shadow.exchange.events import Side
from crossfade.shadow.exchange.route import RouteInfo

Calls = Callable[..., Call]
KEY = b"k" * 32
CANARY = "canary-12-Zx9"
NAMES = ("customer_id",)
HIDDEN = Redactor(KEY, names=NAMES).pseudonym(CANARY)


def redactor_of(contract: Contract | None = None) -> CallRedactor:
    return CallRedactor(RememberingRedactor(KEY, names=NAMES), contract)


def text_of(*calls: Call, contract: Contract | None = None) -> str:
    """The file of a session."""
    return "\n".join(session_lines(Session(id="a", calls=calls), contract))


def framed(message: bytes) -> bytes:
    return struct.pack(">BI", 0, len(message)) + message


def rpc(call: Call, message: bytes) -> Call:
    """The same as a call of t.S/Get, in its request and its answer."""
    route = RouteInfo(route="t.S/Get", protocol="grpc", call_type="unary", stage=call.route.stage)
    request = replace(call.request, protocol=Protocol.GRPC, method="POST", target="/t.S/Get", body=framed(message))
    reply = Answer(status=200, headers=(), body=framed(message), truncated=False, trailers=(), latency_ms=1.0)
    return replace(call, route=route, request=request, reply=reply)


def test_a_canary_is_nowhere_and_joins_everywhere(make_call: Calls, contract: Contract) -> None:
    """Named only in a body: hidden in a path before that, a query, a field, a cookie, a form, a text, a message."""
    kind: Any = contract.message_class("t.M")
    calls = (
        make_call(
            target=f"/customers/{CANARY}?of={CANARY}",
            headers=(("x-for", CANARY), ("cookie", f"a={CANARY}"), ("authorization", f"Bearer {CANARY}")),
            body=json.dumps({"customer_id": CANARY, "link": f"/customers/{CANARY}"}).encode(),
            cookies=(f"b={CANARY}; Path=/",),
        ),
        make_call(1.0, body=f'"no customer {CANARY}!"'.encode()),
        make_call(2.0, headers=(("content-type", "application/x-www-form-urlencoded"),), trailers=(("x-of", CANARY),)),
        rpc(make_call(3.0), kind(name=CANARY, password="x").SerializeToString()),
        rpc(make_call(4.0), kind(name=f"is {CANARY}", password=CANARY).SerializeToString()),
    )
    redactor = redactor_of(contract)
    kept = [redactor.redacted(call) for call in calls]
    text = text_of(*kept, contract=contract)
    assert CANARY not in text
    assert CANARY.encode() not in b"".join(call.request.body for call in kept)
    first = kept[0]
    assert first.request.target == f"/customers/{HIDDEN}?of={HIDDEN}"
    assert first.request.headers == (
        ("x-for", HIDDEN),
        ("cookie", f"a={HIDDEN}"),
        ("authorization", f"Bearer {HIDDEN}"),
    )
    assert isinstance(first.reply, Answer)
    assert header_values(first.reply.headers, "set-cookie") == (f"b={HIDDEN}; Path=/",)
    assert json.loads(first.reply.body) == {"customer_id": HIDDEN, "link": f"/customers/{HIDDEN}"}
    assert isinstance(kept[1].reply, Answer)
    assert kept[1].reply.body == f'"no customer {HIDDEN}!"'.encode()
    assert kind.FromString(kept[3].request.body[5:]).name == HIDDEN
    assert kind.FromString(kept[4].request.body[5:]).password == HIDDEN


def test_a_parameter_of_the_path_with_a_secret_name(make_call: Calls) -> None:
    """However short its value is; the route in the file is the template."""
    call = make_call(target="/customers/47/orders", body=b'{"customer_id": 47}')
    call = replace(call, route=replace(call.route, route="GET /customers/{customer_id}/orders"))
    kept = redactor_of().redacted(call)
    assert isinstance(kept.reply, Answer)
    number = json.loads(kept.reply.body)["customer_id"]
    assert number != 47
    assert kept.request.target == f"/customers/{number}/orders"
    assert kept.route == call.route


def test_a_route_that_was_made_of_a_path(make_call: Calls) -> None:
    """It holds what the path held."""
    call = make_call(target="/users/ann@example.com")
    call = replace(call, route=replace(call.route, route="GET /users/ann@example.com"))
    assert "ann@" not in text_of(redactor_of().redacted(call))


def test_what_can_not_be_read_is_named(make_call: Calls) -> None:
    """Nothing of it is kept but its length, and no times of messages that are not there."""
    headers = (("content-type", "text/event-stream"),)
    reply = Answer(status=200, headers=headers, body=b"\xff\n\n\xff\n\n", truncated=False, trailers=(), latency_ms=1.0)
    call = replace(make_call(body=b"{}"), reply=reply, timing=Timing(server_ms=(1.0, 2.0), cancelled_ms=3.0))
    upload = replace(call.request, headers=(("content-type", "application/json"),), body=b"no json")
    kept = redactor_of().redacted(replace(call, request=upload))
    assert kept.hidden == {Side.CLIENT, Side.LEGACY}
    assert isinstance(kept.reply, Answer)
    assert (len(kept.reply.body), len(kept.request.body)) == (6, 7)
    assert kept.timing == Timing(cancelled_ms=3.0)
    assert b"no json" not in kept.request.body


PARTS = (
    b'--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n'
    b"Content-Type: application/octet-stream\r\n\r\n\xff\x01\r\n--b--\r\n"
)


@pytest.mark.parametrize(
    ("kind", "body", "scrambled"),
    [
        ("multipart/form-data; boundary=b", PARTS, True),
        ("application/octet-stream", b"\xff\x01", True),
        ("image/png", b"\x89PNG\xff", True),
        ("application/octet-stream", b"a text", False),
        ("application/json", b"{}", False),
    ],
)
def test_a_file_that_a_client_sends_is_other_bytes(make_call: Calls, kind: str, body: bytes, scrambled: bool) -> None:
    """As many, so it can be sent again, but the recorded answer is not to it; a text stays."""
    call = make_call(headers=(("content-type", kind),))
    kept = redactor_of().redacted(replace(call, request=replace(call.request, body=body)))
    assert (kept.scrambled, kept.hidden, len(kept.request.body)) == (scrambled, frozenset(), len(body))
    assert (kept.request.body == body) is not scrambled


def test_bytes_of_an_answer_do_not_scramble_the_request(make_call: Calls) -> None:
    """The mark is about the request alone."""
    call = make_call()
    assert isinstance(call.reply, Answer)
    headers = (("content-type", "multipart/form-data; boundary=b"),)
    redactor = redactor_of()
    for _ in range(2):
        kept = redactor.redacted(replace(call, reply=replace(call.reply, headers=headers, body=PARTS)))
        assert not kept.scrambled
        assert isinstance(kept.reply, Answer)
        assert kept.reply.body != PARTS


def test_what_holds_no_secret_stays_as_it_is(make_call: Calls) -> None:
    """Byte for byte, compressed or not; so do the times of its messages."""
    headers = (("content-type", "text/event-stream"),)
    reply = Answer(status=200, headers=headers, body=b"data: 1\n\n:\n\n", truncated=False, trailers=(), latency_ms=1.0)
    timing = Timing(server_ms=(1.0, 2.0))
    call = replace(make_call(), reply=reply, timing=timing)
    kept = redactor_of().redacted(call)
    assert (kept.reply, kept.timing, kept.hidden) == (reply, timing, frozenset())
    coded = (("content-type", "application/json"), ("content-encoding", "gzip"))
    zipped = replace(reply, headers=coded, body=gzip.compress(b'{"a": 1}'))
    assert redactor_of().redacted(replace(call, reply=zipped, timing=Timing())).reply == zipped


def test_legacy_that_failed(make_call: Calls) -> None:
    """There is nothing to hide in no answer."""
    failure = Failure(reason=FailureReason.RESET, detail="legacy: reset", latency_ms=1.0)
    assert redactor_of().redacted(replace(make_call(), reply=failure)).reply == failure


@pytest.mark.parametrize("body", [b"", b"{}"])
def test_an_empty_body_hides_nothing(make_call: Calls, body: bytes) -> None:
    """Whatever its type is."""
    kept = redactor_of().redacted(make_call(body=body))
    assert kept.hidden == frozenset()
