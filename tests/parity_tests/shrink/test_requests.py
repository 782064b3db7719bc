"""Requests as trees."""

import gzip
import json
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crossfade.codegen.contract import Contract, ProtoFiles, load_contract
from crossfade.parity_tests.corpus.records import Call, Timing
from crossfade.parity_tests.shrink.requests import call_of, request_tree, unread_tree
from crossfade.parity_tests.shrink.trees import Node, smallest
from crossfade.shadow.exchange import Protocol
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage

PROTO = """
syntax = "proto3";
package t;
message M { string name = 1; int32 size = 2; }
service S { rpc Put(M) returns (M); rpc Chat(stream M) returns (stream M); }
"""


@pytest.fixture(scope="session")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    """A unary and a streaming method."""
    path: Path = tmp_path_factory.mktemp("requests") / "t.proto"
    path.write_text(PROTO, encoding="utf-8")
    return load_contract(ProtoFiles(files=(path,)))


@pytest.fixture
def rpc(call_of: Any, contract: Contract) -> Any:
    """A gRPC call with these messages."""

    def make(method: str, messages: list[dict[str, Any]], times: tuple[float, ...] = ()) -> Call:
        kind: Any = contract.message_class("t.M")
        data = [kind(**item).SerializeToString() for item in messages]
        body = b"".join(struct.pack(">BI", 0, len(item)) + item for item in data)
        call: Call = call_of("POST", f"/t.S/{method}", body, headers=(("te", "trailers"), ("x-a", "b")))
        call_type = "unary" if method == "Put" else "bidi"
        route = RouteInfo(route=f"t.S/{method}", protocol="grpc", call_type=call_type, stage=Stage.SHADOW)
        request = replace(call.request, protocol=Protocol.GRPC)
        return replace(call, route=route, request=request, timing=Timing(client_ms=times))

    return make


def reduced(drive: Any, call: Call, contract: Contract | None, does: Any, keeps: Any = lambda _: False) -> Call:
    """The smallest call that does."""
    found = drive(smallest(request_tree(call, contract), keeps), lambda root: does(call_again(call, root)))
    return call_again(call, found.result)


call_again = call_of


def test_nothing_changes(call_of: Any, rpc: Any, contract: Contract) -> None:
    """A tree in which nothing was dropped is the very request."""
    calls = [
        call_of("GET", "/notes?a=1&b=x%20y&c"),
        call_of("POST", "/notes", b'{"a":1.50,"b":[1,null]}'),
        call_of("POST", "/notes", b"\x00\xff"),
        call_of("POST", "/notes", b"a=1&b=%20&c", headers=(("Content-Type", "application/x-www-form-urlencoded"),)),
        rpc("Put", [{"name": "x"}]),
        rpc("Chat", [{"name": "x"}, {}], (-2.0, -1.0)),
    ]
    assert [call_again(call, request_tree(call, contract)) for call in calls] == calls


def test_json(drive: Any, call_of: Any) -> None:
    """Parameters, header fields and members that are not needed go, and the length is right."""
    headers = (("Content-Type", "application/json"), ("Content-Length", "99"), ("X-A", "b"), ("X-Need", "c"))
    call = call_of("POST", "/notes?a=1&b=500", {"x": [{"y": 1, "z": "long text"}], "w": 2}, headers=headers)

    def does(call: Call) -> bool:
        try:
            item = json.loads(call.request.body)["x"][0]["z"]
        except (ValueError, LookupError):
            return False
        return bool(item) and "b=" in call.request.target and ("X-Need", "c") in call.request.headers

    request = reduced(drive, call, None, does).request
    assert request.target == "/notes?b="
    assert len(json.loads(request.body)["x"][0].pop("z")) == 1
    assert request.headers == (("Content-Type", "application/json"), ("Content-Length", "17"), ("X-Need", "c"))


def test_a_handle_is_not_made_plainer(drive: Any, call_of: Any) -> None:
    """It can go, and else stays as it is."""
    call = call_of("GET", "/notes?id=1234&size=1234567")
    found = reduced(drive, call, None, lambda call: call.request.target.count("=") == 2, lambda value: value == "1234")
    assert found.request.target == "/notes?id=1234&size="


def test_coded_body(drive: Any, call_of: Any) -> None:
    """It is decoded, and coded again."""
    headers = (("Content-Type", "application/json"), ("Content-Encoding", "gzip"), ("Content-Length", "5"))
    call = call_of("POST", "/notes", gzip.compress(b'{"a":1,"b":2}'), headers=headers)

    def does(call: Call) -> bool:
        return b'"b"' in gzip.decompress(call.request.body) if call.request.body else False

    found = reduced(drive, call, None, does).request
    assert gzip.decompress(found.body) == b'{"b":0}'
    assert found.headers[2] == ("Content-Length", str(len(found.body)))


def test_form(drive: Any, call_of: Any) -> None:
    """Fields go, and values become plainer."""
    call = call_of("POST", "/notes", b"a=1&b=x+y%26z", headers=(("Content-Type", "application/x-www-form-urlencoded"),))
    found = reduced(drive, call, None, lambda call: b"b=" in call.request.body and b"%26" in call.request.body)
    assert found.request.body == b"b=%26"


def test_a_message_of_a_unary_call_stays(drive: Any, rpc: Any, contract: Contract) -> None:
    """Its fields go."""
    found = reduced(drive, rpc("Put", [{"name": "x", "size": 3}]), contract, lambda _: True)
    assert found.request.body == b"\0\0\0\0\0"
    assert found.request.headers == (("te", "trailers"),)


def test_messages_of_a_stream(drive: Any, rpc: Any, contract: Contract) -> None:
    """They go, and the times of those that are left stay with them."""
    call = rpc("Chat", [{"name": "a"}, {"size": 7}, {"name": "b", "size": 9}], (-3.0, -2.0, -1.0))
    found = reduced(drive, call, contract, lambda call: b"\x10\x09" in call.request.body)
    assert found.request.body == b"\0\0\0\0\x02\x10\x09"
    assert found.timing.client_ms == (-1.0,)


def test_compressed_message(drive: Any, rpc: Any, contract: Contract) -> None:
    """It is sent without compression."""
    kind: Any = contract.message_class("t.M")
    data = gzip.compress(kind(name="x", size=3).SerializeToString())
    call = rpc("Put", [{}])
    request = replace(
        call.request, body=struct.pack(">BI", 1, len(data)) + data, headers=(("grpc-encoding", "gzip"), ("te", "x"))
    )
    found = reduced(drive, replace(call, request=request), contract, lambda call: b"\x10\x03" in call.request.body)
    assert found.request.body == b"\0\0\0\0\x02\x10\x03"


def test_unread_body(call_of: Any) -> None:
    """It goes as a whole or stays."""
    call = call_of("POST", "/notes", b'{"a": 1}')
    root = unread_tree(call)
    assert call_again(call, root) == call
    without = Node(name="request", children=root.children[:2])
    assert call_again(call, without).request.body == b""
