"""crossfade record as a real process: what is on disk when it ends, or is killed."""

import json
import os
import re
import signal
import threading
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from crossfade.shadow.recording.reader import RecordingReader

pytestmark = pytest.mark.slow

pytest.importorskip("mitmproxy")

KEY = {"CROSSFADE_REDACTION_KEY": "k" * 32}
CANARY = "canary-1234"


class Side(BaseHTTPRequestHandler):
    """Answers with its name, a clock that never stands still, and what the client must not find on disk."""

    side = ""
    clock = count()

    def do_GET(self) -> None:
        """JSON, a page or parts; the candidate differs under /differs."""
        wrong = self.side == "candidate" and self.path.startswith("/differs")
        at, number = next(Side.clock), 2 if wrong else 1
        kind, text = "application/json", json.dumps({"at": at, "password": CANARY, "n": number})
        if self.path.endswith("page"):
            kind = "text/html; charset=utf-8"
            text = f'<p>{at}</p><b>{number}</b><input name="password" value="{CANARY}"><token><i>{CANARY}</i></token>'
        elif self.path.endswith("parts"):
            kind = f"multipart/form-data; boundary=b{at}"
            fields = (("at", at), ("n", number), ("password", CANARY))
            parts = (f'--b{at}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{it}\r\n' for name, it in fields)
            text = f"{''.join(parts)}--b{at}--\r\n"
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", f"sid={CANARY}; Path=/")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def sides() -> Iterator[dict[str, int]]:
    """Legacy, candidate and secondary on loopback: their ports."""
    servers = {
        name: ThreadingHTTPServer(("127.0.0.1", 0), type(name, (Side,), {"side": name}))
        for name in ("legacy", "candidate", "secondary")
    }
    threads = [threading.Thread(target=server.serve_forever) for server in servers.values()]
    for thread in threads:
        thread.start()
    yield {name: server.server_port for name, server in servers.items()}
    for server in servers.values():
        server.shutdown()
        server.server_close()
    for thread in threads:
        thread.join()


class Recording:
    """A recording proxy: its process, run id and port."""

    def __init__(self, child: Any, service: Any) -> None:
        self.child = child
        line = child.stdout.readline()
        match = re.fullmatch(r"run (\S+): mirroring web on 127\.0\.0\.1:(\d+)\n", line)
        assert match is not None, (line, child.stderr.read() if child.poll() is not None else "")
        self.run_id, self.port = match[1], int(match[2])
        self.folder: Path = service.folder / ".crossfade" / "recordings" / self.run_id

    def ask(self, *targets: str) -> None:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        for target in targets:
            connection.request("GET", target, headers={"Authorization": f"Bearer {CANARY}"})
            assert CANARY in connection.getresponse().read().decode()
        connection.close()

    def end(self) -> str:
        self.child.send_signal(signal.SIGTERM)
        _, errors = self.child.communicate(timeout=60)
        assert self.child.returncode == 0, errors
        return str(errors)


@pytest.fixture
def record(command: Any, service: Any, sides: dict[str, int]) -> Iterator[Callable[..., Recording]]:
    """Starts a command that proxies these sides."""
    text = service.config.read_text(encoding="utf-8")
    for name, placeholder in (("legacy", 1), ("candidate", 2)):
        text = text.replace(f'{name} = "http://127.0.0.1:{placeholder}"', f'{name} = "http://127.0.0.1:{sides[name]}"')
    text = text.replace("[gate]", f'secondary = "http://127.0.0.1:{sides["secondary"]}"\n\n[gate]')
    service.config.write_text(f"{text}\n[mirror]\nsecondary_pct = 100\n[evidence]\nflush_ms = 50\n", encoding="utf-8")
    started = []

    def record(*words: str) -> Recording:
        child = command(*words, "--config", service.config, env=KEY)
        started.append(child)
        return Recording(child, service)

    yield record
    for child in started:
        child.kill()
        child.communicate()


def _report(invoke: Any, service: Any) -> Any:
    return json.loads(invoke("report", "--config", service.config, "--json").stdout)


