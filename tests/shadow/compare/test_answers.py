"""The differences of two answers, in HTTP and in gRPC."""

import base64
import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import brotli
import pytest
from google.rpc import error_details_pb2, status_pb2
from hypothesis import given
from hypothesis import strategies as st

from crossfade.codegen.contract import Contract
from crossfade.shadow.compare.answers import NotComparableError, diff_answers
from crossfade.shadow.exchange import Answer, Headers, Protocol, Request
from crossfade.shadow.exchange.outcome import Reason

Build = Callable[..., Answer]
Ask = Callable[..., Request]
JSON = (("content-type", "application/json"),)
TEXT = (("content-type", "text/plain"),)
GRPC = (("content-type", "application/grpc"),)
OK = (("grpc-status", "0"),)
CALL = "/t.v1.Things/Get"
STREAM = "/t.v1.Things/Watch"


def found(request: Request, legacy: Answer, other: Answer, contract: Contract | None = None) -> list[tuple[str, str]]:
    """Path and kind of each difference."""
    return [(item.path, item.kind.value) for item in diff_answers(request, legacy, other, contract)]


def reason(request: Request, legacy: Answer, other: Answer, contract: Contract | None = None) -> Reason:
    """Why two answers are not comparable."""
    with pytest.raises(NotComparableError) as caught:
        tuple(diff_answers(request, legacy, other, contract))
    assert caught.value.detail
    return caught.value.reason


# HTTP


@pytest.mark.parametrize(
    ("headers", "bodies", "expected"),
    [
        (JSON, (b'{"a":1}', b'{ "a": 1 }\n'), []),
        (JSON, (b'{"a":1}', b'{"a":2}'), [("body/a", "value")]),
        (JSON, (b"null", b""), [("body", "missing")]),
        (JSON, (b"", b"null"), [("body", "added")]),
        (JSON, (b"", b'""'), [("body", "added")]),
        (JSON, (b"null", b"{}"), [("body", "type")]),
        (JSON, (b"", b""), []),
        (JSON, (b'{"p":1}', b'{"p":1} GARBAGE'), [("body", "type")]),
        (JSON, (b"{}", b"\xff"), [("body", "type")]),
        (JSON, (b"{}", b"\xef\xbb\xbf{}"), [("body", "format")]),
        (JSON, (b"\xef\xbb\xbf{}", b"{}"), [("body", "format")]),
        (JSON, (b"\xef\xbb\xbf{}", b"\xef\xbb\xbf{ }"), []),
        (JSON, (b"{not json", b"{not json"), []),
        (TEXT, (b"a", b"a\n"), [("body", "value")]),
        (TEXT, (b"a", b"\xff"), [("body", "type")]),
        (TEXT, (b"\xff", b"\xfe"), [("body", "value")]),
        ((), (b"{}", b"{ }"), []),
        ((), (b'{"a": 1}', b'{"a":2}'), [("body/a", "value")]),
        (TEXT, (b'{"a": 1, "b": 2}', b'{"b":2,"a":1}'), []),
        (TEXT, (b"[1] x", b"[1]  x"), [("body", "value")]),
        (TEXT, (b"[1]", b"[1] x"), [("body", "value")]),
        (TEXT, (b'{"a": 1}\n{"a": 2}\n', b'{"a":1}{"a":3}'), [("body/1/a", "value")]),
        (TEXT, (b"1", b"1.0"), [("body", "format")]),
        (JSON, (b'{"a": 1}\n{"a": 2}', b'{"a":1}'), [("body/1", "missing")]),
        (JSON, (b'{"a":1}', b'{"a": 1} {"a": 2}'), [("body/1", "added")]),
        (JSON, (b"[1]", b"[2] [3]"), [("body/0/0", "value"), ("body/1", "added")]),
        ((("content-type", "image/png"),), (b"\x00\x01", b"\x00\x02"), [("body", "value")]),
        ((("content-type", "application/x-www-form-urlencoded"),), (b"a=1&b=2", b"b=2&a=%31"), []),
        ((("content-type", "application/x-www-form-urlencoded"),), (b"a=1&a=2", b"a=1"), [("body/a", "type")]),
        ((("content-type", "application/x-www-form-urlencoded"),), (b"a=%ff", b"a=%fe"), [("body/a", "value")]),
    ],
)
def test_bodies(
    answer: Build, request_to: Ask, headers: Headers, bodies: tuple[bytes, bytes], expected: list[tuple[str, str]]
) -> None:
    """By what they mean; equal bytes are equal, also where they are not what they say."""
    legacy, other = (answer(body, headers=headers) for body in bodies)
    assert found(request_to(), legacy, other) == expected


