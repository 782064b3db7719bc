"""Recorded streams, sent again to real gRPC services."""

import asyncio
import struct
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import grpc
import pytest

from crossfade.codegen.contract import Contract, ProtoFiles, load_contract
from crossfade.parity_tests.corpus.records import Call, Session, Timing
from crossfade.parity_tests.replay.pair import open_pair
from crossfade.parity_tests.replay.played import Played
from crossfade.parity_tests.replay.player import play_session
from crossfade.parity_tests.replay.script import Script, Step
from crossfade.parity_tests.replay.sending import Progress, _feed
from crossfade.shadow.exchange import Answer, Protocol
from crossfade.shadow.exchange.outcome import Reason

PROTO = """
syntax = "proto3";
package s.v1;
message Note { string text = 1; }
service Streams {
  rpc Talk(stream Note) returns (stream Note);
  rpc Upload(stream Note) returns (Note);
  rpc Watch(Note) returns (stream Note);
}
"""
KINDS = {
    "Talk": (grpc.stream_stream_rpc_method_handler, "bidi"),
    "Upload": (grpc.stream_unary_rpc_method_handler, "client_stream"),
    "Watch": (grpc.unary_stream_rpc_method_handler, "server_stream"),
}


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    path = tmp_path / "s.proto"
    path.write_text(PROTO, encoding="utf-8")
    return load_contract(ProtoFiles(files=(path,)))


@pytest.fixture
def serve_calls(contract: Contract) -> Iterator[Callable[..., str]]:
    """Serves one method; gives its URL."""
    note = contract.message_class("s.v1.Note")
    servers = []

    def start(name: str, behaviour: Callable[..., Any]) -> str:
        make, _ = KINDS[name]
        handler = make(
            behaviour, request_deserializer=note.FromString, response_serializer=lambda item: item.SerializeToString()
        )
        handlers = [grpc.method_handlers_generic_handler("s.v1.Streams", {name: handler})]
        server = grpc.server(ThreadPoolExecutor(max_workers=4), handlers=handlers)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        servers.append(server)
        return f"http://127.0.0.1:{port}"

    yield start
    for server in servers:
        server.stop(0).wait()


@pytest.fixture
def play(serve_calls: Any, contract: Contract, call_of: Any, config_of: Any) -> Callable[..., Any]:
    """Plays one streamed call of these messages against a service and another one."""
    note = contract.message_class("s.v1.Note")

    def body(texts: tuple[str, ...]) -> bytes:
        messages = [note(text=text).SerializeToString() for text in texts]
        return b"".join(struct.pack(">BI", 0, len(message)) + message for message in messages)

    async def run(name: str, texts: tuple[str, ...], timing: Timing, legacy: Any, candidate: Any) -> Played:
        call: Call = call_of(0, "POST", f"/s.v1.Streams/{name}", f"s.v1.Streams/{name}")
        request = replace(
            call.request,
            protocol=Protocol.GRPC,
            headers=(("content-type", "application/grpc"), ("te", "trailers")),
            body=body(texts),
        )
        route = replace(call.route, protocol="grpc", call_type=KINDS[name][1])
        call = replace(call, request=request, route=route, timing=timing, write=False)
        config = config_of(serve_calls(name, legacy), serve_calls(name, candidate))
        async with open_pair(config, contract) as pair:
            done = await play_session(pair, Session(id="s", calls=(call,)))
        return done.played[0]

    return run


def _texts(played: Played) -> list[bytes]:
    """What legacy answered, message by message."""
    assert isinstance(played.legacy, Answer)
    body, found = played.legacy.body, []
    while body:
        (length,) = struct.unpack(">I", body[1:5])
        found.append(body[7 : 5 + length])
        body = body[5 + length :]
    return found


