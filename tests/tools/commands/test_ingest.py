"""crossfade ingest as a real process: services send, a report and a gate read."""

import base64
import json
import re
import signal
import socket
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from crossfade.shadow.evidence.key import KEY_VARIABLE

pytestmark = pytest.mark.slow

CONFIG = """\
[service]
name = "builds"
legacy_build = "py-1"

[ingest]
address = "unix:ingest.sock"

[contract]
protos = ["things.proto"]

[evidence]
flush_ms = 50

[gate]
routes = ["t.v1.Things/Get"]
planned_n = 500
"""
PROTO = """\
syntax = "proto3";
package t.v1;
service Things { rpc Get(Ask) returns (Thing); rpc List(Ask) returns (stream Thing); }
message Ask { string id = 1; }
message Thing { string name = 1; int64 size = 2; }
"""
GET, LIST = "t.v1.Things/Get", "t.v1.Things/List"
EMPTY = b""
BIG, SMALL = b"\x10\x02", b"\x10\x01"


class Sender:
    """A Java service as the protocol knows it."""

    def __init__(self, address: str, build: str) -> None:
        if address.startswith("unix:"):
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.connect(address.removeprefix("unix:"))
        else:
            host, port = address.rsplit(":", 1)
            self.socket = socket.create_connection((host, int(port)))
        self.send(kind="hello", service="builds", builds={"candidate": build})

    def send(self, **told: Any) -> None:
        """One line."""
        self.socket.sendall(json.dumps({"v": 1, **told}).encode() + b"\n")

    def equal(self, count: int, *, first: int = 0, entered: int | None = None, route: str = GET, **shed: int) -> None:
        """So many equal pairs, each of another request."""
        hashes = [f"{number:016x}" for number in range(first, first + count)]
        columns = {"hashes": hashes, "legacy_ms": [2.0] * count, "candidate_ms": [1.0] * count}
        entered = count + sum(shed.values()) if entered is None else entered
        self.send(kind="counts", route=route, entered=entered, equal=count, shed=shed, **columns)

    def unequal(self, legacy: bytes, candidate: bytes, *, ask: str = "q", route: str = GET, token: str = "") -> None:
        """An unequal pair."""
        headers = [["authorization", f"Bearer {token}"]] if token else []
        request = {"headers": headers, "messages": [_text(b"\x0a" + bytes([len(ask)]) + ask.encode())]}
        self.send(kind="pair", route=route, request=request, legacy=_side(legacy), candidate=_side(candidate))

    def leave(self) -> None:
        """Closes."""
        self.socket.close()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _side(message: bytes) -> dict[str, Any]:
    return {"headers": [], "messages": [_text(message)], "status": 0, "message": "", "trailers": [], "latency_ms": 1.0}


class Ingest:
    """The process, and where it listens."""

    def __init__(self, child: Any, said: str) -> None:
        self.senders: list[Sender] = []
        match = re.fullmatch(r"run (\S+): ingest on (\S+?)(?:; admin on (\S+))?\n", said)
        assert match, said + str(child.stderr.read())
        self.child = child
        self.run_id, self.address, self.admin = match.groups()

    def sender(self, build: str = "java-7") -> Sender:
        """A service that is connected."""
        self.senders.append(Sender(self.address, build))
        return self.senders[-1]

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str, str]:
        """Exit code, standard output, log."""
        self.child.send_signal(number)
        output, errors = self.child.communicate(timeout=30)
        return self.child.returncode, output, errors


@pytest.fixture
def ingest(command: Any, service: Any) -> Iterator[Callable[..., Ingest]]:
    """Starts it in the service's folder."""
    started: list[Ingest] = []
    service.config.write_text(CONFIG, encoding="utf-8")
    (service.folder / "things.proto").write_text(PROTO, encoding="utf-8")

    def ingest(*words: object, more: str = "", env: dict[str, str] | None = None) -> Ingest:
        if more:
            service.add(more)
        child = command("ingest", "--config", service.config, *words, env=env)
        started.append(Ingest(child, child.stdout.readline()))
        return started[-1]

    yield ingest
    for running in started:
        running.child.kill()
        running.child.communicate()
        for sender in running.senders:
            sender.leave()


@pytest.fixture
def report(invoke: Any, service: Any) -> Callable[[], dict[str, Any]]:
    """The JSON report of the newest run."""

    def report() -> dict[str, Any]:
        result = invoke("report", "--config", service.config, "--json")
        assert result.exit_code == 0, result.output
        found: dict[str, Any] = json.loads(result.stdout)
        return found

    return report