def test_another_type_with_the_same_bytes(answer: Build, request_to: Ask) -> None:
    """A client reads them in another way: the header differs."""
    assert found(request_to(), answer(b"{}", headers=JSON), answer(b"{}", headers=TEXT)) == [
        ("header.content-type", "value")
    ]


def test_another_type_with_other_bytes(answer: Build, request_to: Ask) -> None:
    """Header and body differ; JSON is JSON under any type."""
    differences = found(request_to(), answer(b"{}", headers=JSON), answer(b"{ }", headers=TEXT))
    assert differences == [("header.content-type", "value")]
    differences = found(request_to(), answer(b"{}", headers=JSON), answer(b"ok", headers=TEXT))
    assert differences == [("header.content-type", "value"), ("body", "type")]


def test_another_coding_of_the_same_body(answer: Build, request_to: Ask) -> None:
    """Only the header differs; two ways to compress differ in nothing."""
    body = b'{"a": 1}'
    gzipped = answer(gzip.compress(body, 1), headers=(*JSON, ("content-encoding", "gzip")))
    harder = answer(gzip.compress(body, 9), headers=(*JSON, ("content-encoding", "gzip")))
    brotlied = answer(brotli.compress(body), headers=(*JSON, ("content-encoding", "br")))
    assert found(request_to(), gzipped, harder) == []
    assert found(request_to(), gzipped, brotlied) == [("header.content-encoding", "value")]
    assert found(request_to(), gzipped, answer(body, headers=JSON)) == [("header.content-encoding", "missing")]
    mislabelled = answer(gzipped.body, headers=JSON)
    assert found(request_to(), gzipped, mislabelled) == [("header.content-encoding", "missing"), ("body", "type")]


def test_a_cut_coding(answer: Build, request_to: Ask) -> None:
    """The candidate's is a difference, legacy's can't be compared."""
    headers = (*JSON, ("content-encoding", "gzip"))
    whole, cut = (answer(gzip.compress(b"{}")[:end], headers=headers) for end in (None, -4))
    assert found(request_to(), whole, cut) == [("body", "type")]
    assert reason(request_to(), cut, whole) is Reason.UNDECODABLE


def test_status_comes_first(answer: Build, request_to: Ask) -> None:
    """Then headers, trailers, body."""
    legacy = answer(b"a", headers=(("x-a", "1"),), trailers=(("x-b", "1"),))
    other = answer(b"b", status=500)
    assert [path for path, _ in found(request_to(), legacy, other)] == ["status", "header.x-a", "trailer.x-b", "body"]


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_a_body(answer: Build, request_to: Ask, status: int) -> None:
    """What follows it is no body, unless the other side has one."""
    assert found(request_to(), answer(status=status), answer(b"x", status=status)) == []
    differences = found(request_to(), answer(b"x"), answer(status=status))
    assert differences == [("status", "value"), ("body", "missing")]
    differences = found(request_to(), answer(status=status), answer(b"x"))
    assert differences == [("status", "value"), ("body", "added")]


