"""A port that only repeats what legacy answered in the open half."""

import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Call, Half, Manifest, Session
from crossfade.parity_tests.corpus.split import split_corpus
from crossfade.parity_tests.mock.answering import Mock
from crossfade.parity_tests.mock.book import Book
from crossfade.parity_tests.mock.server import MockServer
from crossfade.parity_tests.replay.pair import open_pair
from crossfade.parity_tests.replay.played import Played
from crossfade.parity_tests.replay.player import play_sessions
from crossfade.shadow.asking.clients.upstream import Upstream
from crossfade.shadow.config import load_config
from crossfade.shadow.exchange import Answer, Protocol, Request
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage

CONFIG = """\
[service]
name = "notes"
state = "sister"
[[listen]]
name = "web"
address = "127.0.0.1:1"
legacy = "{legacy}"
candidate = "{candidate}"
[routes]
http = ["GET /notes/{{id}}"]
"""


@pytest.fixture
def legacy() -> Iterator[Callable[[], str]]:
    """Starts the service anew; gives its URL. It makes notes, numbered, and gives them."""
    started: list[tuple[ThreadingHTTPServer, threading.Thread]] = []

    def start() -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _service())
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        started.append((server, thread))
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield start
    for server, thread in started:
        server.shutdown()
        server.server_close()
        thread.join()


def _service() -> type[BaseHTTPRequestHandler]:
    notes: dict[str, Any] = {}

    class Notes(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 5

        def do_GET(self) -> None:
            self._answer(200, notes[self.path.rpartition("/")[2]])

        def do_POST(self) -> None:
            sent = json.loads(self.rfile.read(int(self.headers["content-length"])))
            made = {"id": len(notes) + 1, **sent, "words": len(sent["text"].split())}
            notes[str(made["id"])] = made
            self._answer(201, made)

        def _answer(self, status: int, value: Any) -> None:
            data = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            """Keeps quiet."""

    return Notes


async def _recorded(url: str, folder: Path) -> CorpusFolder:
    """Ten clients, each of which makes a note of its own and reads it."""
    corpus = CorpusFolder.create(folder, Manifest(service="notes"))
    side = Upstream(url, deadline_ms=10_000, body_limit_bytes=100_000)
    for number in range(10):
        sent = json.dumps({"text": f"note {'x' * number} of client {number}"}).encode()
        made = await _call(side, number, "1", "POST", "/notes", sent)
        assert isinstance(made.reply, Answer)
        read = await _call(side, number, "2", "GET", f"/notes/{json.loads(made.reply.body)['id']}", b"")
        corpus.add(Session(id=f"s-{number}", calls=(made, read)))
    await side.close()
    return corpus


async def _call(side: Upstream, number: int, name: str, method: str, target: str, body: bytes) -> Call:
    request = Request(
        id=name,
        protocol=Protocol.HTTP,
        method=method,
        scheme="http",
        authority="svc.test",
        target=target,
        headers=(("content-type", "application/json"), ("content-length", str(len(body)))) if body else (),
        body=body,
        truncated=False,
        trailers=(),
        started_at=1000.0 + number + int(name) / 10,
    )
    route = "POST /notes" if method == "POST" else "GET /notes/{id}"
    info = RouteInfo(route=route, protocol="http", call_type="http", stage=Stage.SHADOW, listener="web")
    return Call(route=info, request=request, reply=await side.ask(request), write=method == "POST")


@pytest.fixture
async def repeating() -> AsyncIterator[Callable[..., Any]]:
    """Serves what was recorded; gives its URL."""
    servers = []

    async def start(corpus: CorpusFolder) -> str:
        server = MockServer(Mock(book=Book.of(corpus.sessions(), None)))
        servers.append(server)
        return f"http://{await server.start(('127.0.0.1', 0))}"

    yield start
    for server in servers:
        await server.stop()


async def test_it_passes_on_the_open_half_alone(legacy: Any, repeating: Any, tmp_path: Path) -> None:
    """On the held-out half nothing of it is ever equal: it is not recorded, and what it would name is not known."""
    corpus = await _recorded(legacy(), tmp_path / "all")
    halves: dict[Half, CorpusFolder] = {}

    def create(half: Half) -> CorpusFolder:
        halves[half] = CorpusFolder.create(tmp_path / half, Manifest(service="notes", half=half))
        return halves[half]

    split_corpus(corpus, b"k" * 32, 50, create)
    opened, held = halves[Half.OPEN], halves[Half.HELD_OUT]

    async def play(half: CorpusFolder) -> list[Played]:
        path = tmp_path / "crossfade.toml"
        path.write_text(CONFIG.format(legacy=legacy(), candidate=await repeating(opened)), encoding="utf-8")
        async with open_pair(load_config(path), None) as pair:
            done = await play_sessions(pair, half.sessions(), at_once=2)
        return [played for session in done for played in session.played]

    seen = await play(opened)
    assert len(seen) == 2 * len(opened.session_ids())
    assert [(played.compared, played.signature) for played in seen] == [(True, ())] * len(seen)
    unseen = await play(held)
    assert len(unseen) == 2 * len(held.session_ids())
    assert not any(played.compared for played in unseen)
    settled = {(played.observation.outcome, played.observation.reason) for played in unseen}
    assert (Outcome.UNCOMPARABLE, Reason.NOT_RECORDED) in settled
    assert {outcome for outcome, _ in settled} <= {Outcome.UNCOMPARABLE, Outcome.SKIPPED}
