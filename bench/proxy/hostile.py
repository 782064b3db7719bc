"""What one hostile client costs the others: another client's latency beside it, against the same proxy without it.

    python bench/proxy/hostile.py [--rounds 6] [--seconds 4] [--rate 200] [--streams 10000] [--slow 500]

Blocks in turn, the order rotating: nothing else (idle), nothing else once more (A/A), one connection that opens
10,000 HTTP/2 streams and takes none of their answers, 500 connections that send a byte of their head each second. The
hostile connections are opened and closed while the load runs. All ends by itself; exits 1 where the median of the
ratios, round by round, is above 1.2.
"""

import argparse
import contextlib
import json
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from hpack import Encoder
from hyperframe.frame import HeadersFrame, SettingsFrame
from processes import Arm, Running

_HERE = Path(__file__).parent
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_BOUND = 1.2
_DRIP_S = 1.0
_EDGE_S = 0.3
_REST_S = 0.5
_WARM_UP_S = 2.0
_INITIAL_WINDOW_SIZE = 4


def main() -> int:
    """Runs all blocks and prints what they say."""
    asked = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        running = Running(Path(folder))
        try:
            return _measure(asked, running)
        finally:
            running.end()


def _measure(asked: argparse.Namespace, running: Running) -> int:
    binaries = asked.binaries or running.folder
    if asked.binaries is None:
        subprocess.run(["go", "build", "-o", str(binaries) + "/", "./server", "./load"], cwd=_HERE, check=True)
    legacy, candidate = (running.upstream(binaries / "server") for _ in range(2))
    arm, _ = running.crossfade(legacy.port, candidate.port)
    kinds: dict[str, Callable[[], contextlib.AbstractContextManager[None]]] = {
        "idle": contextlib.nullcontext,
        "A/A": contextlib.nullcontext,
        "streams": lambda: _many_streams(arm.port, asked.streams),
        "slowloris": lambda: _slow_heads(arm.port, asked.slow),
    }
    _load(asked, binaries / "load", arm, _WARM_UP_S, contextlib.nullcontext())
    before_mb = _rss_mb(arm)
    found: dict[str, list[dict[str, float]]] = {name: [] for name in kinds}
    names = list(kinds)
    for number in range(asked.rounds):
        turn = number % len(names)
        for name in (*names[turn:], *names[:turn]):
            found[name].append(_load(asked, binaries / "load", arm, asked.seconds, kinds[name]()))
            time.sleep(_REST_S)
            print(number, name, {key: round(value, 1) for key, value in found[name][-1].items()}, file=sys.stderr)
    print(f"engine's memory: {before_mb:.0f} MB at first, {_rss_mb(arm):.0f} MB at the end")
    return _say(found)


def _say(found: dict[str, list[dict[str, float]]]) -> int:
    missed = False
    for name, blocks in found.items():
        p50, p99, failed, rss = ([block[key] for block in blocks] for key in ("p50_ms", "p99_ms", "failed", "rss_mb"))
        ratios = sorted(mine / idle["p99_ms"] for mine, idle in zip(p99, found["idle"], strict=True))
        low, high = ratios[len(ratios) // 4], ratios[-1 - len(ratios) // 4]
        print(
            f"{name:10} p50 {median(p50):5.1f} ms, p99 {median(p99):6.1f} ms, p99/idle {median(ratios):.2f} "
            f"({low:.2f} to {high:.2f}), failed {sum(failed):.0f}, engine at most {max(rss):.0f} MB"
        )
        missed = missed or (name not in {"idle", "A/A"} and median(ratios) > _BOUND)
    return int(missed)


def _load(
    asked: argparse.Namespace, binary: Path, arm: Arm, seconds: float, beside: contextlib.AbstractContextManager[None]
) -> dict[str, float]:
    options = {"url": f"http://127.0.0.1:{arm.port}", "rate": asked.rate, "seconds": seconds, "connections": 16}
    command = [str(binary), *(f"-{name}={value}" for name, value in options.items())]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as loading:
        time.sleep(_EDGE_S)
        with beside:
            time.sleep(max(0.0, seconds - 2 * _EDGE_S))
            rss_mb = _rss_mb(arm)
        said, _ = loading.communicate()
    found: dict[str, Any] = json.loads(said)
    return {**{name: float(found[name]) for name in ("ok", "failed", "p50_ms", "p99_ms")}, "rss_mb": rss_mb}


@contextmanager
def _many_streams(port: int, count: int) -> Iterator[None]:
    """One connection with that many requests; a window of 0 keeps open what was taken."""
    with socket.create_connection(("127.0.0.1", port)) as client, _reading(client):
        client.sendall(_PREFACE + SettingsFrame(0, settings={_INITIAL_WINDOW_SIZE: 0}).serialize())
        time.sleep(0.2)
        writing = threading.Thread(target=_send, args=(client, _requests(port, count)))
        writing.start()
        yield
        client.shutdown(socket.SHUT_RDWR)
        writing.join()


def _requests(port: int, count: int) -> bytes:
    encoder = Encoder()
    fields = [(":method", "GET"), (":scheme", "http"), (":path", "/users/1"), (":authority", f"127.0.0.1:{port}")]
    frames = []
    for number in range(count):
        frame = HeadersFrame(2 * number + 1, encoder.encode(fields))
        frame.flags |= {"END_HEADERS", "END_STREAM"}
        frames.append(frame.serialize())
    return b"".join(frames)


def _send(client: socket.socket, data: bytes) -> None:
    with contextlib.suppress(OSError):
        client.sendall(data)


@contextmanager
def _reading(client: socket.socket) -> Iterator[None]:
    """What comes is thrown away."""

    def read() -> None:
        with contextlib.suppress(OSError):
            while client.recv(65_536):
                pass

    reading = threading.Thread(target=read)
    reading.start()
    yield
    reading.join()


@contextmanager
def _slow_heads(port: int, count: int) -> Iterator[None]:
    """Connections whose heads never end."""
    clients = [socket.create_connection(("127.0.0.1", port)) for _ in range(count)]
    ended = threading.Event()

    def drip() -> None:
        for client in clients:
            client.sendall(b"GET /users/1 HTTP/1.1\r\nHost: a\r\nX-Slow: ")
        while not ended.wait(_DRIP_S):
            for client in clients:
                client.sendall(b"a")

    dripping = threading.Thread(target=drip)
    dripping.start()
    yield
    ended.set()
    dripping.join()
    for client in clients:
        client.close()


def _rss_mb(arm: Arm) -> float:
    pages = int(Path(f"/proc/{arm.pids['engine']}/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rate", type=float, default=200.0, help="arrivals per second of the other client")
    parser.add_argument("--streams", type=int, default=10_000)
    parser.add_argument("--slow", type=int, default=500)
    parser.add_argument("--binaries", type=Path, help="where server and load were built already")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
