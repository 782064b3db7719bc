"""What the candidate answers clients is compared with legacy, through the real proxy, in canary and in live."""

import json
import os
import signal
import threading
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from crossfade.reports.report import Report, Route
from crossfade.shadow.config import load_config
from crossfade.tools.evidence_view import report_of

pytestmark = pytest.mark.faults

CONFIG = """
[service]
name = "served"
state = "shared"
[[listen]]
name = "web"
address = "127.0.0.1:0"
legacy = "http://127.0.0.1:{legacy}"
candidate = "http://127.0.0.1:{candidate}"
[routes]
http = ["GET /builds/{{id}}", "POST /builds"]
[evidence]
dir = "evidence"
flush_ms = 200
[admin]
address = "127.0.0.1:{admin}"
[canary]
key = ["header:x-user"]
compare_pct = 100
[[canary.route]]
name = "all"
routes = ["* /builds*"]
cross_read = true
[mirror]
deadline_ms = 5000
"""
READ, WRITE = "GET /builds/{id}", "POST /builds"


@dataclass
class Service:
    """One side of a service whose builds are in a store that both have; ``asked`` are the methods and roles."""

    builds: dict[str, str]
    is_wrong: bool = False
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
        """The status, and the build."""
        if method == "POST":
            made = str(uuid.uuid4())
            self.builds[made] = json.loads(body)["name"]
            return 201, {"id": made}
        name = self.builds.get(path.removeprefix("/builds/"))
        if name is None:
            return 404, {}
        return 200, {"name": name.upper() if self.is_wrong else name}


@pytest.fixture
def services() -> Iterator[tuple[Service, Service, dict[str, int]]]:
    """Legacy, the candidate, and the ports of all."""
    builds = {f"b-{number:04}": f"build {number}" for number in range(60)}
    made = Service(builds), Service(builds)
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), _handler(service)) for service in made]
    for server in servers:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()
    admin = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    admin.server_close()
    ports = {"legacy": servers[0].server_port, "candidate": servers[1].server_port, "admin": admin.server_port}
    yield *made, ports
    for server in servers:
        server.shutdown()
        server.server_close()


def _handler(service: Service) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            service.asked.append((self.command, self.headers.get("x-crossfade-role")))
            status, found = service.answer(self.command, self.path, body)
            text = json.dumps(found).encode()
            self.send_response_only(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = _answer  # noqa: N815 - the library's names

        def log_message(self, *_: object) -> None:
            pass

    return Handler


class Clients:
    """Sixty users of a proxy."""

    def __init__(self, running: Any, admin: int) -> None:
        self._running = running
        self._admin = admin
        self._generation = 0
        self.sent = 0

    def shift(self, stage: str, pct: float) -> None:
        """Sets the weights of both routes."""
        self._generation += 1
        routes = [{"route": route, "stage": stage, "candidate_pct": pct} for route in (READ, WRITE)]
        weights = {"generation": self._generation, "lease_s": 600, "routes": routes}
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._admin}/v1/weights",
            data=json.dumps(weights).encode(),
            method="PUT",
            headers={"authorization": "Bearer token-of-the-tests", "content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert answer.status == 200

    def ask(self, method: str = "GET", paths: list[str] | None = None) -> list[dict[str, Any]]:
        """Each user asks once; what they got."""
        found = []
        connection = HTTPConnection("127.0.0.1", self._running.port, timeout=30)
        for number in range(60):
            path = "/builds" if method == "POST" else f"/builds/b-{number:04}" if paths is None else paths[number]
            body = json.dumps({"name": f"made by {number}"}) if method == "POST" else None
            headers = {"x-user": f"user {number}", "content-type": "application/json"}
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            found.append(json.loads(answer.read()))
            assert answer.status in {200, 201}
            self.sent += 1
        connection.close()
        return found


def _report(running: Any) -> Report:
    return report_of(load_config(running.folder / "crossfade.toml"), None)


def _route(report: Report, name: str) -> Route:
    return next(route for route in report.routes if route.route == name)


Start = Callable[[], tuple[Any, Clients, Service, Service]]


@pytest.fixture
def start(shadow: Any, services: Any) -> Start:
    """Starts the proxy between both sides."""

    def begin() -> tuple[Any, Clients, Service, Service]:
        legacy, candidate, ports = services
        running = shadow(CONFIG, ports)
        return running, Clients(running, ports["admin"]), legacy, candidate

    return begin


def test_a_right_candidate_from_shadow_to_live(start: Start) -> None:
    """All reads are compared, whoever serves, and nothing differs; no write is repeated; what it wrote is read twice."""
    running, clients, legacy, candidate = start()
    clients.ask()
    clients.shift("canary", 50)
    clients.ask()
    served = sum(role is None for _, role in candidate.asked)
    assert 10 < served < 50
    clients.shift("live", 100)
    made = [build["id"] for build in clients.ask("POST")]
    clients.ask(paths=[f"/builds/{build}" for build in made])
    assert running.stop() == 0
    report = _report(running)
    read, write = _route(report, READ), _route(report, WRITE)
    assert report.totals.outcomes == {**dict.fromkeys(report.totals.outcomes, 0), "matched": 180, "skipped": 60}
    assert (report.entered, report.in_flight, report.totals.open_findings) == (240, 0, 0)
    assert (read.stage, read.served.candidate, read.served.compared, read.compared_pct) == (
        "live",
        served + 60,
        served + 60,
        100.0,
    )
    assert read.served.latency_ms.paired_ratio.p50 is not None
    assert (write.served.candidate, write.served.cross_matched) == (60, write.served.cross_reads)
    read_back = legacy.asked.count(("GET", "shadow")) - served - 60  # beside those of the clients
    assert 1 <= write.served.cross_reads - 60 <= read_back <= 60  # one beside another write does not count
    assert [method for method, _ in legacy.asked].count("POST") == 0
    assert candidate.asked.count(("GET", "shadow")) == 120 - served + read_back


@pytest.mark.parametrize(("stage", "pct"), [("canary", 50), ("live", 100)])
def test_a_fault_that_begins_when_it_serves(start: Start, stage: str, pct: float) -> None:
    """It is found in what clients got, and legacy's value stays legacy's."""
    running, clients, _, candidate = start()
    clients.ask()
    clients.shift(stage, pct)
    candidate.is_wrong = True
    clients.ask()
    assert running.stop() == 0
    report = _report(running)
    served = _route(report, READ).served
    assert served.diverged == served.compared == served.candidate > 10
    (cluster,) = report.clusters
    assert (cluster.path, cluster.status) == ("body/name", "open")
    assert {(example.legacy[1:6], example.candidate[1:6]) for example in cluster.examples} <= {("build", "BUILD")}


def test_a_compare_process_that_is_killed_while_the_candidate_serves(start: Start) -> None:
    """No client notices, and every request has its one outcome, also across a change of stage."""
    running, clients, _, _ = start()
    clients.shift("canary", 50)
    clients.ask()
    os.kill(running.compare_pid(), signal.SIGKILL)
    clients.shift("live", 100)
    clients.ask()
    running.wait_for("run.began")
    clients.ask()
    assert running.stop() == 4
    entered, outcomes, _ = running.totals()
    assert entered == outcomes.total() == clients.sent == 180
    assert outcomes["matched"] >= 60
    assert _route(_report(running), READ).stage == "live"
