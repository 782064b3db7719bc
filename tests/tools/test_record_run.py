"""crossfade record --corpus as a real process: what the corpus holds when it ends, or is killed."""

import json
import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Call
from crossfade.shadow.exchange import Answer

pytestmark = pytest.mark.slow

pytest.importorskip("mitmproxy")

KEY = {"CROSSFADE_REDACTION_KEY": "k" * 32}
CANARY = "canary-1234-Zx"
ALONE = r"recording web on 127\.0\.0\.1:(?P<port>\d+) into .*; nothing is mirrored\n"
BESIDE = r"run \S+: mirroring web on 127\.0\.0\.1:(?P<port>\d+)\n"


class Legacy(BaseHTTPRequestHandler):
    """Gives a cookie at login, makes orders, and shows the canary in whatever it says; one path is a stream."""

    protocol_version = "HTTP/1.1"
    numbers = count(1)

    def do_GET(self) -> None:
        if self.path == "/stream":
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for number in range(3):
                data = f"data: {number}\n\n".encode()
                self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self.wfile.write(b"0\r\n\r\n")
            return
        self._answer(200, {"path": self.path, "password": CANARY})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        number = next(self.numbers)
        cookie = f"sid=s-{number}-{CANARY}; Path=/" if self.path == "/login" else None
        self._answer(201, {"id": number, "customer": CANARY}, cookie)

    def _answer(self, status: int, value: Any, cookie: str | None = None) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if cookie is not None:
            self.send_header("Set-Cookie", cookie)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def legacy() -> Iterator[int]:
    """The port of legacy."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Legacy)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


class Recording:
    """A recording proxy: its process, its port and the folder of its corpus."""

    def __init__(self, child: Any, corpus: Path, pattern: str) -> None:
        self.child = child
        self.corpus = corpus
        line = child.stdout.readline()
        match = re.fullmatch(pattern, line)
        assert match is not None, (line, child.stderr.read() if child.poll() is not None else "")
        self.port = int(match["port"])

    def visit(self) -> None:
        """A person logs in, makes an order, reads it and a stream."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers: dict[str, str] = {}
        for method, target in (
            ("POST", "/login"),
            ("POST", "/orders"),
            ("GET", f"/orders/{CANARY}"),
            ("GET", "/stream"),
        ):
            body = json.dumps({"password": CANARY}) if method == "POST" else None
            connection.request(method, target, body=body, headers={"Content-Type": "application/json", **headers})
            answer = connection.getresponse()
            answer.read()
            if cookie := answer.getheader("Set-Cookie"):
                headers["Cookie"] = cookie.partition(";")[0]
        connection.close()

    def end(self, number: signal.Signals = signal.SIGTERM) -> str:
        self.child.send_signal(number)
        output, errors = self.child.communicate(timeout=60)
        assert self.child.returncode == (0 if number is signal.SIGTERM else 130), errors
        return str(output)

    def kill_recorder(self) -> None:
        """Kills the process that records, the only child of a proxy that mirrors nothing."""
        children = Path(f"/proc/{self.child.pid}/task/{self.child.pid}/children")
        if not children.exists():
            pytest.skip("needs /proc")
        (pid,) = children.read_text(encoding="ascii").split()
        os.kill(int(pid), signal.SIGKILL)

    def calls(self) -> list[Call]:
        return [call for session in CorpusFolder(self.corpus).sessions() for call in session.calls]


@pytest.fixture
def record(command: Any, service: Any, legacy: int) -> Iterator[Callable[..., Recording]]:
    """Starts a recording in front of legacy; no candidate is there."""
    text = service.config.read_text(encoding="utf-8")
    service.config.write_text(text.replace("127.0.0.1:1", f"127.0.0.1:{legacy}"), encoding="utf-8")
    corpus = service.folder / "corpus"
    started = []

    def record(*words: str, pattern: str = ALONE) -> Recording:
        child = command("record", "--config", service.config, "--corpus", corpus, *words, env=KEY)
        started.append(child)
        return Recording(child, corpus, pattern)

    yield record
    for child in started:
        child.kill()
        child.communicate()