def test_a_head_answer(answer: Build, request_to: Ask) -> None:
    """It has no body; its length stands for one, but for what may be written in more or fewer bytes."""
    head = request_to(method="HEAD")

    def sized(length: str, headers: Headers = TEXT) -> Answer:
        return answer(headers=(*headers, ("Content-Length", length)))

    assert found(head, sized("5"), sized("5")) == []
    assert found(head, sized("5"), sized("6")) == [("header.content-length", "value")]
    assert found(head, sized("5"), answer(headers=TEXT)) == []
    for headers in (JSON, (("content-type", "text/html"),), (("content-type", "application/xml"),)):
        assert found(head, sized("5", headers), sized("6", headers)) == []
    assert found(request_to(), sized("5"), sized("6")) == []
    assert found(head, answer(headers=JSON), answer(b"{", headers=JSON)) == []


EVENT_STREAM = (("content-type", "text/event-stream"),)


def test_server_sent_events(answer: Build, request_to: Ask) -> None:
    """A stream that came as a whole is compared event by event; comments and line ends say nothing."""
    ours = answer(b'id: 1\ndata: {"a": 1}\n\n: beat\n\ndata: x\n\n', headers=EVENT_STREAM)
    same = answer(b'data:{"a":1}\r\nid: 1\r\n\r\ndata: x\r\n\r\n', headers=EVENT_STREAM)
    other = answer(b'id: 1\ndata: {"a": 2}\n\ndata: x\n\n', headers=EVENT_STREAM)
    assert found(request_to(), ours, same) == []
    assert found(request_to(), ours, other) == [("body/0/data/a", "value")]


def test_lines_of_json(answer: Build, request_to: Ask) -> None:
    """NDJSON is compared line by line."""
    headers = (("content-type", "application/x-ndjson"),)
    ours, other = answer(b'{"a": 1}\n{"a": 2}\n', headers=headers), answer(b'{"a":1}\n\n{"a":3}', headers=headers)
    assert found(request_to(), ours, other) == [("body/1/a", "value")]
    assert reason(request_to(), answer(b"{", headers=headers), ours) is Reason.UNDECODABLE


@pytest.mark.parametrize("kind", ["application/json-seq", "application/stream+json", "application/json;stream=watch"])
def test_a_sequence_of_json(answer: Build, request_to: Ask, kind: str) -> None:
    """Text by text, whatever stands between them."""
    headers = (("content-type", kind),)
    ours = answer(b'\x1e{"a": 1}\n\x1e{"a": 2}\n', headers=headers)
    assert found(request_to(), ours, answer(b'{"a":1}{"a":2}', headers=headers)) == []
    assert found(request_to(), ours, answer(b'{"a":1}\n{"a":3}', headers=headers)) == [("body/1/a", "value")]
    assert found(request_to(), ours, answer(b'{"a":1}\n', headers=headers)) == [("body/1", "missing")]
    assert reason(request_to(), answer(b'{"a":1}{"a', headers=headers), ours) is Reason.UNDECODABLE
    assert found(request_to(), ours, answer(b'{"a":1}{"a":2}', headers=JSON)) == [("header.content-type", "value")]
    assert found(request_to(), answer(b'{"a":1}', headers=JSON), answer(b'{"a": 1}', headers=headers))[1:] == []


@pytest.mark.parametrize(
    ("legacy", "candidate", "expected"),
    [
        (
            b"# run 1\nid,n\n7,1\n",
            b"# run 2\nid,n\n7,2\n",
            [("body/line[1]/word[3]", "value"), ("body/line[3]/word[2]", "value")],
        ),
        (b"a 1\nb\n", b"x 2 3\nb\n", [("body/line[1]", "value")]),
        (b"run 3f: 150 EUR", b"run 77: 200 EUR", [("body/word[2]", "value"), ("body/word[3]", "value")]),
        (b"a\nb", b"a\nb\n", [("body/line[3]", "added")]),
        (b"a\r\nb\r\nc 1", b"a\nb\nc 2", [("body", "format"), ("body/line[3]/word[2]", "value")]),
        (b"a\r\nb\r\n", b"a\nb\r\n", [("body", "format"), ("body/line[2]", "value")]),
        (b"a\nb\n", b"a\n", [("body/line[2]", "missing")]),
        (b"a\nb\n", b"b\na\n", [("body", "order")]),
        (b"a", b"a\n", [("body", "value")]),
        (b"-----BEGIN KEY-----\na\n", b"-----BEGIN KEY-----\nb\n", [("body", "value")]),
        (b"x -----BEGIN KEY-----\na\n", b"x -----BEGIN KEY-----\nb\n", [("body", "value")]),
        (b"<a>\nx\n", b"<a>\ny\n", [("body", "value")]),
    ],
)
def test_lines(
    answer: Build, request_to: Ask, legacy: bytes, candidate: bytes, expected: list[tuple[str, str]]
) -> None:
    """Plain text is compared line by line; what may name a secret in another line is one value."""
    ours, theirs = (answer(body, headers=TEXT) for body in (legacy, candidate))
    assert found(request_to(), ours, theirs) == expected
    ours, theirs = (answer(json.dumps(text).encode(), headers=JSON) for text in ("a\nb", "a\nc"))
    assert found(request_to(), ours, theirs) == [("body", "value")]


