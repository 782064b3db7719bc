"""A real proxy between a client, a legacy and a candidate that see raw bytes."""

import json
import re
import signal
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h2.config
import h2.connection
import h2.events
import pytest

pytest.importorskip("mitmproxy")

Fields = list[tuple[str, str]]
_MARKS = ("x-crossfade-role", "x-crossfade-id")


@dataclass
class Seen:
    """One request as it came: its line, its fields, its body without its framing, and the trailers behind it."""

    line: str
    fields: list[tuple[str, str]]
    body: bytes
    trailers: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_copy(self) -> bool:
        return any(name == _MARKS[0] for name, _ in self.fields)


class Raw:
    """A server that keeps every request and answers 200 with ``{}``, or as ``answer`` says of one."""

    def __init__(self, answer: Callable[[Seen], bytes] = lambda _: b"{}") -> None:
        self.seen: list[Seen] = []
        self._answer = answer
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._open: list[socket.socket] = []
        self._threads[0].start()

    def close(self) -> None:
        for item in (self._socket, *self._open):
            with suppress(OSError):
                item.shutdown(socket.SHUT_RDWR)
            item.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self._open.append(connection)
                thread = threading.Thread(target=self._serve, args=(connection,))
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError, ValueError), connection, connection.makefile("rb") as reader:
            while (seen := _read(reader, connection)) is not None:
                self.seen.append(seen)
                body = self._answer(seen)
                head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
                connection.sendall(head.encode() + (b"" if seen.line.startswith("HEAD") else body))
                if seen.line.endswith("HTTP/1.0"):
                    return


def _lines(reader: Any) -> list[tuple[str, str]]:
    fields = []
    while line := reader.readline().rstrip(b"\r\n"):
        name, _, value = line.decode("latin-1").partition(":")
        fields.append((name, value.strip()))
    return fields


def _read(reader: Any, connection: socket.socket) -> Seen | None:
    line = reader.readline().rstrip(b"\r\n").decode("latin-1")
    if not line:
        return None
    fields = _lines(reader)
    values = {name.lower(): value for name, value in fields}
    if values.get("expect"):
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    if values.get("transfer-encoding", "").lower() != "chunked":
        return Seen(line, fields, reader.read(int(values.get("content-length", 0))))
    body = b""
    while size := int(reader.readline(), 16):
        body += reader.read(size)
        reader.readline()
    return Seen(line, fields, body, _lines(reader))


class RawHttp2(Raw):
    """The same over HTTP/2 without TLS; the fields hold the pseudo fields as well."""

    def _serve(self, connection: socket.socket) -> None:
        seen: dict[int, Seen] = {}
        config = h2.config.H2Configuration(
            client_side=False,
            header_encoding="latin-1",
            validate_inbound_headers=False,
            normalize_inbound_headers=False,  # it joins cookies
        )
        state = h2.connection.H2Connection(config)
        state.initiate_connection()
        with suppress(OSError), connection:
            connection.sendall(state.data_to_send())
            while data := connection.recv(65_536):
                for event in state.receive_data(data):
                    self._take(event, seen, state)
                connection.sendall(state.data_to_send())

    def _take(self, event: Any, seen: dict[int, Seen], state: h2.connection.H2Connection) -> None:
        if isinstance(event, h2.events.RequestReceived):
            pseudo = dict(event.headers)
            line = f"{pseudo[':method']} {pseudo[':path']} HTTP/1.1"
            seen[event.stream_id] = Seen(line, list(event.headers), b"")
        elif isinstance(event, h2.events.DataReceived):
            seen[event.stream_id].body += event.data
        elif isinstance(event, h2.events.StreamEnded):
            self.seen.append(seen[event.stream_id])
            state.send_headers(event.stream_id, [(":status", "200"), ("grpc-status", "0")], end_stream=True)


def _connected(port: int, ca: Path | None) -> socket.socket:
    plain = socket.create_connection(("127.0.0.1", port), timeout=20)
    if ca is None:
        return plain
    context = ssl.create_default_context(cafile=ca)
    context.set_alpn_protocols(["h2"])
    return context.wrap_socket(plain, server_hostname="localhost")