async def test_a_conversation(play: Any, contract: Contract) -> None:
    """Each message goes out after the answer to the one before it, as when it was recorded."""
    note = contract.message_class("s.v1.Note")
    orders: list[list[str]] = []

    def talk(requests: Any, _: Any) -> Any:
        heard: list[str] = []
        orders.append(heard)
        for request in requests:
            heard.append(request.text)
            yield note(text=f"{request.text}!")
            heard.append("answered")

    timing = Timing(client_ms=(-30.0, -20.0, -10.0), server_ms=(-25.0, -15.0, -5.0))
    played = await play("Talk", ("a", "b", "c"), timing, talk, talk)
    assert played.signature == ()
    assert played.compared
    assert _texts(played) == [b"a!", b"b!", b"c!"]
    assert orders == [["a", "answered", "b", "answered", "c", "answered"]] * 2


async def test_a_candidate_that_says_something_else(play: Any, contract: Contract) -> None:
    """At its message."""
    note = contract.message_class("s.v1.Note")

    def talk(mark: str) -> Any:
        def behaviour(requests: Any, _: Any) -> Any:
            for request in requests:
                yield note(text=request.text + mark)

        return behaviour

    timing = Timing(client_ms=(-30.0, -20.0), server_ms=(-25.0, -15.0))
    played = await play("Talk", ("a", "b"), timing, talk("!"), talk("?"))
    assert [item.template for item in played.signature] == ["message[*].text"]


async def test_a_client_that_left(play: Any, contract: Contract) -> None:
    """A watch without end is left after as many messages as its client had seen, and compared so far."""
    note = contract.message_class("s.v1.Note")

    def watch(_: Any, context: Any) -> Any:
        number = 0
        while context.is_active():
            number += 1
            yield note(text=f"event {number}")

    played = await play("Watch", ("a",), Timing(server_ms=(1.0, 2.0), cancelled_ms=3.0), watch, watch)
    assert played.signature == ()
    assert played.comparison is not None
    assert played.comparison.cut is Reason.CUT_BY_CLIENT


async def test_a_client_that_never_ended(play: Any, contract: Contract) -> None:
    """The service ends the call by itself."""
    note = contract.message_class("s.v1.Note")

    def talk(requests: Any, _: Any) -> Any:
        for request in requests:
            yield note(text=request.text)
            if request.text == "exit":
                return

    timing = Timing(client_ms=(-30.0, -10.0), server_ms=(-20.0, -5.0), half_closed=False)
    played = await play("Talk", ("a", "exit"), timing, talk, talk)
    assert (played.compared, played.signature) == (True, ())


async def test_an_upload(play: Any, contract: Contract) -> None:
    """Its one answer is compared."""
    note = contract.message_class("s.v1.Note")

    def upload(requests: Any, _: Any) -> Any:
        return note(text=",".join(request.text for request in requests))

    played = await play("Upload", ("a", "b"), Timing(client_ms=(-30.0, -10.0)), upload, upload)
    assert (played.compared, played.signature, _texts(played)) == (True, (), [b"a,b"])


async def test_a_message_waits_for_the_answers_before_it() -> None:
    """And so does the half close."""
    sent: list[bytes | None] = []
    parts: Any = SimpleNamespace(put=sent.append, end=lambda: sent.append(None))
    call: Any = SimpleNamespace(answer=SimpleNamespace(changed=asyncio.Event()))
    steps = (Step(data=b"a"), Step(data=b"b", after_answers=1), Step(data=b"", after_answers=2))
    progress = Progress()
    feeding = asyncio.create_task(_feed(call, parts, Script(steps=steps, patience_s=60.0), progress))
    for answers, expected in ((0, [b"a"]), (1, [b"a", b"b"]), (2, [b"a", b"b", None])):
        progress.set(answers)
        for _ in range(5):
            await asyncio.sleep(0)
        assert sent == expected
    await feeding


async def test_progress_is_reached() -> None:
    """As soon as so many messages have come."""
    progress = Progress()
    waiter = asyncio.create_task(progress.reach(2, 60.0))
    progress.set(1)
    await asyncio.sleep(0)
    assert not waiter.done()
    progress.set(2)
    await waiter


async def test_progress_is_not_waited_for_for_ever() -> None:
    """What came by chance before a message may not come again."""
    await Progress().reach(1, 0.0)
