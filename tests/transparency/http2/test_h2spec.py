"""h2spec, a conformance test of HTTP/2 servers, against the proxy and against mitmdump in front of the same legacy."""

import asyncio
import re
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Any

import h2.events
import pytest

# the release v2.2.1; its module has no go.mod, so Go gives it this suffix
H2SPEC = "github.com/summerwind/h2spec/cmd/h2spec@v2.2.1+incompatible"
_SUMMARY = re.compile(r"(\d+) tests, (\d+) passed, (\d+) skipped, (\d+) failed")
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


@pytest.fixture(scope="module")
def h2spec(go_program: Any) -> Any:
    """Runs h2spec against a port; how many cases there are, and how many passed."""
    program = go_program(H2SPEC)

    def run(port: int, *flags: str) -> tuple[int, int, str]:
        command = [program, "--port", str(port), "--timeout", "2", *flags]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        found = _SUMMARY.search(done.stdout)
        assert found, done.stdout[-2000:] + done.stderr
        cases, passed, skipped, _ = map(int, found.groups())
        return cases - skipped, passed, "\n".join(line for line in done.stdout.splitlines() if "\u00d7" in line)

    return run


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """An HTTP/1.1 legacy that answers everything alike."""
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            if b"transfer-encoding: chunked" in head:
                while size := int(await reader.readline(), 16):
                    await reader.readexactly(size + 2)
                while await reader.readline() != b"\r\n":
                    pass  # trailers
            elif found := re.search(rb"content-length: *(\d+)", head):
                await reader.readexactly(int(found[1]))
            writer.write(_ANSWER)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


@asynccontextmanager
async def _http1_legacy() -> AsyncIterator[int]:
    server = await asyncio.start_server(_serve, "127.0.0.1", 0, limit=2**20)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()  # from Python 3.12 on, wait_closed would wait for the connections that the proxy keeps open


@contextmanager
def _mitmdump(legacy_port: int, certificate: Path, confdir: Path) -> Iterator[int]:
    """Bare mitmdump, serving the same certificate in front of the same legacy."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    mode = f"reverse:http://127.0.0.1:{legacy_port}@127.0.0.1:{port}"
    program = Path(sys.executable).with_name("mitmdump")
    options = ("-q", "--mode", mode, "--certs", f"*={certificate}", "--set", f"confdir={confdir}")
    process = subprocess.Popen([program, *options])
    try:
        yield port
    finally:
        process.terminate()
        process.wait(20)


async def _until_open(port: int) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                (await asyncio.open_connection("127.0.0.1", port))[1].close()
            except OSError:
                await asyncio.sleep(0.1)
            else:
                return


async def test_over_tls(proxy: Any, h2spec: Any, certificates: Any, tmp_path: Path) -> None:
    """Over TLS at least as many cases pass as with bare mitmdump, and the run ends."""
    flags = ("--tls", "--insecure")
    async with _http1_legacy() as legacy_port:
        running = await proxy(legacy_port, cert=certificates.server)
        cases, passed, failed = await asyncio.to_thread(h2spec, running.port, *flags)
        with _mitmdump(legacy_port, certificates.server, tmp_path / "bare") as port:
            await _until_open(port)
            bare_cases, bare_passed, _ = await asyncio.to_thread(h2spec, port, *flags)
    assert cases == bare_cases > 100
    assert passed >= bare_passed, failed


async def test_without_tls(proxy: Any, h2_legacy: Any, h2spec: Any) -> None:
    """By prior knowledge the run ends, and two cases fail.

    One fails over TLS and with mitmdump, too. The other sends no preface of HTTP/2: the port serves HTTP/1.1 as well, so
    it answers 400 and lets the client read it, where h2spec wants the connection to end within 2 s.
    """

    def answer(end: Any, event: Any) -> None:
        if isinstance(event, h2.events.StreamEnded):
            end.h2.send_headers(event.stream_id, [(b":status", b"200")])
            end.h2.send_data(event.stream_id, b"hello", end_stream=True)

    async with h2_legacy(answer)() as legacy:
        running = await proxy(legacy.port)
        cases, passed, failed = await asyncio.to_thread(h2spec, running.port)
    assert cases > 100
    assert cases - passed <= 2, failed
