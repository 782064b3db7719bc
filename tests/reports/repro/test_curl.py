"""curl sends again what the client sent: asked of the real curl, read from the socket."""

import dataclasses
import gzip
import json
import os
import socket
import subprocess
import threading
from typing import Any

import pytest

from crossfade.reports.repro import Side, command_line
from crossfade.shadow.evidence import Redactor
from crossfade.shadow.evidence.samples import redact_sample
from crossfade.shadow.exchange import Protocol, Request
from crossfade.shadow.exchange.observations import RequestSample
from crossfade.shadow.judging.sample import request_sample

needs_curl = pytest.mark.needs("curl", "bash")


def _sample(
    method: str = "GET", target: str = "/", headers: Any = (("Accept", "*/*"),), body: str = ""
) -> RequestSample:
    return RequestSample(protocol="http", method=method, target=target, headers=tuple(headers), body=body)


@pytest.fixture
def request_of() -> Any:
    """A client's request."""

    def build(**values: Any) -> Request:
        defaults = {
            "id": "1",
            "protocol": Protocol.HTTP,
            "scheme": "http",
            "authority": "",
            "truncated": False,
            "trailers": (),
            "started_at": 0.0,
            "body": b"",
        }
        return Request(**(defaults | values))

    return build


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


def _stored(request_of: Any, **values: Any) -> RequestSample:
    """As evidence has it."""
    defaults = {"method": "POST", "target": "/a", "headers": (("Accept", "*/*"),)}
    return redact_sample(request_sample(request_of(**(defaults | values)), None), Redactor(b"k" * 32))


@needs_curl
@pytest.mark.parametrize(
    "body",
    [b"\0", b"a\0b\n", bytes(range(256)), b"\x89PNG\r\n\x1a\n\0", b"@file\0", "é\0".encode(), b"\xff" * 4096],
    ids=["NUL", "NUL within", "every byte", "an image", "@", "text with NUL", "4096 bytes"],
)
def test_bodies_that_are_no_text(request_of: Any, body: bytes) -> None:
    """Arrive byte for byte: no word of a command line holds NUL, so they come through a pipe."""
    first, _, received = _received(command_line(_stored(request_of, body=body)))
    assert (first, received) == (b"POST /a HTTP/1.1", body)


@needs_curl
@pytest.mark.parametrize("method", ["PUT", "GET", "HEAD"])
def test_a_body_of_any_method(request_of: Any, method: str) -> None:
    """The pipe changes no method."""
    first, _, received = _received(command_line(_stored(request_of, method=method, body=b"\0")))
    assert (first, received) == (f"{method} /a HTTP/1.1".encode(), b"\0")


@needs_curl
def test_a_compressed_body(request_of: Any) -> None:
    """Arrives as it was, with its coding; where a pseudonym stands in it, as text without one."""
    plain, secret = (gzip.compress(text) for text in (b'{"a": 1}', b'{"password": "hunter22"}'))
    coded = {"headers": (("Accept", "*/*"), ("Content-Encoding", "gzip"))}
    _, headers, received = _received(command_line(_stored(request_of, body=plain, **coded)))
    assert (headers[b"Content-Encoding"], received) == (b"gzip", plain)
    line = command_line(_stored(request_of, body=secret, **coded))
    _, headers, received = _received(line)
    assert b"Content-Encoding" not in headers
    assert b"hunter22" not in received
    assert json.loads(received).keys() == {"password"}
    assert "redacted: body /password" in line


@needs_curl
def test_bytes_of_a_header(request_of: Any) -> None:
    """A value is bytes, of which each is a character of the record."""
    sent = "é".encode().decode("latin-1")
    _, headers, _ = _received(command_line(_stored(request_of, headers=(("X-A", sent), ("X-B", "\xff")))))
    assert (headers[b"X-A"], headers[b"X-B"]) == ("é".encode(), b"\xff")


@needs_curl
def test_what_is_missing_is_told(request_of: Any) -> None:
    """In front of the line, where neither bash nor zsh reads it as a word of curl's."""
    line = command_line(_stored(request_of, body=b"x" * 5000))
    assert line.startswith(": 'abridged: without the body after its first 4096 characters'; curl ")
    assert _received(line)[2] == b"x" * 4096
    for body in (b"\xff" * 5000, b"\xff ann@example.com"):
        line = command_line(_stored(request_of, body=body))
        assert line.startswith(": 'abridged: without the body'; curl ")
        assert _received(line)[2] == b""
    line = command_line(_stored(request_of, body=b"", headers=(("Authorization", "Bearer abc"), ("Cookie", "a=b"))))
    assert line.startswith(": 'redacted: header Authorization, header Cookie'; curl ")


@needs_curl
def test_either_side() -> None:
    """With its own address, and the name that the client used."""
    sample = _sample(target="/it's", headers=())
    with socket.create_server(("127.0.0.1", 0)) as server:
        side = Side(url=f"http://127.0.0.1:{server.getsockname()[1]}")
    named = dataclasses.replace(sample, authority="api.test")
    assert command_line(sample, side) == f"curl -sS -H accept: {side.url}'/it'\"'\"'s'"
    first, headers, _ = _received(command_line(named))
    assert first == b"GET /it's HTTP/1.1"
    assert headers[b"Host"] == b"api.test"


def test_over_tls() -> None:
    """Trusted as the config says, with the client's certificate."""
    side = Side(url="https://legacy.test:8443", ca="my ca.pem", cert="client.pem")
    line = command_line(_sample(headers=()), side)
    assert line == "curl -sS --cacert 'my ca.pem' --cert client.pem -H accept: https://legacy.test:8443/"


def test_http_2_without_tls() -> None:
    """Is not asked for where the server may not know it, but spoken; with TLS the two agree by themselves."""
    sample = dataclasses.replace(_sample(), h2c=True)
    assert command_line(sample).startswith("curl -sS --http2-prior-knowledge -H ")
    assert "http2" not in command_line(sample, Side(url="https://a:1"))


def test_a_usual_request_reads_well() -> None:
    """Nothing is quoted or added that need not be."""
    assert command_line(_sample(target="/b/1?x=2")) == "curl -sS -H 'Accept: */*' \"http://$ADDRESS\"'/b/1?x=2'"