class Stage:
    """One run of the proxy; ``ports`` are where clients connect, by the name of the listener."""

    def __init__(self, child: Any, config: Path, invoke: Callable[..., Any]) -> None:
        self._child = child
        self._config = config
        self._invoke = invoke
        line = child.stdout.readline()
        self.ports = {name: int(port) for name, port in re.findall(r"(\w+) on 127\.0\.0\.1:(\d+)", line)}
        assert self.ports, line + child.stderr.read()

    def send(self, text: bytes, port: str = "web") -> bytes:
        """What a client gets for these bytes: up to the end of one answer."""
        with socket.create_connection(("127.0.0.1", self.ports[port]), timeout=20) as client:
            client.sendall(text)
            got = b""
            while b"\r\n\r\n" not in got or not (text.startswith(b"HEAD") or got.endswith(b"}")):
                if not (data := client.recv(65_536)):
                    break
                got += data
            return got

    def get(self, target: str, *fields: str, method: str = "GET", port: str = "web", body: bytes = b"") -> None:
        """One request that must be answered with 200."""
        lines = [f"{method} {target} HTTP/1.1", "Host: svc.test", *fields]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        assert self.send("\r\n".join([*lines, "", ""]).encode("latin-1") + body, port).startswith(b"HTTP/1.1 200")

    def ask(self, name: str, fields: Fields, body: bytes | None, ca: Path | None = None) -> str:
        """The status of one request over HTTP/2, with TLS where there is a CA; ``name`` is ``METHOD /path``."""
        method, _, path = name.partition(" ")
        config = h2.config.H2Configuration(client_side=True, header_encoding="latin-1")
        with _connected(self.ports["web"], ca) as client:
            connection = h2.connection.H2Connection(config)
            connection.initiate_connection()
            head = [
                (":method", method),
                (":scheme", "https" if ca else "http"),
                (":authority", "svc.test"),
                (":path", path),
                *fields,
            ]
            connection.send_headers(1, head, end_stream=body is None)
            if body is not None:
                connection.send_data(1, body, end_stream=True)
            status = ""
            while True:
                client.sendall(connection.data_to_send())
                for event in connection.receive_data(client.recv(65_536)):
                    if isinstance(event, h2.events.ResponseReceived):
                        status = dict(event.headers)[":status"]
                    elif isinstance(
                        event, h2.events.StreamEnded | h2.events.StreamReset | h2.events.ConnectionTerminated
                    ):
                        return status

    def stop(self) -> None:
        """Ends the run: all that was mirrored is compared and committed."""
        self._child.send_signal(signal.SIGTERM)
        _, errors = self._child.communicate(timeout=60)
        assert self._child.returncode == 0, errors

    def report(self) -> Any:
        """The report of the run."""
        return json.loads(self._invoke("report", "--config", self._config, "--json").stdout)

    def gate(self) -> tuple[int, str]:
        """Exit code and sentences of the gate."""
        result = self._invoke("gate", "--config", self._config)
        return result.exit_code, result.output


@pytest.fixture
def raw() -> Iterator[Callable[..., Raw]]:
    """Starts servers, and closes them at the end."""
    with ExitStack() as ended:

        def start(answer: Callable[[Seen], bytes] = lambda _: b"{}") -> Raw:
            server = Raw(answer)
            ended.callback(server.close)
            return server

        yield start


@pytest.fixture
def raw_http2() -> Iterator[Callable[[], Raw]]:
    """Starts servers of HTTP/2, and closes them at the end."""
    with ExitStack() as ended:

        def start() -> Raw:
            server = RawHttp2()
            ended.callback(server.close)
            return server

        yield start


@pytest.fixture
def stage(command: Any, invoke: Any, tmp_path: Path) -> Iterator[Callable[..., Stage]]:
    """Starts the proxy in front of pairs of servers, by the name of the listener; ``more`` goes into the config."""
    children = []

    def start(more: str = "", **pairs: tuple[Raw, Raw]) -> Stage:
        ports = "".join(
            f'[[listen]]\nname = "{name}"\naddress = "127.0.0.1:{_free_port()}"\nlegacy = "http://127.0.0.1:{legacy.port}"\n'
            f'candidate = "http://127.0.0.1:{candidate.port}"\n'
            for name, (legacy, candidate) in pairs.items()
        )
        config = tmp_path / "crossfade.toml"
        config.write_text(f'[service]\nname = "builds"\n{ports}{more}', encoding="utf-8")
        children.append(command("shadow", "--config", config))
        return Stage(children[-1], config, invoke)

    yield start
    for child in children:
        if child.poll() is None:
            child.kill()
        child.communicate()


def _free_port() -> int:
    """Mitmproxy takes port 0 for one listener only."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture
def wait_for() -> Callable[[Callable[[], bool]], None]:
    """Returns when something holds, and fails after 20 s."""

    def wait(holds: Callable[[], bool]) -> None:
        end = time.monotonic() + 20
        while not holds():
            assert time.monotonic() < end
            time.sleep(0.02)

    return wait
