"""A desk that hands out tickets, which each instance numbers in its own way, and a corpus that was recorded there."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Call, Manifest, Session
from crossfade.shadow.exchange import Answer, Protocol, Request
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage

Answered = tuple[int, dict[str, Any]]


class Desk:
    """POST /tickets gives one; GET /status?of=TICKET tells how many wait before it."""

    def __init__(self, new: Callable[[int], Any]) -> None:
        self._new = new
        self._tickets: list[Any] = []

    def answer(self, method: str, target: str) -> Answered:
        """Status and JSON."""
        if method == "POST":
            self._tickets.append(self._new(len(self._tickets)))
            return 201, {"number": self._tickets[-1], "desk": 2}
        asked = target.partition("of=")[2].partition("&")[0]
        places = [at for at, ticket in enumerate(self._tickets) if str(ticket) == asked]
        return (200, {"before": places[0]}) if places else (404, {"error": "no such ticket"})


def _handler(desk: Desk) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # an answer is written in two parts
        timeout = 5

        def _handle(self) -> None:
            self.rfile.read(int(self.headers.get("content-length") or 0))
            status, value = desk.answer(self.command, self.path)
            data = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = _handle  # noqa: N815 - names of http.server

        def log_message(self, *_: Any) -> None:
            """Keeps quiet."""

    return Handler


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[int], Any]], str]]:
    """Serves a desk with tickets of this kind; gives its URL."""
    with ExitStack() as ended:

        def start(new: Callable[[int], Any]) -> str:
            server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(Desk(new)))
            server.daemon_threads = True
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
            thread.start()
            ended.callback(thread.join)
            ended.callback(server.server_close)
            ended.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_address[1]}"

        yield start


@pytest.fixture
def config_file(tmp_path: Path) -> Callable[[str, str], Path]:
    """The config of two desks."""

    def write(legacy: str, candidate: str, state: str = "sister") -> Path:
        path = tmp_path / "crossfade.toml"
        path.write_text(
            f'[service]\nname = "desk"\nstate = "{state}"\n[[listen]]\nname = "web"\naddress = "127.0.0.1:1"\n'
            f'legacy = "{legacy}"\ncandidate = "{candidate}"\n',
            encoding="utf-8",
        )
        return path

    return write


@pytest.fixture
def corpus(tmp_path: Path) -> CorpusFolder:
    """Six sessions, each of two tickets of which the second one is asked for."""
    folder = CorpusFolder.create(tmp_path / "corpus", Manifest(service="desk"))
    desk = Desk(lambda at: at + 1)
    for number in range(6):
        made = [_recorded(desk, f"m{at}", "POST", "/tickets") for at in range(2)]
        assert isinstance(made[1].reply, Answer)
        ticket = json.loads(made[1].reply.body)["number"]
        asked = _recorded(desk, "q", "GET", f"/status?of={ticket}&desk=2")
        folder.add(Session(id=f"s-{number}", calls=(*made, asked), source="test"))
    return folder


def _recorded(desk: Desk, call_id: str, method: str, target: str) -> Call:
    request = Request(
        id=call_id,
        protocol=Protocol.HTTP,
        method=method,
        scheme="http",
        authority="desk.test",
        target=target,
        headers=(("Content-Length", "0"),) if method == "POST" else (),
        body=b"",
        truncated=False,
        trailers=(),
        started_at=1.0,
    )
    status, value = desk.answer(method, target)
    headers = (("Content-Type", "application/json"),)
    reply = Answer(
        status=status, headers=headers, body=json.dumps(value).encode(), truncated=False, trailers=(), latency_ms=1.0
    )
    path = target.partition("?")[0]
    info = RouteInfo(route=f"{method} {path}", protocol="http", call_type="http", stage=Stage.SHADOW, listener="web")
    return Call(route=info, request=request, reply=reply, write=method == "POST")
