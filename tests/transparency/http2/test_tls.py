"""HTTP/2 over TLS."""

import asyncio
from typing import Any

import h2.events
import pytest


def _answer(end: Any, event: Any) -> None:
    if isinstance(event, h2.events.StreamEnded):
        end.h2.send_headers(event.stream_id, [(b":status", b"200"), (b"x-a", b"1")])
        end.h2.send_data(event.stream_id, b"hi", end_stream=True)


@pytest.mark.row("TLS at both ends, HTTP/2 by ALPN", "curl")
async def test_tls(both: Any, h2_legacy: Any, curl: Any, certificates: Any) -> None:
    """The client and legacy agree on HTTP/2 through the proxy as they would without it."""
    arguments = ("--cacert", str(certificates.ca), "--http2", "-d", "body", "https://api.test/a")
    direct, through = await both(
        h2_legacy(_answer, certificates.server_context(alpn=("h2",))),
        lambda port: curl(port, *arguments).stdout,
        scheme="https",
        cert=certificates.server,
        ca=certificates.ca,
    )
    assert direct.client.startswith(b"HTTP/2 200")
    assert through.client == direct.client
    assert through.legacy[0][1:] == direct.legacy[0][1:]
    assert sorted(through.legacy[0][0][2]) == sorted(direct.legacy[0][0][2])


async def test_plaintext_http2_to_a_legacy_with_tls(proxy: Any, h2_legacy: Any, curl: Any, certificates: Any) -> None:
    """HTTP/2 by prior knowledge in front, HTTP/2 over TLS behind."""
    async with h2_legacy(_answer, certificates.server_context(alpn=("h2",)))() as legacy:
        running = await proxy(legacy.port, "https", ca=certificates.ca)
        got = await asyncio.to_thread(curl, running.port, "--http2-prior-knowledge", "http://api.test/a")
        assert got.stdout.startswith(b"HTTP/2 200")


@pytest.fixture
def h2_tls(proxy: Any, certificates: Any) -> Any:
    """The port of a proxy that serves TLS in front of a plaintext legacy."""

    async def start(legacy_port: int) -> int:
        return (await proxy(legacy_port, cert=certificates.server)).port

    return start


@pytest.mark.row(
    "TLS in front of a legacy without TLS",
    "curl",
    differs="a client may agree on HTTP/2 with the proxy, and legacy still gets HTTP/1.1 (gRPC: HTTP/2): without TLS there "
    "is no ALPN by which legacy could say what it speaks; then each request has a connection of its own to legacy, cookies "
    "come in one line (RFC 9113 8.2.3), a body without a length in chunks, and trailers behind a body with a length are lost",
)
@pytest.mark.parametrize(("kind", "status"), [("application/grpc", b"200"), ("text/plain", b"502")])
async def test_tls_in_front(h2_tls: Any, h2_legacy: Any, curl: Any, kind: str, status: bytes) -> None:
    """A legacy that only speaks HTTP/2 is reached by gRPC, and by nothing else."""
    async with h2_legacy(_answer)() as legacy:
        port = await h2_tls(legacy.port)
        arguments = ("-k", "-H", f"Content-Type: {kind}", "-d", "x", "https://api.test/a")
        got = await asyncio.to_thread(curl, port, *arguments)
    assert got.stdout.startswith(b"HTTP/2 " + status)