HTML = (("content-type", "text/html; charset=utf-8"),)
PAGE = b'<!doctype html><form><input type=hidden name=csrf value="a1"><p>%s EUR</p></form>'


def test_a_page(answer: Build, request_to: Ask) -> None:
    """A random token in it is one leaf, and hides nothing else."""
    ours, other = answer(PAGE % b"10", headers=HTML), answer(PAGE.replace(b"a1", b"b2") % b"15", headers=HTML)
    assert found(request_to(), ours, other) == [
        ("body/form/input/@value", "value"),
        ("body/form/p/text()/word[1]", "value"),
    ]
    assert found(request_to(), ours, answer(b"plain", headers=HTML)) == [("body", "value")]
    assert found(request_to(), ours, answer(b"{}", headers=JSON))[-1] == ("body", "type")
    assert found(request_to(), answer(b"a", headers=HTML), answer(b"<b>a", headers=HTML)) == [("body", "value")]
    assert found(request_to(), ours, answer(b"", headers=HTML)) == [("body", "missing")]


def parted(*parts: bytes, boundary: bytes = b"x") -> bytes:
    return b"".join(b"--%s\r\n%s\r\n" % (boundary, part) for part in parts) + b"--%s--\r\n" % boundary


def test_parts(answer: Build, request_to: Ask) -> None:
    """By number, each as its own type says; what stands between them says nothing."""

    def mixed(*parts: bytes, boundary: bytes = b"x") -> Answer:
        kind = f"multipart/mixed; boundary={boundary.decode()}"
        return answer(parted(*parts, boundary=boundary), headers=(("content-type", kind),))

    json_part = b'Content-Type: application/json\r\n\r\n{"a": %d}'
    ours = mixed(json_part % 1, b"\r\nplain")
    same = mixed(b'content-type: application/json\r\n\r\n{"a":1}', b"\r\nplain", boundary=b"other")
    assert found(request_to(), ours, same) == []
    assert found(request_to(), ours, mixed(json_part % 2, b"\r\nplain", boundary=b"y")) == [
        ("body/part[1]/content/a", "value")
    ]
    assert found(request_to(), ours, mixed(json_part % 1)) == [("body/part[2]", "missing")]
    assert found(request_to(), ours, mixed(b"\r\nplain", json_part % 1)) != []
    typed = mixed(b"Content-Type: text/plain\r\n\r\nplain", b"\r\nplain")
    assert found(request_to(), mixed(b"\r\nplain", b"\r\nplain"), typed) == [
        ("body/part[1]/headers/content-type", "added")
    ]


