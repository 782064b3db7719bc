"""grpc-java's own interop cases through ``crossfade shadow``, over Netty and over OkHttp."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent / "interop"
_SERVER = "io.grpc.testing.integration.TestServiceServer"
# all of the client's cases but those that need a cloud's credentials, several backends or a load report
CASES = (
    "empty_unary",
    "cacheable_unary",
    "large_unary",
    "client_compressed_unary",
    "client_compressed_unary_noprobe",
    "server_compressed_unary",
    "client_streaming",
    "client_compressed_streaming",
    "client_compressed_streaming_noprobe",
    "server_streaming",
    "server_compressed_streaming",
    "ping_pong",
    "empty_stream",
    "custom_metadata",
    "status_code_and_message",
    "special_status_message",
    "unimplemented_method",
    "unimplemented_service",
    "cancel_after_begin",
    "cancel_after_first_response",
    "timeout_on_sleeping_server",
    "very_large_request",
    "rpc_soak",
    "channel_soak",
)
CONFIG = """\
[service]
name = "interop"

[[listen]]
name = "grpc"
address = "127.0.0.1:{port}"
legacy = "http://127.0.0.1:{legacy}"
candidate = "http://127.0.0.1:{candidate}"
"""


def _free_port() -> int:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="module")
def jars(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The class path of the interop client and server, copied once per virtual environment."""
    folder = Path(sys.prefix) / "interop-jars"
    if not list(folder.glob("grpc-interop-testing-*.jar")):
        work = tmp_path_factory.mktemp("interop")
        pom = work / "pom.xml"
        pom.write_bytes((HERE / "pom.xml").read_bytes())
        command = ["mvn", "-q", "-B", "-f", str(pom), "dependency:copy-dependencies", f"-DoutputDirectory={folder}"]
        subprocess.run(command, check=True, timeout=600)
    return f"{folder}/*"


@contextmanager
def _running(command: list[str], port: int, folder: Path) -> Iterator[Path]:
    """A process from when it listens; ends it and gives its log."""
    log = folder / f"{port}.log"
    with log.open("wb") as out:
        environment = {**os.environ, "CROSSFADE_REDACTION_KEY": "0123456789abcdef0123456789abcdef"}
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=environment)
    try:
        _wait_until_open(port, process, log)
        yield log
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _wait_until_open(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        with closing(socket.socket()) as probe:
            if not probe.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.1)
    pytest.fail(log.read_text(encoding="utf-8"))


Server = Callable[[], int]


@pytest.fixture
def server(jars: str, tool: Any, tmp_path: Path) -> Iterator[Server]:
    """Starts an interop server; its port."""
    open_: list[Any] = []

    def start() -> int:
        port = _free_port()
        command = [tool("java"), "-cp", jars, _SERVER, f"--port={port}", "--use_tls=false"]
        open_.append(_running(command, port, tmp_path))
        open_[-1].__enter__()
        return port

    yield start
    for item in open_:
        item.__exit__(None, None, None)


@pytest.fixture
def outcomes(jars: str, tool: Any) -> Callable[[int, str], dict[str, str]]:
    """How each case ended at a port."""

    def run(port: int, use_okhttp: str) -> dict[str, str]:
        command = [tool("java"), "-cp", jars, str(HERE / "InteropCases.java"), str(port), use_okhttp, *CASES]
        done = subprocess.run(command, capture_output=True, timeout=180, check=True, text=True)
        lines = [line.split(" ", 2) for line in done.stdout.splitlines() if line.startswith("case ")]
        return {name: outcome for _, name, outcome in lines}

    return run


@pytest.mark.java
@pytest.mark.row("gRPC: the interop cases of grpc-java, also with the candidate down", "grpc-java: Netty, OkHttp")
@pytest.mark.parametrize("use_okhttp", ["false", "true"], ids=["netty", "okhttp"])
@pytest.mark.parametrize("candidate_runs", [True, False], ids=["candidate up", "candidate down"])
def test_interop(server: Server, outcomes: Any, tmp_path: Path, use_okhttp: str, candidate_runs: bool) -> None:
    """Each case ends as it does directly, whether there is a candidate or not."""
    legacy, port = server(), _free_port()
    candidate = server() if candidate_runs else _free_port()
    config = tmp_path / "crossfade.toml"
    config.write_text(CONFIG.format(port=port, legacy=legacy, candidate=candidate), encoding="utf-8")
    crossfade = Path(sys.executable).with_name("crossfade")
    direct = outcomes(legacy, use_okhttp)
    with _running([str(crossfade), "shadow", "--config", str(config)], port, tmp_path):
        through = outcomes(port, use_okhttp)
    assert set(direct) == set(CASES)
    assert sum(outcome == "passed" for outcome in direct.values()) > 15
    assert through == direct