def _found(report: Any) -> Any:
    clusters = sorted(
        (item["route"], item["path"], item["kind"], item["count"], item["status"]) for item in report["clusters"]
    )
    routes = [(item["route"], item["outcomes"], item["distinct"], item["divergent"]) for item in report["routes"]]
    return clusters, routes


def test_a_run_is_compared_again(record: Any, invoke: Any, service: Any) -> None:
    """Under the same rules it comes out as it did, noise included; no canary is on disk."""
    run = record("record")
    run.ask(*(f"/same?n={n}" for n in range(10)), *(f"/differs?n={n}" for n in range(5)))
    run.end()
    result = invoke("replay", "--config", service.config, "--rediff", run.run_id, "--check", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["rediff"]["changes"]["same"] == told["rediff"]["recorded"] == 15
    assert told["rediff"]["complete"]
    assert _found(told["report"]) == _found(_report(invoke, service))
    assert {item["status"] for item in told["report"]["clusters"]} == {"open", "noise"}
    for item in RecordingReader(run.folder).comparisons():
        assert CANARY not in repr(item)
        assert "Path=/" in repr(item)


@pytest.mark.parametrize("what", ["page", "parts"])
def test_other_bodies_are_compared_again(record: Any, invoke: Any, service: Any, what: str) -> None:
    """Pages and parts come out as they did, and no canary of theirs is on disk, neither recorded nor as an example."""
    run = record("record")
    run.ask(*(f"/same?n={n}&{what}" for n in range(4)), *(f"/differs?n={n}&{what}" for n in range(4)))
    run.end()
    result = invoke("replay", "--config", service.config, "--rediff", run.run_id, "--check", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["rediff"]["changes"]["same"] == told["rediff"]["recorded"] == 8
    report = _report(invoke, service)
    assert _found(told["report"]) == _found(report)
    paths = {"page": "body/b/text()", "parts": "body/n/content"}
    assert [item["path"] for item in report["clusters"] if item["status"] == "open"] == [paths[what]]
    assert CANARY not in json.dumps(report)
    for item in RecordingReader(run.folder).comparisons():
        assert CANARY not in repr(item)


def test_a_run_that_was_killed(record: Any, invoke: Any, service: Any) -> None:
    """What was flushed is read, and it is said that the end is missing."""
    run = record("record")
    run.ask(*(f"/same?n={n}" for n in range(10)))
    children = Path(f"/proc/{run.child.pid}/task/{run.child.pid}/children")
    if not children.exists():
        pytest.skip("needs /proc")
    while _report(invoke, service)["totals"]["outcomes"]["noise"] < 10:  # committed after it was recorded
        run.ask("/same?more")
    for pid in children.read_text(encoding="ascii").split():
        os.kill(int(pid), signal.SIGKILL)
    told = json.loads(invoke("replay", "--config", service.config, "--rediff", run.run_id, "--json").stdout)
    assert told["rediff"]["recorded"] >= 10
    assert not told["rediff"]["complete"]


def test_shadow_records_by_its_config_only(record: Any, service: Any) -> None:
    """Nothing by default; a share and what diverged where the config says so."""
    run = record("shadow")
    run.ask("/same")
    run.end()
    assert not run.folder.exists()
    service.add("[record]\nsample_pct = 0.000001\n[[compare.ignore]]\npath = 'body/at'\nreason = 'clock'\n")
    run = record("shadow")
    run.ask("/same", "/differs", "/same", "/differs")
    assert "recording.ended recorded=2 left_out=0" in run.end()
    found = [item.route.route for item in RecordingReader(run.folder).comparisons()]
    assert found == ["GET /differs", "GET /differs"]


def test_without_a_key_there_is_no_recording(invoke: Any, service: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 2 and one line before anything is started."""
    monkeypatch.delenv("CROSSFADE_REDACTION_KEY", raising=False)
    result = invoke("record", "--config", service.config)
    assert result.exit_code == 2
    assert "expected a redaction key, got none; run `crossfade init`, or set CROSSFADE_REDACTION_KEY" in result.output


def test_a_share_of_nothing_is_refused(invoke: Any, service: Any) -> None:
    """It would record nothing."""
    assert invoke("record", "--config", service.config, "--sample-pct", "0").exit_code == 2
