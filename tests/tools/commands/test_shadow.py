"""crossfade shadow as a real process: how it starts, and how it ends."""

import re
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

pytestmark = pytest.mark.slow

pytest.importorskip("mitmproxy")


class Legacy(BaseHTTPRequestHandler):
    """Answers every GET after ``release`` was set."""

    release = threading.Event()
    asked = threading.Event()

    def do_GET(self) -> None:
        """One small answer."""
        self.asked.set()
        self.release.wait(30)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def legacy() -> Iterator[type[Legacy]]:
    """A server on loopback; the class carries its port and its events."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Legacy)
    Legacy.port = server.server_port  # type: ignore[attr-defined]
    Legacy.release.clear()
    Legacy.asked.clear()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Legacy
    Legacy.release.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def shadow(command: Any, service: Any) -> Iterator[Callable[..., tuple[Any, str]]]:
    """Starts the proxy and returns the process with the address it serves on."""
    started = []

    def shadow(**options: Any) -> tuple[Any, str]:
        child = command("shadow", "--config", service.config, **options)
        started.append(child)
        line = child.stdout.readline()
        match = re.fullmatch(r"run \S+: mirroring web on (\S+)\n", line)
        assert match, line + child.stderr.read()
        return child, match[1]

    yield shadow
    for child in started:
        child.kill()
        child.communicate()


def get(address: str) -> int:
    """The status that a client sees."""
    connection = HTTPConnection(address, timeout=30)
    connection.request("GET", "/ok")
    status = connection.getresponse().status
    connection.close()
    return status


def entered(invoke: Any, service: Any) -> int:
    """What the newest run says came in."""
    import json  # noqa: PLC0415

    report = json.loads(invoke("report", "--config", service.config, "--json").stdout)
    assert report["ended_at"] is not None
    assert sum(route["total"] for route in report["routes"]) == report["entered"]
    return int(report["entered"])


def without_warnings(errors: str) -> str:
    """What is said beside the servers that are not there."""
    return "".join(line for line in errors.splitlines(keepends=True) if not line.startswith("warning: "))


def test_servers_that_are_not_there(shadow: Any) -> None:
    """One warning for each, with its side; the proxy starts all the same."""
    child, _ = shadow()
    child.terminate()
    _, errors = child.communicate(timeout=30)
    warnings = [line for line in errors.splitlines() if line.startswith("warning: ")]
    assert warnings == [
        "warning: web: legacy can't be reached: http://127.0.0.1:1 (Connection refused)",
        "warning: web: candidate can't be reached: http://127.0.0.1:2 (Connection refused)",
    ]


@pytest.mark.parametrize("prepare", [lambda key: key.chmod(0o644), lambda key: key.write_text("short")])
def test_a_key_that_can_not_be_used(command: Any, service: Any, prepare: Any) -> None:
    """Exit 4 and one line."""
    key = service.folder / ".crossfade" / "redaction.key"
    key.parent.mkdir()
    key.write_text("k" * 32)
    key.chmod(0o600)
    prepare(key)
    child = command("shadow", "--config", service.config)
    output, errors = child.communicate(timeout=30)
    assert (child.returncode, output) == (4, "")
    assert without_warnings(errors).startswith(f"error: {key}: expected ")
    assert without_warnings(errors).count("\n") == 1


def test_ctrl_c_with_legacy_down(shadow: Any, service: Any, invoke: Any) -> None:
    """Exit 130; the request that legacy could not answer is in the store."""
    child, address = shadow()
    assert get(address) == 502
    child.send_signal(signal.SIGINT)
    output, errors = child.communicate(timeout=30)
    assert child.returncode == 130
    assert output.endswith(": 1 requests entered; next: crossfade report\n")
    assert "Traceback" not in errors
    assert entered(invoke, service) == 1


def test_ctrl_c_with_a_request_under_way(shadow: Any, service: Any, invoke: Any, legacy: Any) -> None:
    """The client still gets its answer, and it counts; then exit 130."""
    service.config.write_text(
        service.config.read_text(encoding="utf-8").replace(
            'legacy = "http://127.0.0.1:1"', f'legacy = "http://127.0.0.1:{legacy.port}"'
        ),
        encoding="utf-8",
    )
    child, address = shadow()
    answers: list[int] = []
    client = threading.Thread(target=lambda: answers.append(get(address)))
    client.start()
    assert legacy.asked.wait(30)
    child.send_signal(signal.SIGINT)
    legacy.release.set()
    client.join(30)
    _, errors = child.communicate(timeout=30)
    assert (answers, child.returncode) == ([200], 130), errors
    assert entered(invoke, service) == 1


def test_a_second_ctrl_c(shadow: Any, service: Any, invoke: Any) -> None:
    """An impatient person loses nothing: what was counted is committed."""
    child, address = shadow()
    assert get(address) == 502
    for _ in range(5):
        child.send_signal(signal.SIGINT)
    child.communicate(timeout=30)
    assert child.returncode in {130, -signal.SIGINT}
    assert entered(invoke, service) == 1


def test_an_orderly_stop(shadow: Any) -> None:
    """SIGTERM, as an orchestrator sends it, is no failure: exit 0."""
    child, _ = shadow()
    child.terminate()
    output, _ = child.communicate(timeout=30)
    assert child.returncode == 0
    assert output.endswith(": 0 requests entered; next: crossfade report\n")


def test_a_folder_of_its_own(shadow: Any, service: Any) -> None:
    """A service whose folder holds a json.py and a google package runs there: the compare process takes its own."""
    for name in ("json.py", "google/__init__.py", "asyncio.py"):
        path = service.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("raise SystemExit('took ' + __name__)")
    child, _ = shadow(cwd=service.folder)
    child.terminate()
    assert child.wait(30) == 0


def test_a_taken_port(command: Any, service: Any, invoke: Any) -> None:
    """Exit 4 and one line; no run begins, so the newest stays what it was."""
    service.compared(400)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        text = service.config.read_text(encoding="utf-8").replace("127.0.0.1:0", f"127.0.0.1:{port}")
        service.config.write_text(text, encoding="utf-8")
        child = command("shadow", "--config", service.config)
        output, errors = child.communicate(timeout=30)
    assert (child.returncode, output) == (4, "")
    assert without_warnings(errors) == (
        f"error: {service.config}:6: listen.address: expected a free address of this machine, "
        f"got 127.0.0.1:{port} (Address already in use); stop what listens there, or choose another\n"
    )
    assert entered(invoke, service) == 400


def test_a_bad_proto(command: Any, service: Any) -> None:
    """Exit 2 and one line: file, line, column."""
    proto = service.folder / "api.proto"
    proto.write_text('syntax = "proto3";\nmessage M {\n  strange x = 1;\n}\n')
    service.add('[contract]\nprotos = ["api.proto"]\n')
    child = command("shadow", "--config", service.config)
    output, errors = child.communicate(timeout=30)
    assert (child.returncode, output) == (2, "")
    assert without_warnings(errors) == f'error: contract: {proto}:3:3: "strange" is not defined.\n'
    assert not service.store.exists()


def test_a_store_that_can_not_be(command: Any, service: Any) -> None:
    """Exit 4 where the evidence folder is a file; no port is served."""
    (service.folder / ".crossfade").write_text("x")
    child = command("shadow", "--config", service.config)
    output, errors = child.communicate(timeout=30)
    assert (child.returncode, output) == (4, "")
    assert "Traceback" not in errors