def test_long_bodies(answer: Build, request_to: Ask) -> None:
    """Past the limit equal bytes are equal; others differ where they mean themselves, and else are not compared."""

    def long(windows: bytes, kind: str = "image/png", coding: str = "") -> Answer:
        headers = (("content-type", kind), *((("content-encoding", coding),) if coding else ()))
        return replace(answer(b"begin", headers=headers, truncated=True), windows=windows)

    one, two = b"1" * 8 + b"2" * 8, b"1" * 8 + b"3" * 8
    assert found(request_to(), long(one), long(one)) == []
    assert found(request_to(), long(one), long(two)) == [("body", "value")]
    assert found(request_to(), long(one), long(one[:8])) == [("body", "value")]
    assert found(request_to(), long(one), answer(b"begin", headers=(("content-type", "image/png"),))) == [
        ("body", "value")
    ]
    assert found(request_to(), long(one, "application/json"), long(one, "application/json")) == []
    assert reason(request_to(), long(one, "application/json"), long(two, "application/json")) is Reason.TRUNCATED
    assert reason(request_to(), long(one, coding="gzip"), long(two, coding="gzip")) is Reason.TRUNCATED
    assert reason(request_to(), long(b""), long(b"")) is Reason.TRUNCATED
    assert reason(request_to(), long(one, "text/html"), long(two, "text/html")) is Reason.TRUNCATED
    as_json = [replace(long(windows, "text/plain"), body=b" {begin") for windows in (one, two)]
    assert reason(request_to(), *as_json) is Reason.TRUNCATED


_types = st.sampled_from(
    [
        *("application/json", "text/plain", "", "image/png", "application/x-www-form-urlencoded"),
        *("text/html", "text/xml", "multipart/mixed; boundary=x", "application/json-seq"),
    ]
)
_codings = st.sampled_from(["", "gzip", "deflate", "br", "zstd", "x"])
_bodies = (
    st.binary(max_size=30)
    | st.sampled_from([b"{}", b"[1]", b"null", gzip.compress(b"{}"), b"<a>b</a>", b"<p>b", b"--x\r\n\r\na\r\n--x--"])
    | st.text("<>/ab&;=\"' \n-!{}[]1\x1e").map(str.encode)
)
_http = st.builds(
    lambda kind, coding, body, status, more: Answer(
        status=status,
        headers=(("content-type", kind), ("content-encoding", coding), *more),
        body=body,
        truncated=False,
        trailers=(),
        latency_ms=1.0,
    ),
    _types,
    _codings,
    _bodies,
    st.sampled_from([200, 204, 500]),
    st.lists(
        st.tuples(st.sampled_from(["set-cookie", "x-bin", "x"]), st.text(st.characters(), max_size=5)), max_size=2
    ),
)


@given(_http, _http)
def test_any_two_http_answers(request_to: Ask, legacy: Answer, other: Answer) -> None:
    """Hostile bytes are the same as themselves, and otherwise a difference or not comparable; nothing else is raised."""
    request = request_to()
    assert found(request, legacy, legacy) == []
    try:
        differences = found(request, legacy, other)
    except NotComparableError as error:
        assert error.reason is Reason.UNDECODABLE  # noqa: PT017
    else:
        assert differences or legacy.status == other.status


# gRPC


def framed(*messages: bytes) -> bytes:
    return b"".join(b"\0" + len(message).to_bytes(4, "big") + message for message in messages)


def thing(contract: Contract, **values: Any) -> bytes:
    """A serialised t.v1.Thing."""
    return contract.message_class("t.v1.Thing")(**values).SerializeToString()


@pytest.fixture(scope="session")
def call(request_to: Ask) -> Callable[..., Request]:
    """A gRPC request."""
    return lambda target=CALL: request_to(target, method="POST", protocol=Protocol.GRPC)


@pytest.fixture(scope="session")
def reply(answer: Build) -> Callable[..., Answer]:
    """An answer of messages with a status."""

    def build(*messages: bytes, headers: Headers = GRPC, trailers: Headers = OK, status: int = 200) -> Answer:
        return answer(framed(*messages), status=status, headers=headers, trailers=trailers)

    return build


def test_messages_by_meaning(call: Ask, reply: Build, contract: Contract) -> None:
    """Fields in another order, packed or not, are the same message; a field that differs has its path."""
    one = thing(contract, i32=1) + thing(contract, s="a")
    two = thing(contract, s="a") + thing(contract, i32=1)
    assert one != two
    assert found(call(), reply(one), reply(two), contract) == []
    assert found(call(), reply(one), reply(thing(contract, i32=1, s="b")), contract) == [("message.s", "value")]


