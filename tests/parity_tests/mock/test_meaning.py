"""When two requests are the same."""

from pathlib import Path
from typing import Any

import pytest

from crossfade.codegen.contract import Contract, ProtoFiles, load_contract
from crossfade.parity_tests.mock.meaning import body_meaning, head_meaning, whole_messages
from crossfade.shadow.exchange import Protocol


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (b'{"a":1,"b":[true,null]}', b'{ "b": [true, null], "a": 1.0 }', True),
        (b'{"a":1}', b'{"a":true}', False),
        (b'{"a":1}', b'{"a":"1"}', False),
        (b'{"a":[1,2]}', b'{"a":[2,1]}', False),
        (b'{"a":9007199254740993}', b'{"a":9007199254740992}', False),
        (b'{"a":null}', b"{}", False),
        (b"{", b"{", True),
        (b"{", b"[", False),
    ],
)
def test_json(recorder: Any, one: bytes, other: bytes, same: bool) -> None:
    """By its value: blanks and the order of members mean nothing."""
    meanings = [body_meaning(recorder.request("POST", "/a", body), None) for body in (one, other)]
    assert (meanings[0] == meanings[1]) is same
    assert len({*meanings}) == (1 if same else 2)


def test_other_bodies(recorder: Any) -> None:
    """A form is its fields, what is coded is what was coded, bytes are themselves."""
    kind = (("content-type", "application/x-www-form-urlencoded"),)
    forms = [
        body_meaning(recorder.request("POST", "/a", body, headers=kind), None) for body in (b"a=%20&b=1", b"a=+&b=1")
    ]
    assert forms[0] == forms[1]
    raw = (("content-type", "application/octet-stream"),)
    assert body_meaning(recorder.request("POST", "/a", b"\xff", headers=raw), None) == (b"\xff",)
    assert body_meaning(recorder.request("GET", "/a"), None) == (b"",)


@pytest.mark.parametrize(
    ("more", "same"),
    [
        ({}, True),
        ({"headers": (("user-agent", "other"), ("x-request-id", "7"), ("accept", "text/html"))}, True),
        ({"headers": (("If-None-Match", '"a"'),)}, False),
        ({"headers": (("range", "bytes=0-1"),)}, False),
        ({"target": "/a?q=2"}, False),
        ({"target": "http://svc.test/a?q=1"}, True),
        ({"method": "HEAD"}, False),
    ],
)
def test_heads(recorder: Any, more: dict[str, Any], same: bool) -> None:
    """Fields that differ from client to client do not count; those that choose an answer do."""
    method, target = more.pop("method", "GET"), more.pop("target", "/a?q=1")
    other = recorder.request(method, target, **more)
    assert (head_meaning(recorder.request("GET", "/a?q=1")) == head_meaning(other)) is same


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    """One method with a map."""
    path: Path = tmp_path_factory.mktemp("proto") / "t.proto"
    path.write_text(
        'syntax = "proto3"; package t; message M { map<string, int32> a = 1; int32 b = 2; } '
        "service S { rpc Get(stream M) returns (M); }",
        encoding="utf-8",
    )
    return load_contract(ProtoFiles(files=(path,)))


def test_messages(recorder: Any, framed: Any, contract: Contract) -> None:
    """By their type, if there is a contract; else by their bytes."""
    kind = contract.message_class("t.M")
    one = kind(a={"x": 1, "y": 2}).SerializeToString(deterministic=True)
    half = len(one) // 2
    other = one[half:] + one[:half] + b"\x10\x00"  # the entries the other way round, and a default
    requests = [
        recorder.request("POST", "/t.S/Get", framed([body, b""]), protocol=Protocol.GRPC) for body in (one, other)
    ]
    first, second = (body_meaning(request, contract) for request in requests)
    assert first == second
    assert len(first) == 2
    assert body_meaning(requests[0], None) != body_meaning(requests[1], None)


def test_a_message_that_is_still_to_come(framed: Any) -> None:
    """Does not count yet."""
    body = framed([b"one", b"two"])
    for end in range(len(body)):
        assert whole_messages(body[:end]) == ((framed([b"one"]),) if end >= 8 else ())
    assert len(whole_messages(body)) == 2
