"""Streams that were compared as they came are recorded, and judged again as they were."""

import asyncio
import http.client
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import grpc
import pytest

from crossfade.codegen.contract import Contract
from crossfade.shadow.evidence.records import RunInfo
from crossfade.shadow.evidence.redact import Redactor
from crossfade.shadow.exchange import Answer, Comparison
from crossfade.shadow.exchange.observations import Judged
from crossfade.shadow.exchange.outcome import Reason
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.judging.judge import Judge
from crossfade.shadow.judging.judgement import IgnoreRule
from crossfade.shadow.judging.rules import Rules
from crossfade.shadow.recording.reader import RecordingReader
from crossfade.shadow.recording.records import Header, Recorded, Result, result_of
from crossfade.shadow.recording.redaction import ComparisonRedactor
from crossfade.shadow.recording.writer import RecordingWriter
from crossfade.shadow.runs.recorder import Recorder, RecordingJudge

pytestmark = [
    # mitmproxy 11 and its own dependencies warn on import and on closing sockets
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
RUN = RunInfo(
    run_id="run-1",
    service="x",
    engine="mitmproxy",
    legacy_build="py",
    candidate_build="java",
    rules_digest="r",
    contract_digest="",
    started_at=1.0,
)


class Tape:
    """``judge`` records; ``only`` is what is in the recording."""

    def __init__(self, folder: Path, contract: Contract) -> None:
        self.folder = folder
        self.contract = contract
        redact = ComparisonRedactor(Redactor(b"k" * 32, names=("text",)), contract).events
        header = Header(run=replace(RUN, contract_digest=contract.digest), sample_pct=100.0)
        writer = RecordingWriter.create(folder, header, contract, max_bytes=10**7)
        self._recorder = Recorder(writer=writer, redact=redact, judge=Judge(contract=contract), pct=100.0)
        self.judge = RecordingJudge(contract=contract, recorder=self._recorder)

    def only(self) -> Recorded:
        self._recorder.finish()
        (only,) = RecordingReader(self.folder).comparisons()
        return only


@pytest.fixture
def tape(tmp_path: Path, contract: Contract) -> Tape:
    """A new recording; values under ``text`` are hidden."""
    return Tape(tmp_path / "tape", contract)


def again(tape: Tape, item: Recorded, *ignored: str) -> Result:
    """What the recorded comparison comes to, with these paths ignored."""
    rules = tuple(IgnoreRule(route="*", path=path, reason="test") for path in ignored)
    observation = (
        Judge(contract=tape.contract, rules=Rules(ignore=rules)).observe(item.comparison, item.route).observation
    )
    if isinstance(observation, Judged):
        assert (observation.legacy_ms, observation.candidate_ms) == (None, None)
    return result_of(observation)


def sending(note: Any, *texts: str) -> Callable[..., Iterator[Any]]:
    """A Watch that sends these and then stands, where the last is empty, until the client leaves."""

    def watch(_request: Any, context: Any) -> Iterator[Any]:
        gone = threading.Event()
        context.add_callback(gone.set)
        for number, text in enumerate(filter(None, texts)):
            yield note(text=text, number=number)
        if not texts[-1]:
            gone.wait(10)

    return watch


@pytest.mark.parametrize(
    ("texts", "paths"),
    [(("one", "two"), []), (("one", "too"), ["message[*].text"]), (("one",), ["message[*]"])],
)
async def test_a_stream(
    serve: Any, stage: Any, dial: Any, note: Any, tape: Tape, texts: tuple[str, ...], paths: list[str]
) -> None:
    """The messages of all sides, redacted; the same result with noise, and another one under another rule."""
    legacy, candidate = (serve({"Watch": sending(note, *words)}) for words in (("one", "two"), texts))
    on = await stage(legacy, candidate, serve({"Watch": sending(note, "one", "two")}), judge=tape.judge)
    await asyncio.to_thread(lambda: list(dial(on.port("one"), "Watch")(note(text="go"))))
    judged = await on.judged()
    item = tape.only()
    assert (item.altered, [found.template for found in judged.signature]) == (False, paths)
    assert again(tape, item) == item.result == result_of(judged)
    assert item.result.noise == ()
    assert again(tape, item, "message*").signature == ()
    assert isinstance(item.comparison.legacy, Answer)
    assert b"one" not in item.comparison.legacy.body
    assert len(item.comparison.legacy.body) > 10


async def test_a_stream_that_the_client_left(serve: Any, stage: Any, dial: Any, note: Any, tape: Tape) -> None:
    """Only the pairs of messages count, then as now; how it was cut is kept."""
    on = await stage(
        serve({"Watch": sending(note, "one", "two", "")}),
        serve({"Watch": sending(note, "one", "too", "more", "")}),
        judge=tape.judge,
    )

    def read() -> None:
        call = dial(on.port("one"), "Watch")(note())
        for _ in range(2):
            next(call)
        call.cancel()

    await asyncio.to_thread(read)
    judged = await on.judged()
    item = tape.only()
    assert judged.cut is item.comparison.cut is item.result.cut is Reason.CUT_BY_CLIENT
    assert again(tape, item) == result_of(judged)
    assert [found.template for found in judged.signature] == ["message[*].text"]


async def test_a_candidate_that_fails_in_its_stream(serve: Any, stage: Any, dial: Any, note: Any, tape: Tape) -> None:
    """A status is an answer, with the messages before it."""

    def broken(_request: Any, context: Any) -> Iterator[Any]:
        yield note(text="one")
        context.abort(grpc.StatusCode.INTERNAL, "no")

    on = await stage(serve({"Watch": sending(note, "one", "two")}), serve({"Watch": broken}), judge=tape.judge)
    await asyncio.to_thread(lambda: list(dial(on.port("one"), "Watch")(note())))
    judged = await on.judged()
    item = tape.only()
    assert not item.altered
    assert again(tape, item) == result_of(judged)
    assert "status.code" in {found.template for found in judged.signature}


async def test_a_stream_that_is_too_long(serve: Any, stage: Any, dial: Any, note: Any, tape: Tape) -> None:
    """What is kept of it is bounded and says so, and it counts as it was recorded."""
    texts = ("x" * 10_000,) * 40
    on = await stage(serve({"Watch": sending(note, *texts)}), serve({"Watch": sending(note, *texts)}), judge=tape.judge)
    await asyncio.to_thread(lambda: list(dial(on.port("one"), "Watch")(note())))
    judged = await on.judged()
    item = tape.only()
    assert (item.altered, item.result, judged.signature) == (True, result_of(judged), ())
    assert again(tape, item).reason is Reason.TRUNCATED
    legacy = item.comparison.legacy
    assert isinstance(legacy, Answer)
    assert legacy.truncated
    assert 200_000 < len(legacy.body) <= 262_144


class Events(BaseHTTPRequestHandler):
    """Two events, the second one the server's own; the candidate may refuse."""

    word = "legacy"
    status = 200

    def do_GET(self) -> None:
        """Answers."""
        kind, body = "text/event-stream", f'data: {{"n": 1, "text": "hush"}}\n\ndata: {{"n": "{self.word}"}}\n\n'
        if self.status != http.HTTPStatus.OK:
            kind, body = "application/json", '{"error": 1}'
        self.send_response(self.status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def events() -> Iterator[Callable[..., str]]:
    """Starts a server of events; gives its URL."""
    servers: list[tuple[ThreadingHTTPServer, threading.Thread]] = []

    def begin(**values: Any) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Own", (Events,), values))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield begin
    for server, thread in servers:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize(
    ("candidate", "paths"),
    [({"word": "legacy"}, set()), ({"word": "other"}, {"body/*/data/n"}), ({"status": 500}, {"status", "body/*"})],
)
async def test_events(events: Any, stage: Any, tape: Tape, candidate: dict[str, Any], paths: set[str]) -> None:
    """Event by event, and against an answer that is no stream."""
    on = await stage(events(), events(**candidate), judge=tape.judge)

    def get() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", on.port("one"), timeout=20)
        connection.request("GET", "/feed")
        assert b"hush" in connection.getresponse().read()
        connection.close()

    await asyncio.to_thread(get)
    judged = await on.judged()
    item = tape.only()
    assert not item.altered
    assert again(tape, item) == result_of(judged)
    assert paths <= {found.template for found in judged.signature}
    assert isinstance(item.comparison.legacy, Answer)
    assert b"hush" not in item.comparison.legacy.body
    assert b'"n": 1' in item.comparison.legacy.body


def test_a_method_that_the_contract_has_no_more(contract: Contract) -> None:
    """It is uncomparable, not a fault."""
    route = RouteInfo(route="s.v1.Streams/Gone", protocol="grpc", call_type="server_stream", stage="shadow")
    answer = Answer(status=200, headers=(), body=b"", truncated=False, trailers=(), latency_ms=1.0)
    comparison: Any = Comparison(
        request=None,  # type: ignore[arg-type] # not reached
        route=route.route,
        legacy=answer,
        candidate=answer,
        secondary=None,
        followed=True,
    )
    for judge in (Judge(contract=contract), Judge(contract=None)):
        assert result_of(judge.observe(comparison, route).observation).reason is Reason.NO_CONTRACT
