"""HTTP/1.1 servers on loopback, made from a function, in threads of this process."""

import json
import socketserver
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as a service reads it; header names are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An answer; a ``value`` goes out as JSON, None as no body, bytes as they are under the type in ``headers``."""

    status: int = 200
    value: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def data(self) -> bytes:
        """The body."""
        if isinstance(self.value, bytes):
            return self.value
        return b"" if self.value is None else json.dumps(self.value).encode()


class Server:
    """Serves until ``end``; ``count`` is how many requests came."""

    def __init__(self, answer: Callable[[Asked], Said]) -> None:
        self.count = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def handle_one_request(self) -> None:
                try:
                    super().handle_one_request()
                except OSError:
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

            def _take(self) -> None:
                outer.count += 1
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                said = answer(Asked(method=self.command, target=self.path, headers=headers, body=body))
                data = said.data
                self.send_response(said.status)
                if said.value is not None and not isinstance(said.value, bytes):
                    self.send_header("Content-Type", "application/json")
                for name, value in said.headers.items():
                    self.send_header(name, value)
                if said.status not in {204, 304}:
                    self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_DELETE = _take  # noqa: N815 named by http.server

        class Threads(socketserver.ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True
            request_queue_size = 256

        self._server = Threads((HOST, 0), Handler)
        self.port = int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{HOST}:{self.port}"

    def end(self) -> None:
        """Takes no more connections."""
        self._server.shutdown()
        self._server.server_close()
