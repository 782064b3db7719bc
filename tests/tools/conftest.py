"""Services as a user has them: a folder with crossfade.toml, a store with a run, a command line in a child process."""

import json
import os
import queue
import re
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from crossfade.shadow.evidence import EvidenceWriter, store_in
from crossfade.shadow.evidence.records import RunInfo
from crossfade.shadow.evidence.redact import Unchanged
from crossfade.shadow.exchange import Answer, Comparison, Protocol, Request
from crossfade.shadow.exchange.difference import Fingerprint, Signature
from crossfade.shadow.exchange.observations import Example, Judged, RequestSample
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.judging.judge import Judge
from crossfade.tools.cli import main

CONFIG = """\
[service]
name = "builds"

[[listen]]
name = "web"
address = "127.0.0.1:0"
legacy = "http://127.0.0.1:1"
candidate = "http://127.0.0.1:2"

[gate]
routes = ["GET /ok"]
"""
OK = RouteInfo(route="GET /ok", protocol="http", call_type="http", stage="shadow")

FAKE_FORMAT = """
from crossfade.reports.formats import Format


def _render(report, lead):
    return f"fake {report.service} {report.entered} {sum(len(one.examples) for one in report.clusters)}\\n"


FORMAT = Format(suffix=".fake", render=_render)
"""
RUN_WITH_FAKE = """
import sys
sys.path.insert(0, sys.argv.pop(1))
from crossfade.reports.formats import MODULES
MODULES["fake"] = "fake_format"
from crossfade.tools.cli import main
main()
"""


def _example(number: int, fingerprint: Fingerprint) -> Example:
    request = RequestSample(
        protocol="http", method="GET", target=f"/ok?n={number}", headers=(("Cookie", "a=b"), ("X-A", "1")), body=""
    )
    path = fingerprint.template
    return Example(
        comparison_id=f"c{number}", fingerprint=fingerprint, path=path, legacy="1", candidate="2", request=request
    )


def _run(run_id: str, started_at: float) -> RunInfo:
    return RunInfo(
        run_id=run_id,
        service="builds",
        engine="mitmproxy",
        legacy_build="py",
        candidate_build="java",
        rules_digest="r",
        contract_digest="c",
        started_at=started_at,
    )


def _request(number: int, started_at: float) -> Request:
    return Request(
        id=f"c{number}",
        protocol=Protocol.HTTP,
        method="GET",
        scheme="http",
        authority="builds",
        target=f"/ok?n={number}",
        headers=(),
        body=b"",
        truncated=False,
        trailers=(),
        started_at=started_at,
    )


def _answer(value: Any, status: int) -> Answer:
    body = json.dumps(value).encode()
    headers = (("content-type", "application/json"),)
    return Answer(status=status, headers=headers, body=body, truncated=False, trailers=(), latency_ms=1.0)


