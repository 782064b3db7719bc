"""The demo on the real pair: a Java build, real servers, real clients."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.demo, pytest.mark.java]


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One work folder for all runs: the candidate is built once."""
    return tmp_path_factory.mktemp("demo")


def demo(work: Path, *flags: str) -> tuple[int, str, dict[str, object]]:
    command = [sys.executable, "-m", "crossfade.tools.cli", "demo", "--dir", str(work), *flags]
    done = subprocess.run(command, capture_output=True, text=True, timeout=1200, check=False)  # a busy machine
    assert (work / "report.html").stat().st_size > 5000, done.stdout + done.stderr
    return done.returncode, done.stdout, json.loads((work / "report.json").read_text(encoding="utf-8"))


def test_every_planted_bug_is_found_and_nothing_else(build: Path) -> None:
    """Exit 0: each entry of divergences.toml has its cluster, no other is open, and all counts agree."""
    code, output, report = demo(build)
    assert code == 0, output
    assert report["verdict"] == "fail"
    assert "NOT AS EXPECTED" not in output


def test_with_the_bugs_fixed_every_claim_is_proven(build: Path) -> None:
    """No cluster is open, and the gate prints a sentence for every claimed route and passes."""
    code, output, report = demo(build, "--fixed")
    assert code == 0, output
    assert report["verdict"] == "pass"
    claimed = [route["route"] for route in report["routes"] if route["claimed"]]  # type: ignore[attr-defined]
    assert len(claimed) == 19
    gate = [sys.executable, "-m", "crossfade.tools.cli", "gate", "--config", str(build / "crossfade.toml")]
    done = subprocess.run(gate, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout
    assert all(f"PASS {route}" in done.stdout for route in claimed)


def test_a_candidate_that_dies_is_never_passed(build: Path) -> None:
    """The client sees no error, and every claimed route fails or is inconclusive."""
    code, output, report = demo(build, "--kill-candidate-after-s", "3", "--fixed")
    assert code == 0, output
    claimed = [route for route in report["routes"] if route["claimed"]]  # type: ignore[attr-defined]
    assert {route["verdict"] for route in claimed} <= {"fail", "inconclusive"}
    assert sum(route["outcomes"]["candidate_failed"] for route in claimed) > 0
