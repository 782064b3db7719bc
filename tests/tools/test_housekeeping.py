"""A real proxy as its operator sees it."""

import json
import os
import signal
import time
import urllib.request
from typing import Any
from urllib.error import HTTPError

import pytest
from prometheus_client.parser import text_string_to_metric_families

pytestmark = pytest.mark.slow

ADMIN = '[admin]\naddress = "127.0.0.1:0"\n[evidence]\nflush_ms = 50\n'


class Endpoints:
    """The endpoints of a running proxy."""

    def __init__(self, proxy: Any) -> None:
        self.address = proxy.said.rpartition("; admin on ")[2].strip()

    def get(self, path: str) -> tuple[int, str]:
        """Status and text."""
        try:
            with urllib.request.urlopen(f"http://{self.address}{path}", timeout=30) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def figures(self) -> dict[tuple[str, ...], float]:
        """All samples by name and labels."""
        found: dict[tuple[str, ...], float] = {}
        for family in text_string_to_metric_families(self.get("/metrics")[1]):
            for sample in family.samples:
                found[
                    (sample.name.removeprefix("crossfade_"), *(sample.labels[name] for name in sorted(sample.labels)))
                ] = sample.value
        return found

    def wait_for(self, wanted: dict[tuple[str, ...], float]) -> dict[tuple[str, ...], float]:
        """The figures once they are as wanted."""
        until = time.monotonic() + 30
        while not wanted.items() <= (found := self.figures()).items():
            assert time.monotonic() < until, f"expected {wanted}, got {found}"
            time.sleep(0.05)  # figures are asked for: nothing tells that they changed
        return found


def _outcomes(found: dict[tuple[str, ...], float]) -> dict[tuple[str, ...], float]:
    return {key[1:]: value for key, value in found.items() if key[0] == "outcomes_total"}


def test_figures_add_up(proxy: Any, upstream: Any) -> None:
    """What entered is what ended, by both processes; the latency of both sides, and what the proxy itself added."""
    running = proxy(upstream(), upstream(), ADMIN)
    endpoints = Endpoints(running)
    for path in ("/ok", "/ok", "/two"):
        assert running.get(path) == 200
    assert running.get("/ok", "POST") == 200
    found = endpoints.wait_for({("in_flight",): 0, ("requests_entered_total", "web", "POST /ok"): 1})
    assert _outcomes(found) == {
        ("web", "matched", "", "GET /ok"): 2,
        ("web", "matched", "", "GET /two"): 1,
        ("web", "skipped", "policy", "POST /ok"): 1,
    }
    assert found["side_latency_seconds_count", "web", "GET /ok", "legacy"] == 2
    assert found["side_latency_seconds_count", "web", "GET /ok", "candidate"] == 2
    assert found["added_latency_seconds_count", "request"] == 4
    assert found["added_latency_seconds_count", "answer"] == 4
    assert 0 < found["added_latency_seconds_sum", "request"] < 4
    assert (found["mirror_on",], found["compare_up",], found["open_flows",]) == (1, 1, 0)
    assert found["flush_age_seconds",] < 30
    assert found["run_info", "unknown", "unknown", running.run_id, "builds"] == 1
    assert running.stop() == 0


def test_the_compare_process_dies(proxy: Any, upstream: Any) -> None:
    """Clients are served, no figure goes back, and both the end and what was lost with it can be seen."""
    running = proxy(upstream(), upstream(), ADMIN)
    endpoints = Endpoints(running)
    assert running.get("/ok") == 200
    before = endpoints.wait_for({("in_flight",): 0, ("requests_entered_total", "web", "GET /ok"): 1})
    (child,) = _children(running.child.pid)
    os.kill(child, signal.SIGKILL)
    endpoints.wait_for({("compare_up",): 0})
    assert running.get("/ok") == 200
    found = endpoints.wait_for({("requests_entered_total", "web", "GET /ok"): 2})
    assert _outcomes(found) == {**_outcomes(before), ("web", "shed", "compare_down", "GET /ok"): 1}
    assert endpoints.get("/ready") == (200, "ready\n")
    assert running.stop() == 4


def _children(pid: int) -> list[int]:
    from pathlib import Path  # noqa: PLC0415

    if not (path := Path(f"/proc/{pid}/task/{pid}/children")).exists():
        pytest.skip("this system has no list of children")
    return [int(word) for word in path.read_text().split()]


def test_probes(proxy: Any, upstream: Any) -> None:
    """Ready while it serves; while it drains it is live and no longer ready."""
    legacy = upstream()
    running = proxy(legacy, upstream(), ADMIN)
    endpoints = Endpoints(running)
    assert endpoints.get("/live") == (200, "live\n")
    assert endpoints.get("/ready") == (200, "ready\n")
    legacy.hold()
    client = running.get_later("/ok")
    assert legacy.asked.acquire(timeout=30)
    running.child.terminate()
    until = time.monotonic() + 30
    while endpoints.get("/ready")[0] != 503:
        assert time.monotonic() < until
        time.sleep(0.05)
    assert endpoints.get("/live") == (200, "live\n")
    legacy.release()
    assert client.result(30) == 200
    assert running.stop() == 0
    with pytest.raises(OSError, match="refused"):
        endpoints.get("/live")


def test_an_address_in_use(command: Any, service: Any, upstream: Any) -> None:
    """Exit 4 and one line before any run begins."""
    taken = upstream().url.removeprefix("http://")
    service.add(f'[admin]\naddress = "{taken}"\n')
    child = command("shadow", "--config", service.config)
    output, errors = child.communicate(timeout=60)
    assert (child.returncode, output) == (4, "")
    (line,) = (line for line in errors.splitlines() if not line.startswith("warning: "))
    assert line.startswith(f"error: {service.config}:")
    assert f": admin.address: expected a free address of this machine, got {taken} (" in line
    assert not service.store.exists()


def test_new_rules(proxy: Any, upstream: Any, invoke: Any) -> None:
    """A rule is taken up without a restart, at SIGHUP too; a mistake changes nothing; the run says that rules changed."""
    candidate = upstream()
    running = proxy(upstream(), candidate)
    text = running.config.read_text(encoding="utf-8")
    assert running.get("/ok") == 200
    rule = '[[mirror.rule]]\nroute = "GET /ok"\naction = "skip"\nreason = "no more"\n'
    running.config.write_text(text + rule, encoding="utf-8")
    running.wait_for("rules.reloaded mirror.rule")
    assert running.get("/ok") == 200
    running.config.write_text(text + rule.replace("skip", "skipp"), encoding="utf-8")
    running.wait_for("mirror.rule.action: expected 'mirror' or 'skip', got 'skipp'")
    running.child.send_signal(signal.SIGHUP)
    running.wait_for("rules.kept")
    assert running.get("/ok") == 200
    assert running.stop() == 0
    assert candidate.paths == ["/ok"]
    running.config.write_text(text, encoding="utf-8")
    report = json.loads(invoke("report", "--config", running.config, "--json").stdout)
    (route,) = report["routes"]
    assert (route["outcomes"]["matched"], route["reasons"]) == (1, {"rule": 2})
    first, second = report["rules_digest"].split("+")
    assert len({first, second}) == 2
