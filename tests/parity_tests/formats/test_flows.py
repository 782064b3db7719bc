"""Flow files of mitmproxy."""

import builtins
from pathlib import Path
from typing import Any

import pytest
from mitmproxy.http import Headers
from mitmproxy.io import FlowWriter
from mitmproxy.test import tflow, tutils

from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.formats.exchanges import Omission
from crossfade.parity_tests.formats.flows import read_flows
from crossfade.shadow.compare.decode.grpc import split_answer
from crossfade.shadow.exchange import Protocol


def test_what_mitmproxy_wrote(data: Path, taken: Any) -> None:
    """Bytes as they passed, with the connection of each client."""
    read = taken(read_flows(data / "http.flows"))
    assert len(read.exchanges) == 11
    assert not read.left_out
    login, note, *_, big, logo, _, _, last = read.exchanges
    assert login.request.body == b'{"user":"ann","password":"hunter2"}'
    assert (login.request.authority, login.request.target) == ("127.0.0.1:8000", "/login")
    assert note.request.peer.startswith("127.0.0.1:")
    assert note.request.peer != login.request.peer
    assert (big.reply.body[:2], len(big.reply.body)) == (b"\x1f\x8b", 58)
    assert logo.reply.body == bytes(range(256))
    assert (last.request.body, last.reply.status, last.request.protocol) == (b'{"text":"two"}', 201, Protocol.HTTP)
    assert login.port == 8000


def test_calls_that_mitmproxy_wrote(data: Path, taken: Any) -> None:
    """Messages, metadata and trailers; all of one client's connection."""
    read = taken(read_flows(data / "grpc.flows"))
    assert read.lines == ["POST /grpc.health.v1.Health/Check"] * 2
    assert not read.left_out
    good, bad = (split_answer(item.reply) for item in read.exchanges)
    assert (good.code, good.messages, bad.code) == ("OK", (b"\x08\x01",), "NOT_FOUND")
    assert {("x-team", "blue"), ("x-trace-bin", "AAH/")} <= {*read.exchanges[0].request.headers}
    assert {item.request.protocol for item in read.exchanges} == {Protocol.GRPC}
    assert len({item.request.peer for item in read.exchanges}) == 1


@pytest.mark.parametrize("size", [10, 5000, 21_000])
def test_a_file_that_was_cut_off(tmp_path: Path, data: Path, taken: Any, size: int) -> None:
    """What is whole is taken, and that there was more is counted."""
    path = tmp_path / "cut.flows"
    path.write_bytes((data / "http.flows").read_bytes()[:size])
    if size == 10:
        with pytest.raises(ParityError, match=r"cut\.flows: expected a flow file of mitmproxy, got something else"):
            list(read_flows(path))
    else:
        read = taken(read_flows(path))
        assert 0 < len(read.exchanges) < 11
        assert dict(read.left_out) == {Omission.CUT_OFF: 1}


def test_what_is_no_call(tmp_path: Path, taken: Any) -> None:
    """A WebSocket, a tunnel, a body that streamed, an answer that never came."""
    streamed, tunnel = tflow.tflow(resp=True), tflow.tflow(resp=True)
    streamed.response.raw_content = None
    tunnel.request.method = "CONNECT"
    path = tmp_path / "a.flows"
    with path.open("wb") as file:
        writer = FlowWriter(file)
        for flow in (tflow.twebsocketflow(), tunnel, streamed, tflow.tflow(), tflow.tflow(err=True), tflow.ttcpflow()):
            writer.add(flow)
        writer.add(tflow.tflow(req=tutils.treq(http_version=b"HTTP/2.0"), resp=True))
    read = taken(read_flows(path))
    assert len(read.exchanges) == 1
    assert dict(read.left_out) == {Omission.OTHER_PROTOCOL: 3, Omission.NO_BODY: 1, Omission.NO_ANSWER: 2}


def test_calls_have_their_trailers(tmp_path: Path, taken: Any) -> None:
    """And over HTTP/2 the cookies of one request are one field."""
    call = tflow.tflow(resp=True)
    call.request = tutils.treq(
        http_version=b"HTTP/2.0",
        method=b"POST",
        path=b"/p.S/Get",
        authority=b"svc.test",
        headers=Headers(((b"content-type", b"application/grpc"), (b"cookie", b"a=1"), (b"cookie", b"b=2"))),
        content=b"\0\0\0\0\0",
    )
    call.response.trailers = Headers(((b"grpc-status", b"0"),))
    path = tmp_path / "a.flows"
    with path.open("wb") as file:
        FlowWriter(file).add(call)
    (found,) = taken(read_flows(path)).exchanges
    assert (found.request.protocol, found.request.authority) == (Protocol.GRPC, "svc.test")
    assert found.request.headers == (("content-type", "application/grpc"), ("cookie", "a=1; b=2"))
    assert found.reply.trailers == (("grpc-status", "0"),)


def test_without_mitmproxy(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line says what to install."""
    real = builtins.__import__

    def missing(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("mitmproxy"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(ParityError, match=r"pip install 'crossfade\[mitmproxy\]'") as error:
        list(read_flows(data / "http.flows"))
    assert error.value.exit_code == 4
