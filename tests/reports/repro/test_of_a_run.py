"""The lines of a report of a real run: both sides get what the client had sent."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import grpc
import pytest

pytestmark = pytest.mark.slow

pytest.importorskip("mitmproxy")

PROTO = """
syntax = "proto3";
package calls.v1;
service Calls {
  rpc One(Note) returns (Note);
  rpc Many(stream Note) returns (Note);
}
message Note { string text = 1; int64 number = 2; }
"""
CONFIG = """\
[service]
name = "calls"

[[listen]]
name = "calls"
address = "127.0.0.1:{calls}"
legacy = "http://{legacy_calls}"
candidate = "http://{candidate_calls}"

[[listen]]
name = "web"
address = "127.0.0.1:{web}"
legacy = "http://127.0.0.1:{legacy_web}"
candidate = "http://127.0.0.1:{candidate_web}"

[contract]
protos = ["calls.proto"]
includes = ["."]

[[mirror.rule]]
route = "*"
action = "mirror"
reason = "nothing is written"

[evidence]
flush_ms = 50
"""
BINARY = bytes(range(256)) + b"'$(id)\n"
UNKNOWN = b"\x0a\x02it\xfa\x01\x02\xff\x00"
STREAM = [b"\x10\x01", b"\x0a\x0dit's $(id)\x1b[m", b"\x10\x02"]


class Web(BaseHTTPRequestHandler):
    """Keeps what it gets; each side answers with its own word."""

    got: list[tuple[str, str, str | None, bytes]]
    word: bytes

    def do_POST(self) -> None:
        """Any body."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.got.append((self.command, self.path, self.headers["X-Tenant"], body))
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.word)))
        self.end_headers()
        self.wfile.write(self.word)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def web() -> Iterator[dict[str, Any]]:
    """Two servers, and what each got."""
    kinds = {side: type(side, (Web,), {"got": [], "word": side.encode()}) for side in ("legacy", "candidate")}
    servers = {side: ThreadingHTTPServer(("127.0.0.1", 0), kind) for side, kind in kinds.items()}
    threads = [threading.Thread(target=server.serve_forever) for server in servers.values()]
    for thread in threads:
        thread.start()
    yield {side: (servers[side].server_port, kinds[side].got) for side in servers}
    for server in servers.values():
        server.shutdown()
        server.server_close()
    for thread in threads:
        thread.join()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _crossfade(*words: str, folder: Path) -> subprocess.Popen[str]:
    code = "from crossfade.tools.cli import main; main(prog_name='crossfade')"
    return subprocess.Popen(
        [sys.executable, "-P", "-c", code, *words],
        cwd=folder,
        env={**os.environ, "CROSSFADE_REDACTION_KEY": "k" * 32},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _told(*words: str, folder: Path) -> str:
    out, errors = _crossfade(*words, folder=folder).communicate(timeout=60)
    assert not errors
    return out


def test_both_sides_get_what_the_client_sent(
    tmp_path: Path, call_server: Callable[..., Any], web: dict[str, Any], grpcurl: Path, run_line: Callable[..., Any]
) -> None:
    """A message with an unknown field, all messages of a stream, a body with NUL: to the byte, on either side."""
    calls = {side: call_server(answer=side.encode()) for side in ("legacy", "candidate")}
    ports = {"calls": _free_port(), "web": _free_port()}
    (tmp_path / "calls.proto").write_text(PROTO, encoding="utf-8")
    config = CONFIG.format(
        **ports,
        **{f"{side}_calls": server.address for side, server in calls.items()},
        **{f"{side}_web": port for side, (port, _) in web.items()},
    )
    (tmp_path / "crossfade.toml").write_text(config, encoding="utf-8")
    shadow = _crossfade("shadow", folder=tmp_path)
    try:
        assert shadow.stdout is not None
        shadow.stdout.readline()
        _play(ports)
        for server in calls.values():
            assert [server.call().messages for _ in range(2)] == [[UNKNOWN], STREAM]
        clusters = _clusters(tmp_path)
    finally:
        shadow.send_signal(signal.SIGTERM)
        shadow.communicate(timeout=60)
    (tmp_path / "calls.proto").unlink()  # the evidence has the descriptors
    clusters = _clusters(tmp_path)
    for side in ("legacy", "candidate"):
        lines = {cluster["route"].rpartition("/")[2]: cluster["examples"][0][f"repro_{side}"] for cluster in clusters}
        assert lines.keys() == {"One", "Many", "things"}
        for name, sent in (("One", [UNKNOWN]), ("Many", STREAM)):
            assert run_line(lines[name], folder=grpcurl).returncode == 0
            got = calls[side].call()
            assert got.messages == sent
            assert ("x-tenant", "it's") in got.metadata
        assert run_line(lines["things"]).stdout == side.encode()
        assert web[side][1][-2:] == [("POST", "/things", "it's", BINARY)] * 2


def _play(ports: dict[str, int]) -> None:
    """Two calls and a request, each answered otherwise by the candidate."""
    metadata = (("x-tenant", "it's"),)
    with grpc.insecure_channel(f"127.0.0.1:{ports['calls']}") as channel:
        channel.unary_unary("/calls.v1.Calls/One")(UNKNOWN, metadata=metadata, timeout=30)
        channel.stream_unary("/calls.v1.Calls/Many")(iter(STREAM), metadata=metadata, timeout=30)
    connection = HTTPConnection("127.0.0.1", ports["web"], timeout=30)
    connection.request("POST", "/things", body=BINARY, headers={"X-Tenant": "it's"})
    assert connection.getresponse().read() == b"legacy"
    connection.close()


def _clusters(folder: Path) -> list[Any]:
    """All three, once they are there."""
    deadline = time.monotonic() + 30
    while True:
        clusters: list[Any] = json.loads(_told("report", "--format", "json", folder=folder))["clusters"]
        if len(clusters) == 3 or time.monotonic() > deadline:
            return clusters
        time.sleep(0.2)
