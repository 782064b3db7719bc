"""curl sends again what the client sent: asked of the real curl, read from the socket."""

import os
import shutil
import socket
import subprocess
import threading
from typing import Any

import pytest

from crossfade.reports.repro import command_line
from crossfade.shadow.evidence.records import RequestSample

needs_curl = pytest.mark.skipif(not (shutil.which("curl") and shutil.which("bash")), reason="needs curl and bash")


def _sample(
    method: str = "GET", target: str = "/", headers: Any = (("Accept", "*/*"),), body: str = ""
) -> RequestSample:
    return RequestSample(protocol="http", method=method, target=target, headers=tuple(headers), body=body)


def _received(line: str) -> tuple[bytes, dict[bytes, bytes], bytes]:
    """Request line, headers and body that a server reads when bash runs the line."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)
        got: list[bytes] = []

        def serve() -> None:
            with server.accept()[0] as client:
                client.settimeout(10)
                data = b""
                while b"\r\n\r\n" not in data:
                    data += client.recv(65536)
                head, _, body = data.partition(b"\r\n\r\n")
                length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
                while length and len(body) < int(length[0].split(b":")[1]):
                    body += client.recv(65536)
                got.extend((head, body))
                client.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        address = f"127.0.0.1:{server.getsockname()[1]}"
        environ = {"PATH": os.environ["PATH"], "ADDRESS": address, "HOME": "/nonexistent"}
        subprocess.run(["bash", "-c", line], env=environ, check=True, capture_output=True, timeout=20)
        thread.join()
    first, *lines = got[0].split(b"\r\n")
    return first, {name: value.strip() for name, _, value in (line.partition(b":") for line in lines)}, got[1]


@needs_curl
@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("GET", ""),
        ("HEAD", ""),
        ("POST", "x=1"),
        ("POST", ""),
        ("GET", "body"),
        ("DELETE", ""),
        ("PUT", "{}"),
        ("PROPFIND", ""),
    ],
)
def test_methods(method: str, body: str) -> None:
    """The method and the body are the client's, whichever curl would choose."""
    first, _, received = _received(command_line(_sample(method, "/a", body=body)))
    assert (first, received) == (f"{method} /a HTTP/1.1".encode(), body.encode())


@needs_curl
@pytest.mark.parametrize(
    "target",
    [
        "/a?b=c&d=%20e",
        "/f?filter[name]=x&{a,b}",
        "/a/../b/./c",
        "/it's?q='$(id)'`id`",
        "/a#b",
        "*",
        "/%2e%2e/x",
        "//double",
        '/"quoted"\\back',
    ],
)
def test_targets(target: str) -> None:
    """The target arrives as it was: no globbing, no folded dots, nothing expanded or cut."""
    first, _, _ = _received(command_line(_sample(target=target)))
    assert first == f"GET {target} HTTP/1.1".encode()


@needs_curl
@pytest.mark.parametrize("body", ["@/etc/hostname", "a\nb\r\n", "'\"$(id)`id`\\", "é\u202e", "a=b&c=@d", "-x"])
def test_bodies(body: str) -> None:
    """A body arrives byte for byte; one that begins with @ reads no file of the person who pastes it."""
    _, headers, received = _received(command_line(_sample("POST", body=body, headers=[("Content-Type", "text/plain")])))
    assert received == body.encode()
    assert headers[b"Content-Type"] == b"text/plain"


@needs_curl
def test_headers() -> None:
    """The client's headers arrive, an empty one too; crossfade's own do not, and curl adds none that count."""
    sent = [("X-Empty", ""), ("X-Quote", "it's $(id)"), ("x-crossfade-id", "1"), ("@/etc/hostname", "x")]
    _, headers, _ = _received(command_line(_sample("POST", headers=sent, body="{}")))
    own = {name: value for name, value in headers.items() if name not in {b"Host", b"User-Agent", b"Content-Length"}}
    assert own == {b"X-Empty": b"", b"X-Quote": b"it's $(id)"}


def test_a_usual_request_reads_well() -> None:
    """Nothing is quoted or added that need not be."""
    assert command_line(_sample(target="/b/1?x=2")) == "curl -sS -H 'Accept: */*' \"http://$ADDRESS\"'/b/1?x=2'"
