"""The example's whole traffic is recorded in front of legacy alone: all routes, all kinds of streams, nothing left out."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Call, Session
from crossfade.shadow.exchange import Answer
from crossfade.tools.demo.run import example_folder
from crossfade.tools.demo.servers import server

pytestmark = pytest.mark.slow

pytest.importorskip("mitmproxy")
pytest.importorskip("flask")

PACKAGE = "ci.builds.v1.BuildService"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The sessions, and what the client says that it sent, by route."""

    sessions: tuple[Session, ...]
    sent: dict[str, int]
    output: str

    def calls(self, route: str) -> list[Call]:
        return [call for session in self.sessions for call in session.calls if call.route.route == route]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def config_of(example: Path, folder: Path, legacy: re.Match[str]) -> tuple[Path, dict[str, int]]:
    """The example's own config with the ports of this run."""
    text = (example / "crossfade.toml").read_text(encoding="utf-8")
    ports = {"50051": int(legacy["grpc"]), "8081": int(legacy["http"])}
    ports |= {fixed: free_port() for fixed in ("50050", "8080")}
    text = re.sub(r':(\d+)"', lambda match: f':{ports.get(match[1], match[1])}"', text)
    path = folder / "crossfade.toml"
    path.write_text(text.replace('"proto', f'"{(example / "proto").as_posix()}'), encoding="utf-8")
    return path, ports


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """What was recorded of the client's 10 requests for each route."""
    example, folder = example_folder(), tmp_path_factory.mktemp("recorded")
    env = {"BUILDQUEUE_GEN_DIR": str(folder / "gen"), "CROSSFADE_REDACTION_KEY": "k" * 32}
    python = [sys.executable]
    subprocess.run([*python, str(example / "seed"), str(folder / "seed")], check=True, timeout=60)
    flags = ["--grpc-port=0", "--http-port=0", f"--db={folder}/legacy.sqlite", f"--seed-dir={folder}/seed"]
    ready = r"READY grpc=(?P<grpc>\d+) http=(?P<http>\d+)"
    with server(
        [*python, str(example / "legacy"), *flags], pattern=ready, log=folder / "legacy.log", env=env
    ) as legacy:
        config, ports = config_of(example, folder, legacy.ready)
        words = ["record", "--config", str(config), "--corpus", str(folder / "corpus"), "--legacy-only"]
        command = [*python, "-m", "crossfade.tools.cli", *words]
        with server(command, pattern="^recording", log=folder / "record.log", env=env) as proxy:
            client = ["--grpc", f"127.0.0.1:{ports['50050']}", "--http", f"http://127.0.0.1:{ports['8080']}"]
            client += ["--requests-per-route", "10", "--json", str(folder / "client.json")]
            command = [*python, str(example / "client"), *client]
            subprocess.run(command, check=True, timeout=300, env={**os.environ, **env})
            assert proxy.stop(signal.SIGTERM) == 0
    told = json.loads((folder / "client.json").read_text(encoding="utf-8"))["routes"]
    return Recorded(
        sessions=tuple(CorpusFolder(folder / "corpus").sessions()),
        sent={route: counts["sent"] for route, counts in told.items()},
        output=(folder / "record.log").read_text(encoding="utf-8"),
    )


def test_every_request_is_a_call(recorded: Recorded) -> None:
    """Of all routes, as many as the client sent, writes included; the log has nothing to say."""
    found = Counter(call.route.route for session in recorded.sessions for call in session.calls)
    assert found == recorded.sent
    assert len(found) == 19
    writes = {call.route.route for session in recorded.sessions for call in session.calls if call.write}
    assert {f"{PACKAGE}/SubmitBuild", f"{PACKAGE}/UploadLog", "POST /builds/{id}/artifacts"} <= writes
    assert "ERROR" not in recorded.output


def test_the_visits_of_the_client_are_sessions(recorded: Recorded) -> None:
    """Each flow has its own, with its calls in the order in which they began."""
    assert len(recorded.sessions) > 20
    for session in recorded.sessions:
        flows = {value for call in session.calls for name, value in call.request.headers if name.lower() == "x-flow-id"}
        assert len(flows) == 1
        times = [call.request.started_at for call in session.calls]
        assert times == sorted(times)


def test_a_conversation_keeps_its_order(recorded: Recorded) -> None:
    """An answer comes behind the message to which it is one; some consoles end before the client does."""
    calls = recorded.calls(f"{PACKAGE}/Console")
    for call in calls:
        asked, answered = call.timing.client_ms, call.timing.server_ms
        assert all(ask <= answer for ask, answer in zip(asked, answered, strict=False))
        assert (len(asked) > 0) is (len(call.request.body) > 0)
    assert {call.timing.half_closed for call in calls} == {True, False}


def test_streams_have_the_times_of_their_messages(recorded: Recorded) -> None:
    """Builds that are watched, events and lines over HTTP, logs that come in chunks."""
    for route in (f"{PACKAGE}/WatchBuild", "GET /builds/{id}/events", "GET /projects/{project}/feed"):
        streams = [call for call in recorded.calls(route) if isinstance(call.reply, Answer) and call.reply.body]
        assert streams
        for call in streams:
            times = call.timing.server_ms
            assert list(times) == sorted(times)
            assert times or call.route.protocol == "http"  # a 404 is no stream
    uploads = recorded.calls(f"{PACKAGE}/UploadLog")
    assert all(list(call.timing.client_ms) == sorted(call.timing.client_ms) for call in uploads)
    assert any(len(call.timing.client_ms) > 1 for call in uploads)
    assert not any(call.scrambled for call in uploads)


def test_a_client_that_left_is_there(recorded: Recorded) -> None:
    """With what it had seen."""
    left = [call for call in recorded.calls(f"{PACKAGE}/WatchBuild") if call.timing.cancelled_ms is not None]
    assert left
    assert all(call.timing.server_ms and max(call.timing.server_ms) <= call.timing.cancelled_ms for call in left)
