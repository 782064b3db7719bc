"""crossfade corpus export."""

import json
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Call, Manifest, Session
from crossfade.shadow.exchange import Answer, Protocol, Request
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage
from crossfade.tools.cli import main


def call_of(name: str, protocol: Protocol) -> Call:
    """A call that was answered."""
    request = Request(
        id=name,
        protocol=protocol,
        method="POST",
        scheme="http",
        authority="svc.test",
        target=f"/a/{name}?q=[1]",
        headers=(("host", "svc.test"), ("content-type", "text/plain")),
        body=f"it's {name}".encode(),
        truncated=False,
        trailers=(),
        started_at=1.0,
    )
    reply = Answer(status=200, headers=(), body=b"ok", truncated=False, trailers=(), latency_ms=1.0)
    info = RouteInfo(route="POST /a/{id}", protocol="http", call_type="http", stage=Stage.SHADOW, listener="web")
    return Call(route=info, request=request, reply=reply, write=True)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Two sessions; the second one has a call of gRPC, too."""
    folder = tmp_path / "corpus"
    made = CorpusFolder.create(folder, Manifest(service="x"))
    made.add(Session(id="one", calls=(call_of("1", Protocol.HTTP),)))
    made.add(Session(id="two", calls=(call_of("2", Protocol.HTTP), call_of("3", Protocol.GRPC))))
    return folder


def export(corpus: Path, *words: Any) -> Result:
    """Exports it."""
    return CliRunner().invoke(main, ["corpus", "export", *map(str, words), str(corpus)])


def test_har(corpus: Path, tmp_path: Path) -> None:
    """Printed or written; what has no place is counted."""
    result = export(corpus, "--to", "har")
    assert result.exit_code == 0
    assert result.stderr == "left out: 1 calls that a HAR can't have: gRPC, without an answer, or not whole\n"
    assert len(json.loads(result.stdout)["log"]["entries"]) == 2
    assert export(corpus, "--to", "har", "--output", tmp_path / "a.har").stdout == f"wrote {tmp_path / 'a.har'}\n"
    assert (tmp_path / "a.har").read_text(encoding="utf-8") == result.stdout


def test_one_session(corpus: Path) -> None:
    """And no other."""
    lines = export(corpus, "--to", "curl", "--session", "one").stdout.splitlines()
    assert [line for line in lines if line.startswith("# one")] == ["# one 1: POST /a/{id}"]
    assert len(lines) == 3
    result = export(corpus, "--to", "curl", "--session", "three")
    assert (result.exit_code, "three.jsonl: expected a session, got" in result.output) == (2, True)


@pytest.fixture
def service() -> Iterator[tuple[str, list[Any]]]:
    """A server's address, and what it received."""
    received: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        timeout = 5

        def do_POST(self) -> None:
            received.append((self.path, self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Keeps quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"127.0.0.1:{server.server_address[1]}", received
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.needs("bash", "curl")
def test_a_script_runs(corpus: Path, tmp_path: Path, service: tuple[str, list[Any]]) -> None:
    """And sends what the client sent."""
    address, received = service
    script = tmp_path / "calls.sh"
    assert export(corpus, "--to", "curl", "--session", "one", "--output", script).exit_code == 0
    subprocess.run(["bash", script], env={"ADDRESS": address, "PATH": "/usr/bin:/bin"}, check=True, timeout=60)
    assert received == [("/a/1?q=[1]", b"it's 1")]
