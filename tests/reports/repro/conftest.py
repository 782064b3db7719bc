"""Servers that tell what reached them, and the programs that ask them."""

import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent import futures
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import pytest

GRPCURL = "github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.3"
_WAIT_S = 30


@dataclass(slots=True)
class Call:
    """One call as a server got it."""

    method: str
    metadata: tuple[tuple[str, str | bytes], ...]
    deadline_s: float | None
    messages: list[bytes] = field(default_factory=list)


class Echo(grpc.GenericRpcHandler):  # type: ignore[misc] # grpcio has no types
    """Takes any method as a bidirectional stream of bytes, and answers one message with this text in its first field."""

    def __init__(self, answer: bytes) -> None:
        self.answer = b"\x0a" + bytes([len(answer)]) + answer if answer else b""
        self.calls: list[Call] = []
        self.done = threading.Semaphore(0)

    def service(self, handler_call_details: Any) -> Any:
        """A handler for whatever is called."""
        method = handler_call_details.method

        def handle(messages: Iterator[bytes], context: Any) -> Iterator[bytes]:
            metadata = tuple((item.key, item.value) for item in context.invocation_metadata())
            left = context.time_remaining()
            call = Call(method=method, metadata=metadata, deadline_s=left if left and left < 10**6 else None)
            call.messages.extend(messages)
            self.calls.append(call)
            yield self.answer
            self.done.release()

        return grpc.stream_stream_rpc_method_handler(handle)


@dataclass(frozen=True)
class CallServer:
    """Where it listens, and what it got."""

    address: str
    echo: Echo

    def call(self) -> Call:
        """The next call that it got."""
        assert self.echo.done.acquire(timeout=_WAIT_S)
        return self.echo.calls.pop(0)


@pytest.fixture(scope="module")
def call_server(certificates: Any) -> Iterator[Callable[..., CallServer]]:
    """Starts a gRPC server, with TLS or without."""
    servers = []

    def start(*, tls: bool = False, answer: bytes = b"") -> CallServer:
        echo = Echo(answer)
        server = grpc.server(futures.ThreadPoolExecutor(4), handlers=(echo,))
        if tls:
            pem = certificates.server.read_bytes()
            port = server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([(pem, pem)]))
        else:
            port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        servers.append(server)
        return CallServer(address=f"127.0.0.1:{port}", echo=echo)

    yield start
    for server in servers:
        server.stop(0)


@pytest.fixture(scope="session")
def grpcurl(go_program: Callable[[str], Path]) -> Path:
    """The folder of a grpcurl built by Go, which a fresh machine has."""
    return go_program(GRPCURL).parent


@pytest.fixture
def run_line(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Runs a line as a person who pastes it into bash, in an empty folder."""

    def run(line: str, *, address: str = "", folder: Path | None = None) -> subprocess.CompletedProcess[bytes]:
        path = f"{folder}:{os.environ['PATH']}" if folder else os.environ["PATH"]
        env = {"PATH": path, "ADDRESS": address, "HOME": str(tmp_path)}
        return subprocess.run(
            ["bash", "-o", "pipefail", "-c", line], env=env, cwd=tmp_path, capture_output=True, check=False, timeout=60
        )

    return run