def test_an_unknown_field_counts(call: Ask, reply: Build, contract: Contract) -> None:
    """The candidate's newer contract is seen."""
    assert found(call(), reply(b""), reply(b"\x98\x06\x01"), contract) == [("message.#99", "added")]


@pytest.mark.parametrize("count", [1, 2])
def test_streams_have_one_template(call: Ask, reply: Build, contract: Contract, count: int) -> None:
    """Whether one message came or several."""
    legacy, other = ([thing(contract, i32=n + shift) for n in range(count)] for shift in (1, 9))
    differences = diff_answers(call(STREAM), reply(*legacy), reply(*other), contract)
    assert {item.template for item in differences} == {"message[*].i32"}


def test_the_number_of_messages(call: Ask, reply: Build, contract: Contract) -> None:
    """One that is missing, one that is too many, in a stream and in a unary answer."""
    one, two = thing(contract, i32=1), thing(contract, i32=2)
    assert found(call(STREAM), reply(one, two), reply(two), contract) == [("message[0]", "missing")]
    assert found(call(STREAM), reply(one, two), reply(two, one), contract) == [("message", "order")]
    assert found(call(STREAM), reply(), reply(one), contract) == [("message[0]", "added")]
    assert found(call(), reply(one), reply(), contract) == [("message", "missing")]
    assert found(call(), reply(), reply(one), contract) == [("message", "added")]
    assert found(call(), reply(one), reply(one, two), contract) == [("message[1]", "added")]


UNSEEN = "message(unseen)"
FAILED = (("grpc-status", "5"), ("grpc-message", "no"))


def test_a_message_beside_an_error(call: Ask, reply: Build, contract: Contract) -> None:
    """No caller of a unary call sees it, so it differs as a whole and in no field, whatever its bytes are."""
    one, two = thing(contract, i32=1), thing(contract, i32=2)
    bare = reply(trailers=FAILED)
    for legacy, other, kind in (
        (reply(one, trailers=FAILED), bare, "missing"),
        (bare, reply(one, trailers=FAILED), "added"),
        (reply(one, trailers=FAILED), reply(two, trailers=FAILED), "value"),
        (reply(b"\xff", trailers=FAILED), reply(two, trailers=FAILED), "value"),
        (reply(one, trailers=FAILED), reply(b"\xff", trailers=FAILED), "value"),
    ):
        assert found(call(), legacy, other, contract) == [(UNSEEN, kind)]
    assert found(call(), reply(one, trailers=FAILED), reply(one, trailers=FAILED), contract) == []


def test_a_message_beside_another_error(call: Ask, reply: Build, contract: Contract) -> None:
    """The error differs by itself."""
    other = reply(trailers=(("grpc-status", "13"), ("grpc-message", "no")))
    legacy = reply(thing(contract, i32=1), trailers=FAILED)
    assert found(call(), legacy, other, contract) == [("status.code", "value"), (UNSEEN, "missing")]


def test_a_message_beside_an_error_on_one_side(call: Ask, reply: Build, contract: Contract) -> None:
    """Callers get legacy's message, and from the candidate none, though it sends the same."""
    whole = thing(contract, i32=1)
    places = [("status.code", "value"), ("status.message", "format")]
    failed = reply(whole, trailers=FAILED)
    assert found(call(), reply(whole), failed, contract) == [*places, ("message", "missing")]
    assert found(call(), failed, reply(whole), contract) == [*places, ("message", "added")]


def test_messages_before_an_error_of_a_stream_are_seen(call: Ask, reply: Build, contract: Contract) -> None:
    """A client reads them before it learns of the error."""
    one, two = thing(contract, i32=1), thing(contract, i32=2)
    legacy, other = reply(one, trailers=FAILED), reply(two, trailers=FAILED)
    assert found(call(STREAM), legacy, other, contract) == [("message[0].i32", "value")]


