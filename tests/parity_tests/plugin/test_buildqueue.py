"""The example's traffic, recorded in front of legacy and played in pytest against both services."""

import os
import re
import signal
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from crossfade.shadow.config import load_config
from crossfade.tools.demo.pair import Port, example_folder, running_pair, write_config, write_seed
from crossfade.tools.demo.servers import server

pytestmark = [pytest.mark.demo, pytest.mark.java, pytest.mark.slow, pytest.mark.needs("java", "mvn")]

EXAMPLE = example_folder()
REQUESTS_PER_ROUTE = 60
"""More than 500 calls."""
SELDOM = {("ci.builds.v1.BuildService/SearchBuilds", "trailer.x-search-digest")}
"""Shows in one of sixteen answers: beside the entries that are marked as rare, so few requests need not show it."""
_DIFFERENCE = re.compile(r"call \d+ (?P<route>.+) (?P<path>\S+) \((?P<kind>\w+)(?:, \w+)?\)")


@contextmanager
def _pair(work: Path, jar: Path, *, fixed: bool) -> Iterator[Path]:
    """Both services and a second legacy, all with fresh data; the path of their config."""
    work.mkdir(parents=True)
    with running_pair(EXAMPLE, jar.parents[1], write_seed(EXAMPLE, work), work, port=Port(fixed=fixed)) as pair:
        yield write_config(EXAMPLE, work, pair)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory, candidate_jar: Path) -> Path:
    """What the example's client sends, writes and streams included."""
    work = tmp_path_factory.mktemp("record")
    with _pair(work / "pair", candidate_jar, fixed=True) as config_path:
        config = load_config(config_path)
        address = {listen.name: listen.address for listen in config.listen}
        command = [sys.executable, "-m", "crossfade.tools.cli", "record", "--config", str(config_path)]
        command += ["--corpus", str(work / "corpus"), "--legacy-only"]
        with server(command, pattern=r"^recording", log=work / "record.log") as recording:
            client = [sys.executable, str(EXAMPLE / "client"), "--grpc", address["grpc"]]
            client += ["--http", f"http://{address['http']}", "--requests-per-route", str(REQUESTS_PER_ROUTE)]
            environment = {**os.environ, "BUILDQUEUE_GEN_DIR": str(work / "pair" / "gen")}
            client += ["--json", str(work / "client.json")]
            subprocess.run(client, check=True, capture_output=True, timeout=600, env=environment)
            assert recording.stop(signal.SIGTERM) == 0
    return work / "corpus"


Played = Callable[..., tuple[str, ET.Element]]


@pytest.fixture
def played(tmp_path: Path, corpus: Path, candidate_jar: Path) -> Played:
    """What pytest prints and writes for JUnit, with the planted bugs or without."""

    def play(*, fixed: bool) -> tuple[str, ET.Element]:
        work = tmp_path / "pair"
        with _pair(work, candidate_jar, fixed=fixed) as config_path:
            command = [sys.executable, "-m", "pytest", "-q", "-p", "crossfade.parity_tests.plugin", "-p", "no:asyncio"]
            command += ["-p", "no:cacheprovider", "--rootdir", str(work), "--crossfade-config", str(config_path)]
            command += ["--crossfade-corpus", str(corpus), "--junitxml", "out.xml"]
            done = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False, timeout=900)
        assert done.returncode in {0, 1}, done.stdout + done.stderr
        return done.stdout, ET.parse(work / "out.xml").getroot()

    return play


def test_the_fixed_port_passes(played: Played) -> None:
    """Every call of more than 500 over all routes is compared, and no session fails."""
    text, results = played(fixed=True)
    counts = re.search(r"crossfade: (\d+) of (\d+) calls compared", text)
    assert counts is not None, text
    assert counts[1] == counts[2]
    assert int(counts[1]) >= 500
    assert [case.get("name") for case in results.iter("testcase") if len(case.findall("failure"))] == []


def test_each_planted_bug_fails_its_tests(played: Played) -> None:
    """At the places of the list, and nowhere else."""
    _, results = played(fixed=False)
    texts = [item.get("value", "") for item in results.iter("property") if item.get("name") == "crossfade.difference"]
    found = {(match["route"], match["path"]) for text in texts if (match := _DIFFERENCE.fullmatch(text))}
    entries = tomllib.loads((EXAMPLE / "divergences.toml").read_text(encoding="utf-8"))["divergence"]
    planted = {(entry["route"], path): entry.get("rare", False) for entry in entries for path in entry["paths"]}
    assert found - planted.keys() == set()
    assert {place for place, is_rare in planted.items() if not is_rare} - SELDOM - found == set()
    failing = {case.get("name") for case in results.iter("testcase") if case.findall("failure")}
    differing = {
        case.get("name")
        for case in results.iter("testcase")
        if any(item.get("name") == "crossfade.difference" for item in case.iter("property"))
    }
    assert failing == differing