def wait_for(report: Callable[[], dict[str, Any]], entered: int, in_flight: int) -> dict[str, Any]:
    """The report once so many requests were committed, and all but so many had ended."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        found = report()
        if (found["entered"], found["in_flight"]) == (entered, in_flight):
            return found
        time.sleep(0.02)
    raise AssertionError(f"expected {entered} requests in the store within 20 s")


@pytest.mark.parametrize("words", [(), ("--address", "127.0.0.1:0")], ids=["unix", "tcp"])
def test_services_report_gate(ingest: Any, invoke: Any, service: Any, report: Any, words: tuple[str, ...]) -> None:
    """Two services at once; what one leaves open without a word is shed; report and gate read the run as any other."""
    running = ingest(*words)
    assert running.address.startswith("127.0.0.1:" if words else f"unix:{service.folder}")
    one, two = running.sender(), running.sender()
    one.equal(300, queue_full=2)
    two.equal(300, first=200, entered=303)
    two.unequal(SMALL, BIG)
    one.equal(5, route=LIST)
    one.unequal(SMALL, BIG, route=LIST)
    two.leave()
    live = wait_for(report, 302 + 303 + 6, in_flight=0)
    assert (live["engine"], live["ended_at"]) == ("ingest", None)
    code, output, errors = running.end()
    assert (code, errors) == (0, live_warning())
    assert output == f"run {running.run_id}: 611 requests entered; next: crossfade report\n"
    found = report()
    assert (found["entered"], found["in_flight"]) == (611, 0)
    assert found["builds"] == {"legacy": "py-1", "candidate": "java-7"}
    get, many = found["routes"]
    assert (get["route"], get["call_type"], get["distinct"], get["divergent"]) == (GET, "unary", 501, 1)
    assert {name: count for name, count in get["outcomes"].items() if count} == {
        "matched": 600,
        "diverged": 1,
        "shed": 4,
    }
    assert get["reasons"] == {"queue_full": 2, "shutdown": 2}
    assert (many["call_type"], many["outcomes"]["diverged"]) == ("server_stream", 1)
    assert {(cluster["route"], cluster["path"]) for cluster in found["clusters"]} == {
        (GET, "message.size"),
        (LIST, "message[*].size"),
    }
    assert get["latency_ms"]["legacy"]["p50"] == pytest.approx(2.0, rel=0.02)
    gate = invoke("gate", "--config", service.config)
    assert gate.exit_code == 0
    assert gate.output.startswith(f"PASS {GET} diverges in less than 1 % of requests")


def live_warning() -> str:
    """What the log says of a service without a key."""
    return "WARNING evidence.no_key examples are not stored; set CROSSFADE_REDACTION_KEY or run `crossfade init`\n"


def test_a_divergent_build_fails_the_gate(ingest: Any, invoke: Any, service: Any) -> None:
    """The verdict is the one of any run."""
    running = ingest()
    sender = running.sender()
    sender.equal(100, entered=200)
    for number in range(100):
        sender.unequal(SMALL, BIG, ask=f"q{number}")
    assert running.end()[0] == 0
    result = invoke("gate", "--config", service.config)
    assert (result.exit_code, result.output.startswith(f"FAIL {GET} diverges in more than 1 %")) == (1, True)


def test_nobody_came(ingest: Any, invoke: Any, service: Any) -> None:
    """The run is there and is inconclusive, whatever an older one said."""
    service.compared(1000)
    assert ingest().end()[0] == 0
    assert invoke("gate", "--config", service.config).exit_code == 3


def test_redacted_before_disk(ingest: Any, service: Any, report: Any) -> None:
    """No file holds a credential of the traffic; the example is there with a pseudonym."""
    running = ingest(more="[record]\nsample_pct = 100\n", env={KEY_VARIABLE: "k" * 32})
    canary = "canary0123456789abcdef"
    sender = running.sender()
    sender.unequal(SMALL, BIG, token=canary)
    code, _, errors = running.end()
    assert (code, canary in errors) == (0, False)
    ((example,),) = [cluster["examples"] for cluster in report()["clusters"]]
    assert "authorization: Bearer " in example["repro"]
    for path in service.store.parent.rglob("*"):
        assert path.is_dir() or canary.encode() not in path.read_bytes()


def test_a_recorded_run_is_judged_again(ingest: Any, invoke: Any, service: Any) -> None:
    """Under the same rules the same comes out, streams too."""
    running = ingest(more="[record]\nsample_pct = 100\n", env={KEY_VARIABLE: "k" * 32})
    sender = running.sender()
    for route in (GET, LIST):
        sender.unequal(SMALL, BIG, route=route)
    assert running.end()[0] == 0
    result = invoke("replay", "--config", service.config, "--rediff", running.run_id, "--check", "--json")
    assert result.exit_code == 0, result.output
    assert [cluster["path"] for cluster in json.loads(result.stdout)["report"]["clusters"]] == [
        "message.size",
        "message[*].size",
    ]


def test_what_was_sent_before_the_end_counts(ingest: Any, report: Any) -> None:
    """SIGTERM reads what is on its way."""
    running = ingest()
    sender = running.sender()
    for number in range(100):
        sender.equal(20, first=20 * number)
    assert running.end()[0] == 0
    assert report()["entered"] == 2000


def test_ctrl_c(ingest: Any, report: Any) -> None:
    """Exit 130 with everything committed."""
    running = ingest()
    running.sender().equal(7)
    assert running.end(signal.SIGINT)[0] == 130
    assert report()["entered"] == 7


def test_killed(ingest: Any, report: Any) -> None:
    """What was committed adds up, and the next one takes the socket that was left."""
    running = ingest()
    sender = running.sender()
    sender.equal(50, entered=60)
    wait_for(report, 60, in_flight=10)
    running.end(signal.SIGKILL)
    found = report()
    assert (found["entered"], found["in_flight"], found["ended_at"]) == (60, 10, None)
    assert ingest().end()[0] == 0


def test_strangers_do_no_harm(ingest: Any, report: Any) -> None:
    """Each is a line in the log; the service beside them is counted."""
    running = ingest("--address", "127.0.0.1:0", more="[[compare.ignore]]\npath = 'x'\nreason = 'y'\n")
    friend = running.sender()
    host, port = running.address.rsplit(":", 1)
    for sent in (b"GET / HTTP/1.1\r\n\r\n", b"\0" * 10_000 + b"\n", b'{"v":9}\n', b"[" * 50_000 + b"\n", b"{"):
        with socket.create_connection((host, int(port))) as stranger:
            stranger.sendall(sent)
    running.sender("java-8").leave()
    friend.equal(3)
    code, _, errors = running.end()
    assert code == 0
    assert "Traceback" not in errors
    assert "ingest.json from=127.0.0.1:" in errors
    assert "ingest.refused from=127.0.0.1:" in errors
    assert report()["entered"] == 3


def test_endpoints(ingest: Any) -> None:
    """Live, ready and the figures, as beside the proxy."""
    pytest.importorskip("prometheus_client")
    running = ingest(more='[admin]\naddress = "127.0.0.1:0"\n')
    sender = running.sender()
    sender.equal(4, entered=6, queue_full=1)
    until = time.monotonic() + 20
    text = ""
    while "crossfade_in_flight 1.0" not in text and time.monotonic() < until:
        time.sleep(0.05)
        text = _get(running.admin, "/metrics")
    assert f'crossfade_requests_entered_total{{listener="",route="{GET}"}} 6.0' in text
    assert f'crossfade_outcomes_total{{listener="",outcome="matched",reason="",route="{GET}"}} 4.0' in text
    assert "crossfade_in_flight 1.0" in text
    assert "crossfade_ingest_connections 1.0" in text
    assert 'candidate_build="java-7"' in text
    assert (_get(running.admin, "/live"), _get(running.admin, "/ready")) == ("live\n", "ready\n")
    assert running.end()[0] == 0


def _get(address: str, path: str) -> str:
    connection = HTTPConnection(address, timeout=10)
    connection.request("GET", path)
    text = connection.getresponse().read().decode()
    connection.close()
    return text


def test_a_taken_port(ingest: Any, command: Any, service: Any, report: Any) -> None:
    """Exit 4 and one line; no run begins."""
    running = ingest("--address", "127.0.0.1:0")
    child = command("ingest", "--config", service.config, "--address", running.address)
    output, errors = child.communicate(timeout=30)
    assert (child.returncode, output) == (4, "")
    assert errors == (
        f"error: --address: expected an address to listen on, got {running.address} (Address already in use); "
        "stop what listens there, or choose another\n"
    )
    assert running.end()[0] == 0
    assert report()["ended_at"] is not None


def test_a_store_that_can_not_be(ingest: Any, command: Any, service: Any) -> None:
    """Exit 4 and one line; the socket does not stay."""
    assert ingest().end()[0] == 0
    (service.folder / ".crossfade").rename(service.folder / "old")
    (service.folder / ".crossfade").write_text("x")
    child = command("ingest", "--config", service.config)
    output, errors = child.communicate(timeout=30)
    assert (child.returncode, output) == (4, "")
    assert "Traceback" not in errors
    assert not (service.folder / "ingest.sock").exists()


def test_no_address(invoke: Any, service: Any) -> None:
    """Exit 2 and what to do."""
    result = invoke("ingest", "--config", service.config)
    assert result.exit_code == 2
    assert result.output.startswith(f"error: {service.config}: ingest.address: expected an address, got none; ")


def test_a_wrong_address(invoke: Any, service: Any) -> None:
    """It is refused before anything begins."""
    result = invoke("ingest", "--config", service.config, "--address", "7431")
    assert result.exit_code == 2
    assert "expected host:port or unix:PATH, got '7431'" in result.output


def test_no_proxy_without_a_port(invoke: Any, service: Any, tmp_path: Path) -> None:
    """A config for ingest alone is none for the proxy."""
    service.config.write_text('[service]\nname = "builds"\n[ingest]\naddress = "unix:x"\n', encoding="utf-8")
    result = invoke("shadow", "--config", service.config)
    assert result.exit_code == 2
    assert result.output == (
        f"error: {tmp_path / 'crossfade.toml'}: listen: expected at least one port that clients connect to, got none; "
        "add [[listen]], or run `crossfade ingest`\n"
    )
