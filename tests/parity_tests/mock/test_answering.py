"""What is sent for one request, whatever carries it."""

import asyncio
from dataclasses import replace
from typing import Any

from crossfade.parity_tests.corpus.records import Timing
from crossfade.parity_tests.mock import answering
from crossfade.parity_tests.mock.answering import Heard, Mock, answer
from crossfade.parity_tests.mock.book import Client
from crossfade.shadow.exchange import Headers


class Tape:
    """A wire that keeps what is sent."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    async def begin(self, status: int, headers: Headers) -> None:
        self.sent.append((status, dict(headers).get("grpc-status")))

    async def send(self, data: bytes) -> None:
        self.sent.append(data)

    async def end(self, trailers: Headers) -> None:
        self.sent.append(dict(trailers))

    async def abort(self) -> None:
        self.sent.append("aborted")


async def test_the_rest_of_a_request_is_waited_for(recorder: Any, book: Any, framed: Any) -> None:
    """And what has come when it ends is all of it."""
    call = recorder.grpc("/p.S/Up", [b"1", b"2"], [b"a"])
    heard, tape = Heard(replace(call.request, body=b"")), Tape()
    task = asyncio.create_task(answer(Mock(book=book([call])), heard, tape, Client()))
    for part in ([b"1"], [b"2"]):
        heard.body += framed(part)
        heard.changed.set()
        await asyncio.sleep(0)
        assert tape.sent == []
    heard.ended = True
    heard.changed.set()
    await task
    assert tape.sent == [(200, None), framed([b"a"]), {"grpc-status": "0"}]


async def test_a_client_that_left_before_the_end(recorder: Any, book: Any) -> None:
    """Gets nothing, and nothing is held for it."""
    call = recorder.grpc("/p.S/Up", [b"1"], [b"a"])
    heard, tape = Heard(replace(call.request, body=b""), gone=True), Tape()
    await answer(Mock(book=book([call])), heard, tape, Client())
    assert tape.sent == []


async def test_a_dialogue_that_leaves_the_recording(recorder: Any, book: Any, framed: Any) -> None:
    """A call ends with the mark."""
    early = Timing(client_ms=(-20.0, -10.0), server_ms=(-15.0, -5.0))
    call = recorder.grpc("/p.S/Chat", [b"1", b"2"], [b"a", b"b"], timing=early)
    heard, tape = Heard(replace(call.request, body=b""), body=bytearray(framed([b"1"]))), Tape()
    missed: list[str] = []
    task = asyncio.create_task(answer(Mock(book=book([call]), speed=0, missed=missed.append), heard, tape, Client()))
    await asyncio.sleep(0)
    heard.body += framed([b"9"])
    heard.changed.set()
    await task
    assert tape.sent[:2] == [(200, None), framed([b"a"])]
    assert tape.sent[2]["x-crossfade-not-recorded"] == "1"
    assert missed == ["POST /p.S/Chat"]


async def test_what_has_no_end_is_broken_off(recorder: Any, book: Any, monkeypatch: Any) -> None:
    """After a while, if its client stays."""
    monkeypatch.setattr(answering, "_LINGER_S", 0.0)
    left = Timing(client_ms=(0.0,), server_ms=(1.0,), cancelled_ms=2.0)
    call = recorder.grpc("/p.S/Watch", [b"1"], [b"a"], timing=left)
    heard, tape = Heard(replace(call.request, body=b""), body=bytearray(call.request.body), ended=True), Tape()
    await answer(Mock(book=book([call])), heard, tape, Client())
    assert tape.sent[-1] == "aborted"