def test_legacy_alone(record: Any, service: Any) -> None:
    """Sessions by the cookie that legacy gave, writes included; no canary is on disk; nothing is in the store."""
    run = record("--legacy-only")
    for _ in range(2):
        run.visit()
    output = run.end()
    assert f"corpus {run.corpus}: 8 of 8 requests in 2 sessions" in output
    first, second = CorpusFolder(run.corpus).sessions()
    seen = [(call.request.method, call.route.route, call.write) for call in first.calls]
    assert [(method, write) for method, _, write in seen] == [
        ("POST", True),
        ("POST", True),
        ("GET", False),
        ("GET", False),
    ]
    assert len(second.calls) == 4
    stream = first.calls[-1]
    assert isinstance(stream.reply, Answer)
    assert stream.reply.body == b"data: 0\n\ndata: 1\n\ndata: 2\n\n"
    assert len(stream.timing.server_ms) == 3
    written = [path for path in run.corpus.rglob("*") if path.is_file()]
    assert all(CANARY not in path.name and CANARY.encode() not in path.read_bytes() for path in written)
    assert not list(service.folder.rglob("evidence.sqlite"))


def test_beside_a_mirror(record: Any, invoke: Any, service: Any) -> None:
    """What no rule mirrors is recorded, and evidence is as without a recording."""
    run = record(pattern=BESIDE)
    run.visit()
    output = run.end()
    assert "4 of 4 requests in 1 sessions" in output
    assert [call.write for call in run.calls()] == [True, True, False, False]
    report = json.loads(invoke("report", "--config", service.config, "--json").stdout)
    routes = report["routes"]
    assert sum(sum(route["outcomes"].values()) for route in routes) == 4
    assert sum(route["reasons"].get("policy", 0) for route in routes) == 2


def test_a_run_that_was_killed(record: Any) -> None:
    """What was written is read; the next recording goes on behind it."""
    run = record("--legacy-only")
    run.visit()
    until = time.monotonic() + 60
    while len(run.calls()) < 4:
        assert time.monotonic() < until
    run.kill_recorder()
    run.child.kill()
    run.child.communicate()
    assert len(run.calls()) == 4
    assert CorpusFolder(run.corpus).begun_ids()
    after = record("--legacy-only")
    after.visit()
    assert "in 1 sessions" in after.end(signal.SIGINT)
    assert len(after.calls()) == 8
    assert CorpusFolder(run.corpus).begun_ids() == ()


def test_a_recording_that_is_lost_costs_no_client_anything(record: Any) -> None:
    """Requests are answered on; the end says that the corpus is not complete."""
    run = record("--legacy-only")
    run.visit()
    run.kill_recorder()
    run.visit()
    run.child.send_signal(signal.SIGTERM)
    _, errors = run.child.communicate(timeout=60)
    assert run.child.returncode == 4
    assert "corpus.lost" in errors


@pytest.mark.parametrize(
    ("words", "message"), [(("--legacy-only",), "--legacy-only: expected --corpus with it, got none")]
)
def test_a_line_that_makes_no_sense(invoke: Any, service: Any, monkeypatch: Any, words: Any, message: str) -> None:
    """Exit 2 and one line before anything is started."""
    monkeypatch.setenv("CROSSFADE_REDACTION_KEY", "k" * 32)
    result = invoke("record", "--config", service.config, *words)
    assert (result.exit_code, message in result.output) == (2, True)


def test_a_corpus_of_another_service(command: Any, service: Any) -> None:
    """Exit 2, and no port was ever open."""
    corpus = service.folder / "corpus"
    corpus.mkdir()
    (corpus / "corpus.json").write_text(
        '{"crossfade_corpus": 1, "service": "other", "contract_digest": "", "half": "all"}'
    )
    child = command("record", "--config", service.config, "--corpus", corpus, "--legacy-only", env=KEY)
    output, errors = child.communicate(timeout=60)
    assert (child.returncode, output) == (2, "")
    assert "service: expected" in errors