class Service:
    """A folder with a config; ``compared`` adds a run to its store."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "crossfade.toml"
        self.store = folder / ".crossfade" / "evidence.sqlite"
        self.config.write_text(CONFIG, encoding="utf-8")

    def add(self, text: str) -> None:
        """Adds to the config."""
        self.config.write_text(self.config.read_text(encoding="utf-8") + text, encoding="utf-8")

    def compared(self, matched: int, *, run_id: str = "run-1", started_at: float = 1000.0, **info: str) -> None:
        """Stores a run in which so many distinct requests were answered alike."""
        self._stored(matched, (), replace(_run(run_id, started_at), **info))

    def diverged(self, count: int, *, run_id: str = "run-1", started_at: float = 1000.0) -> None:
        """Stores a run in which as many distinct requests found one difference, with an example of each."""
        self._stored(count, (Fingerprint(template="body/a", kind="value"),), _run(run_id, started_at))

    def judged(self, run_id: str, started_at: float, *answers: tuple[Any, Any, tuple[int, int]]) -> None:
        """Stores a run of these bodies and statuses of legacy and candidate, each of a request of its own."""
        writer = EvidenceWriter.begin(store_in(self.store.parent), _run(run_id, started_at), Unchanged())
        judge = Judge(contract=None)
        for number, (legacy, candidate, statuses) in enumerate(answers):
            comparison = Comparison(
                request=_request(number, started_at),
                route=OK.route,
                legacy=_answer(legacy, statuses[0]),
                candidate=_answer(candidate, statuses[1]),
                secondary=None,
            )
            writer.add(judge.observe(comparison, OK).observation)
        writer.finish({OK: len(answers)}, now=started_at + len(answers))

    def _stored(self, count: int, signature: Signature, info: RunInfo) -> None:
        started_at = info.started_at
        writer = EvidenceWriter.begin(store_in(self.store.parent), info, Unchanged() if signature else None)
        for number in range(count):
            writer.add(
                Judged(
                    route=OK,
                    at=started_at + number,
                    request_hash=number,
                    signature=signature,
                    noise=None,
                    examples=tuple(_example(number, mark) for mark in signature),
                    legacy_ms=2.0,
                    candidate_ms=1.0,
                )
            )
        writer.finish({OK: count}, now=started_at + count)

    def cut_off(self, run_id: str, *, flushed_at: float) -> None:
        """Makes a run one that never ended: it was last flushed then."""
        with sqlite3.connect(self.store) as connection:
            connection.execute("UPDATE runs SET ended_at = NULL WHERE run_id = ?", [run_id])
            connection.execute("INSERT INTO meta VALUES (?, ?)", [f"flushed:{run_id}", str(flushed_at)])
        connection.close()


@pytest.fixture
def service(tmp_path: Path) -> Service:
    """A service without a store."""
    return Service(tmp_path)


@pytest.fixture
def invoke() -> Callable[..., Result]:
    """Runs a command line in this process; nothing but SystemExit may come out."""

    def invoke(*words: object) -> Result:
        result = CliRunner().invoke(main, [str(word) for word in words])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return invoke


@pytest.fixture
def command() -> Callable[..., subprocess.Popen[str]]:
    """Starts a command line in a child process, in a process group of its own."""

    def command(
        *words: object, cwd: Path | None = None, env: dict[str, str] | None = None, code: str = ""
    ) -> subprocess.Popen[str]:
        # as in a terminal: whoever started the tests may have had SIGINT ignored (nohup), and a child inherits that
        code = f"import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n{code}"
        start = ["-c", f"{code}\nfrom crossfade.tools.cli import main; main(prog_name='crossfade')"]
        return subprocess.Popen(
            [sys.executable, "-P", *start, *(str(word) for word in words)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=cwd,
            env={**os.environ, **(env or {})},
        )

    return command


class Upstream:
    """A real server that answers every request with 200 and keeps the paths; ``hold`` lets answers wait."""

    def __init__(self) -> None:
        upstream = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                upstream.paths.append(self.path)
                upstream.asked.release()
                upstream._go_on.wait(30)
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def do_POST(self) -> None:
                self.do_GET()

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self.paths: list[str] = []
        self.asked = threading.Semaphore(0)
        self._go_on = threading.Event()
        self._go_on.set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def hold(self) -> None:
        """No answer until ``release``."""
        self._go_on.clear()

    def release(self) -> None:
        """Answers what waits."""
        self._go_on.set()

    def close(self) -> None:
        """Ends it."""
        self.release()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def upstream() -> Iterator[Callable[[], Upstream]]:
    """Starts servers on loopback."""
    started: list[Upstream] = []

    def start() -> Upstream:
        started.append(Upstream())
        return started[-1]

    yield start
    for server in started:
        server.close()


class Proxy:
    """crossfade shadow as a child process; what it logs is read as it comes."""

    def __init__(self, child: subprocess.Popen[str], config: Path) -> None:
        self.child = child
        self.config = config
        self.log: list[str] = []
        self._clients = ThreadPoolExecutor(max_workers=4)
        self._new: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        assert child.stdout is not None
        self.said = child.stdout.readline()
        match = re.match(r"run (\S+): mirroring web on ([\d.:]+)", self.said)
        assert match, self.said + "".join(self.log)
        self.run_id, self.address = match[1], match[2]

    def get(self, path: str, method: str = "GET") -> int:
        """The status that a client sees."""
        connection = HTTPConnection(self.address, timeout=30)
        connection.request(method, path)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status

    def get_later(self, path: str) -> "Future[int]":
        """The status that a client will see."""
        return self._clients.submit(self.get, path)

    def wait_for(self, text: str, times: int = 1) -> None:
        """Returns when so many new lines of the log held the text."""
        while times:
            times -= text in self._new.get(timeout=30)

    def stop(self) -> int:
        """Ends it in order; its exit code."""
        self.child.terminate()
        code = self.child.wait(60)
        self._reader.join()
        return code

    def close(self) -> None:
        """Ends it, and the reading of it."""
        self.child.kill()
        self.child.wait()
        self._reader.join()
        self._clients.shutdown()
        for pipe in (self.child.stdout, self.child.stderr):
            assert pipe is not None
            pipe.close()

    def _read(self) -> None:
        assert self.child.stderr is not None
        for line in self.child.stderr:
            self.log.append(line)
            self._new.put(line)


@pytest.fixture
def proxy(command: Any, service: Service) -> Iterator[Callable[..., Proxy]]:
    """Starts the proxy between two servers, with more text in its config."""
    pytest.importorskip("mitmproxy")
    started: list[Proxy] = []

    def start(legacy: Upstream, candidate: Upstream, more: str = "") -> Proxy:
        text = CONFIG.replace('legacy = "http://127.0.0.1:1"', f'legacy = "{legacy.url}"')
        text = text.replace('candidate = "http://127.0.0.1:2"', f'candidate = "{candidate.url}"')
        service.config.write_text(text + more, encoding="utf-8")
        started.append(Proxy(command("shadow", "--config", service.config), service.config))
        return started[-1]

    yield start
    for running in started:
        running.close()


@pytest.fixture
def with_fake(service: Service, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a command in a process in whose registry a fake format is."""
    folder = tmp_path / "fakes"
    folder.mkdir()
    (folder / "fake_format.py").write_text(FAKE_FORMAT, encoding="utf-8")

    def run(*words: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-P", "-c", RUN_WITH_FAKE, str(folder), *map(str, words)]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd=service.folder)

    return run
