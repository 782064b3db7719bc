"""The client sends no faster than the proxy compares."""

import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from types import ModuleType
from typing import Any

import pytest

METRICS = """\
# TYPE crossfade_outcomes counter
crossfade_outcomes_total{{route="GET /a b",listener="web",outcome="matched",reason=""}} 40.0
crossfade_outcomes_total{{route="GET /c",listener="web",outcome="shed",reason="queue_full"}} 2.0
crossfade_requests_entered_total{{route="GET /c",listener="web"}} 90.0
crossfade_compare_up {up}
"""


@pytest.fixture(scope="module")
def pace(example: Path) -> ModuleType:
    """The client's module."""
    spec = importlib.util.spec_from_file_location("buildqueue_pace", example / "client" / "pace.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Proxy:
    """What a proxy shows at each reading, the last one for ever; a reading may be an error. Time passes in sleeps."""

    def __init__(self, pace: ModuleType, *readings: Any, window: int = 3) -> None:
        self._readings = list(readings)
        self.now = 0.0
        self.reads = 0
        self.pace = pace.Pace(self._read, window, patience_s=60, now=lambda: self.now, sleep=self._sleep)

    def _read(self) -> Any:
        self.reads += 1
        shown = self._readings.pop(0) if len(self._readings) > 1 else self._readings[0]
        if isinstance(shown, Exception):
            raise shown
        return shown

    def _sleep(self, seconds: float) -> None:
        self.now += seconds

    def send(self, requests: int) -> None:
        """Sends as soon as the pace allows."""
        for _ in range(requests):
            self.pace.wait()


def test_what_the_metrics_tell(pace: ModuleType) -> None:
    """Every outcome counts as compared, a shed request too: it will never be more than that."""
    assert pace.parse(METRICS.format(up="1.0")) == (42, True)
    assert pace.parse(METRICS.format(up="0.0")) == (42, False)


def test_the_metrics_of_something_else(pace: ModuleType) -> None:
    """A page that is not a proxy's is an error, not a proxy that is idle."""
    with pytest.raises(ValueError, match="got none"):
        pace.parse("up 1\n")


def test_a_window_that_is_not_full(pace: ModuleType) -> None:
    """The proxy is looked at once, before the first request, and nobody waits."""
    proxy = Proxy(pace, pace.Reading(compared=100, compare_up=True))
    proxy.send(3)
    assert (proxy.reads, proxy.now) == (1, 0.0)


def test_a_full_window_waits(pace: ModuleType) -> None:
    """What was compared before the client began does not count; two more outcomes are room for two more requests."""
    seen = [pace.Reading(compared=count, compare_up=True) for count in (100, 100, 100, 102)]
    proxy = Proxy(pace, *seen)
    proxy.send(5)
    assert (proxy.reads, proxy.now) == (4, 2 * pace.POLL_S)
    assert proxy.pace.waited_s == proxy.now


def test_slow_progress_is_waited_for(pace: ModuleType) -> None:
    """One outcome a minute is within the patience, however long it takes."""
    seen = [pace.Reading(compared=at // 200, compare_up=True) for at in range(4000)]
    proxy = Proxy(pace, *seen, window=1)
    proxy.send(15)
    assert proxy.now > 600


@pytest.mark.parametrize(
    ("shown", "problem"),
    [
        ((0, True), "none was"),
        ((0, False), "the compare process is down"),
        (ConnectionRefusedError("refused"), r"no metrics \(refused\)"),
        (ValueError("expected metrics"), r"no metrics \(expected metrics\)"),
    ],
)
def test_a_proxy_that_compares_nothing(pace: ModuleType, shown: Any, problem: str) -> None:
    """After the patience it is an error that names what was seen, at once for every other worker."""
    shown = shown if isinstance(shown, Exception) else pace.Reading(*shown)
    proxy = Proxy(pace, pace.Reading(compared=0, compare_up=True), shown)
    proxy.send(3)
    with pytest.raises(pace.NotComparingError, match=f"no progress in 60 s: 3 requests are not compared, {problem}"):
        proxy.send(1)
    reads = proxy.reads
    with pytest.raises(pace.NotComparingError):
        proxy.send(1)
    assert (proxy.reads, proxy.now) == (reads, 60.0)


def test_a_compare_process_that_comes_back(pace: ModuleType) -> None:
    """What it lost was shed, which is an outcome: the client goes on."""
    seen = [pace.Reading(*shown) for shown in ((0, True), (1, False), (1, False), (3, True))]
    proxy = Proxy(pace, *seen)
    proxy.send(5)
    assert proxy.now == 2 * pace.POLL_S


@pytest.fixture
def dead_proxy() -> Iterator[str]:
    """A server that shows the metrics of a proxy whose compare process is gone."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(METRICS.format(up="0.0").encode())

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/metrics"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_client_program(dead_proxy: str, example: Path, env: Any, tmp_path: Path) -> None:
    """Exit 1 with one line, and nothing was sent."""
    command = [sys.executable, str(example / "client"), "--grpc", "127.0.0.1:1", "--http", "http://127.0.0.1:1"]
    command += ["--requests-per-route", "1", "--json", str(tmp_path / "client.json")]
    command += ["--metrics", dead_proxy, "--patience-s", "0.1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, env=env)
    assert (done.returncode, done.stdout) == (1, "")
    expected = f"{dead_proxy}: expected the proxy to compare, got no progress in S s: 0 requests are not compared, "
    expected += "the compare process is down; look at the proxy's log\n"
    # the time that passed, by the clock: at least the patience, and more on a loaded machine
    assert re.sub(r"in \d+ s:", "in S s:", done.stderr) == expected
    assert not (tmp_path / "client.json").exists()