def test_a_method_that_the_contract_lacks(call: Ask, reply: Build, contract: Contract) -> None:
    """Equal bytes are equal; others can't be compared, unless one side has no message at all."""
    request = call("/t.v1.Things/New")
    assert found(request, reply(b"\x08\x01"), reply(b"\x08\x01"), contract) == []
    assert reason(request, reply(b"\x08\x01"), reply(b"\x08\x02"), contract) is Reason.NO_CONTRACT
    assert reason(call(), reply(b"\x08\x01"), reply(b"\x08\x02"), None) is Reason.NO_CONTRACT
    refused = reply(trailers=(("grpc-status", "12"),))
    assert found(request, reply(b"\x08\x01"), refused, contract) == [("status.code", "value"), ("message", "missing")]


def test_a_message_that_is_none(call: Ask, reply: Build, contract: Contract) -> None:
    """The candidate's is a difference, legacy's can't be compared, both the same are equal."""
    whole, broken = reply(thing(contract, s="a")), reply(b"\xff")
    assert found(call(), whole, broken, contract) == [("message", "type")]
    assert reason(call(), broken, whole, contract) is Reason.UNDECODABLE
    assert found(call(), broken, broken, contract) == []


def test_frames_that_are_none(answer: Build, call: Ask, reply: Build, contract: Contract) -> None:
    """As above, of the frames."""
    whole = reply(thing(contract, s="a"))
    for body in (b"\0\0\0", b"\0\0\0\0\x09abc", b"\x01\0\0\0\x01a"):
        broken = answer(body, headers=GRPC, trailers=OK)
        assert found(call(), whole, broken, contract) == [("message", "type")]
        assert reason(call(), broken, whole, contract) is Reason.UNDECODABLE


def test_compression_says_nothing(answer: Build, call: Ask, reply: Build, contract: Contract) -> None:
    """A compressed message is the message."""
    data = thing(contract, s="a")
    packed = gzip.compress(data)
    body = b"\x01" + len(packed).to_bytes(4, "big") + packed
    compressed = answer(body, headers=(*GRPC, ("grpc-encoding", "gzip")), trailers=OK)
    assert found(call(), reply(data), compressed, contract) == []


@pytest.mark.parametrize(
    ("legacy", "other", "expected"),
    [
        ((("grpc-status", "0"),), (("grpc-status", "5"),), [("status.code", "value")]),
        ((("grpc-status", "0"),), (("grpc-status", "0"), ("grpc-status", "5")), [("status.code", "value")]),
        ((("grpc-status", "0"),), (), [("status.code", "value")]),
        ((*OK, ("grpc-message", "a%20b")), (*OK, ("grpc-message", "a b")), []),
        ((*OK, ("grpc-message", "a")), (*OK, ("grpc-message", "b")), [("status.message", "value")]),
        ((*OK, ("grpc-message", "%ff")), (*OK, ("grpc-message", "%fe")), [("status.message", "value")]),
        ((*OK, ("x-a", "1")), OK, [("trailer.x-a", "missing")]),
        ((*OK, ("x-a-bin", "QUI=")), (*OK, ("x-a-bin", "QUI")), []),
        ((*OK, ("x-a-bin", "QUI=")), (*OK, ("x-a-bin", "@")), [("trailer.x-a-bin", "type")]),
    ],
)
def test_status_and_trailers(call: Ask, reply: Build, legacy: Headers, other: Headers, expected: Any) -> None:
    """Code, message and metadata, each at its place."""
    assert found(call(), reply(trailers=legacy), reply(trailers=other)) == expected


def test_the_http_status_of_a_call(call: Ask, reply: Build) -> None:
    """A gateway's status beside a gRPC status is not dropped."""
    assert found(call(), reply(), reply(status=503)) == [("status.http", "value")]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("application/grpc+proto", []), ("application/grpc+json", ["value"]), ("text/html", ["value"]), ("", ["format"])],
)
def test_the_type_of_a_call(call: Ask, reply: Build, kind: str, expected: list[str]) -> None:
    """A client refuses an answer that is not gRPC."""
    other = reply(headers=(("content-type", kind),))
    assert found(call(), reply(), other) == [("metadata.content-type", item) for item in expected]


