"""crossfade mirror: the switch by hand, and a real proxy that obeys it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from crossfade.shadow.operate.switch import FILE_NAME

pytestmark = pytest.mark.slow


def test_the_present_state(invoke: Any, service: Any) -> None:
    """Without a word it says how it stands and changes nothing; no proxy has to run."""
    assert invoke("mirror", "--config", service.config).output == "mirroring is on\n"
    assert not service.store.parent.exists()
    off = invoke("mirror", "off", "--config", service.config, "--reason", "disk full")
    assert re.fullmatch(r"mirroring is off since \d{4}-\d\d-\d\d [\d:]{8} UTC, by \S+: disk full\n", off.output)
    assert invoke("mirror", "--config", service.config).output == off.output
    assert invoke("mirror", "on", "--config", service.config).output == "mirroring is on\n"
    assert {off.exit_code, invoke("mirror", "--config", service.config).exit_code} == {0}


def test_for_a_program(invoke: Any, service: Any) -> None:
    """JSON says who, when and why."""
    assert json.loads(invoke("mirror", "on", "--config", service.config, "--json").stdout) == {
        "mirror": "on",
        "off": None,
    }
    told = json.loads(invoke("mirror", "off", "--config", service.config, "--json").stdout)
    assert told["mirror"] == "off"
    assert set(told["off"]) == {"by", "at", "reason"}


def test_a_mistake_in_the_rest_of_the_config(invoke: Any, service: Any) -> None:
    """Someone is in the middle of an edit: the switch works, in the folder that the file names."""
    service.add('budget_pct = "x"\n[evidence]\ndir = "elsewhere"\n[nonsense]\n')
    assert invoke("mirror", "off", "--config", service.config).exit_code == 0
    assert (service.folder / "elsewhere" / FILE_NAME).is_file()


@pytest.mark.parametrize(
    ("added", "expected"),
    [
        ("[", ": expected TOML, got "),
        ("[evidence]\ndir = 3\n", ":13: evidence.dir: expected a path in quotes, got 3"),
    ],
)
def test_no_folder_to_be_read(invoke: Any, service: Any, added: str, expected: str) -> None:
    """Exit 2 and one line, which tells whoever wants it off how to do it without the config."""
    service.add(added)
    result = invoke("mirror", "off", "--config", service.config)
    assert result.exit_code == 2
    assert result.output.startswith(f"error: {service.config}{expected}")
    assert result.output.endswith(f"; or create the file {FILE_NAME} in the evidence folder by hand\n")
    assert FILE_NAME not in invoke("mirror", "--config", service.config).output


def test_a_folder_that_can_not_be(invoke: Any, service: Any) -> None:
    """Exit 4 and one line that says what stops the mirroring instead."""
    service.store.parent.write_text("a file")
    result = invoke("mirror", "off", "--config", service.config)
    assert result.exit_code == 4
    assert result.output == (
        f"error: {service.store.parent / FILE_NAME}: expected to write, got File exists; stop the proxy instead\n"
    )


def _outcomes(invoke: Any, config: Path) -> tuple[dict[str, int], dict[str, int], int]:
    report = json.loads(invoke("report", "--config", config, "--json").stdout)
    (route,) = report["routes"]
    assert sum(route["outcomes"].values()) == report["entered"]
    assert report["in_flight"] == 0
    return {name: n for name, n in route["outcomes"].items() if n}, route["reasons"], report["entered"]


def test_nothing_is_sent_after_the_switch(proxy: Any, upstream: Any, invoke: Any) -> None:
    """What is under way ends, what waits behind it is not sent, clients are served, and the counts add up."""
    legacy, candidate = upstream(), upstream()
    candidate.hold()
    running = proxy(legacy, candidate, "[mirror]\nmax_in_flight = 1\n")
    assert [running.get("/ok") for _ in range(5)] == [200] * 5
    assert candidate.asked.acquire(timeout=10)  # one is under way, four wait behind it
    assert invoke("mirror", "off", "--config", running.config).exit_code == 0
    running.wait_for("mirror.off", times=2)  # the engine and the compare process
    candidate.release()
    assert [running.get("/ok") for _ in range(3)] == [200] * 3
    assert running.stop() == 0
    assert (len(legacy.paths), len(candidate.paths)) == (8, 1)
    assert _outcomes(invoke, running.config) == ({"matched": 1, "skipped": 7}, {"mirror_off": 7}, 8)


def test_off_stays_off(proxy: Any, upstream: Any, invoke: Any) -> None:
    """A proxy that starts later finds it so; on again, it mirrors again without a restart."""
    legacy, candidate = upstream(), upstream()
    running = proxy(legacy, candidate)
    invoke("mirror", "off", "--config", running.config)
    running.stop()
    running = proxy(legacy, candidate)
    assert running.get("/ok") == 200
    invoke("mirror", "on", "--config", running.config)
    running.wait_for("mirror.on", times=2)
    assert running.get("/ok") == 200
    assert running.stop() == 0
    assert candidate.paths == ["/ok"]
    assert _outcomes(invoke, running.config) == ({"matched": 1, "skipped": 1}, {"mirror_off": 1}, 2)