def test_trailers_only(call: Ask, answer: Build) -> None:
    """One header block or two say the same, where there is no metadata; metadata keeps its place."""
    status = (("grpc-status", "5"), ("grpc-message", "no"))
    short = answer(headers=(*GRPC, *status))
    assert found(call(), short, answer(headers=GRPC, trailers=status)) == []
    moved = answer(headers=(*GRPC, ("x-a", "1")), trailers=status)
    assert found(call(), answer(headers=(*GRPC, *status, ("x-a", "1"))), moved) == [
        ("metadata.x-a", "added"),
        ("trailer.x-a", "missing"),
    ]


def _status(code: int = 5, message: str = "no", **info: Any) -> Headers:
    status = status_pb2.Status(code=code, message=message)
    if info:
        status.details.add().Pack(error_details_pb2.ErrorInfo(**info))
    text = base64.b64encode(status.SerializeToString()).decode()
    return (("grpc-status", "5"), ("grpc-status-details-bin", text))


@pytest.mark.parametrize(
    ("legacy", "other", "expected"),
    [
        (_status(reason="A"), _status(reason="A"), []),
        (_status(reason="A"), _status(reason="B"), [("status.details[0].reason", "value")]),
        (_status(reason="A"), _status(), [("status.details[0]", "missing")]),
        (_status(), _status(code=6), [("status.details.code", "value")]),
        (_status(), _status(message="other"), [("status.details.message", "value")]),
        (_status(reason="A"), (("grpc-status", "5"),), [("status.details", "missing")]),
        ((("grpc-status", "5"),), _status(), [("status.details", "added")]),
        (_status(), (("grpc-status", "5"), ("grpc-status-details-bin", "/w")), [("status.details", "type")]),
        (_status(), (("grpc-status", "5"), ("grpc-status-details-bin", "!")), [("message", "type")]),
    ],
)  # fmt: skip
def test_details(call: Ask, reply: Build, legacy: Headers, other: Headers, expected: Any) -> None:
    """google.rpc.Status by meaning, with the code and message that it repeats."""
    assert found(call(), reply(trailers=legacy), reply(trailers=other)) == expected


_fields = st.lists(
    st.tuples(
        st.sampled_from(["grpc-status", "grpc-message", "grpc-status-details-bin", "grpc-encoding", "x-bin", "x"]),
        st.text(st.characters(), max_size=6) | st.sampled_from(["0", "5", "gzip", "QUI", "CAU"]),
    ),
    max_size=3,
).map(tuple)
_frames = st.lists(st.binary(max_size=12), max_size=3).map(lambda messages: framed(*messages))
_calls = st.builds(
    lambda body, headers, trailers: Answer(
        status=200, headers=headers, body=body, truncated=False, trailers=trailers, latency_ms=1.0
    ),
    _frames | st.binary(max_size=20),
    _fields,
    _fields,
)


@given(_calls, _calls, st.sampled_from([CALL, STREAM, "/x/Y"]))
def test_any_two_calls(call: Ask, contract: Contract, legacy: Answer, other: Answer, target: str) -> None:
    """Hostile frames and fields are a difference or not comparable; nothing else is raised."""
    for answers in ((legacy, legacy), (legacy, other)):
        try:
            differences = found(call(target), *answers, contract)
        except NotComparableError as error:
            assert error.reason in {Reason.UNDECODABLE, Reason.NO_CONTRACT}  # noqa: PT017
        else:
            assert not differences or answers[0] is not answers[1]


def test_differences_can_be_written_as_json(call: Ask, reply: Build, contract: Contract) -> None:
    """Paths of any content can be stored."""
    for item in diff_answers(call(), reply(thing(contract, s="é")), reply(b"\x98\x06\x01"), contract):
        assert json.dumps([item.path, item.template]).encode()
