"""Whether each planted bug of the example, switched on alone, fails exactly its tests in pytest.

    python bench/exactly/run.py [--requests-per-route 30] [--seed 4] [--bug NAME ...]

Records the example's client in visits of one route each (``client --visits route``) in front of legacy. Then, with each
bug alone in the candidate and fresh data, plays the recording in pytest with the plug-in. Which tests must fail is told
without crossfade: bare clients play the same visits against the candidate with the bug and without (bare_answers.py);
where the texts of the answers are not the same, the session must fail. Exits 1 unless, for every bug, the tests that
fail are those, and none fails without a bug.
"""

import argparse
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.shadow.config import load_config
from crossfade.tools.demo.build import build_candidate
from crossfade.tools.demo.expected import read_planted
from crossfade.tools.demo.pair import Port, example_folder, running_candidate, running_pair, write_config, write_seed
from crossfade.tools.demo.servers import server

_EXAMPLE = example_folder()
_FLOW = "x-flow-id"

Answers = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """The sessions that failed in pytest, and how long all of them took."""

    failed: frozenset[str]
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Where things are, and what the client sends."""

    candidate: Path
    work: Path
    requests: int
    seed: int

    @property
    def corpus(self) -> Path:
        """The recording."""
        return self.work / "corpus"


def main() -> int:
    """Measures, prints a line for each bug, and returns the exit code."""
    asked = _arguments()
    asked.build.mkdir(parents=True, exist_ok=True)
    bugs = sorted({bug for entry in read_planted(_EXAMPLE / "divergences.toml") for bug in entry.bugs})
    with tempfile.TemporaryDirectory() as name:
        candidate = build_candidate(_EXAMPLE, asked.build)
        bench = Bench(candidate=candidate, work=Path(name), requests=asked.requests_per_route, seed=asked.seed)
        _record(bench)
        session_of = _sessions(bench.corpus)
        right = _bare(bench, "")
        if right != _bare(bench, ""):
            raise SystemExit("expected the same answers twice without a bug, got others")
        if session_of.keys() != right.keys():
            raise SystemExit(f"expected a session for each visit, got {len(session_of)} for {len(right)}")
        control = _pytest(bench, "")
        calls, failed = sum(map(len, right.values())), _named(control.failed)
        print(
            f"{calls} calls in {len(right)} sessions, {control.seconds:.1f} s; fail without a bug: {failed}", flush=True
        )
        exact = [_is_exact(bench, bug, right, session_of) for bug in asked.bug or bugs]
    print(f"{sum(exact)} of {len(exact)} bugs fail exactly their tests")
    return 0 if all(exact) and not control.failed else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests-per-route", type=int, default=30)
    parser.add_argument("--seed", type=int, default=4, help="of the client; with 4 and 30 requests every bug shows")
    parser.add_argument("--bug", action="append", help="only this one; may be repeated")
    parser.add_argument("--build", type=Path, default=Path(".crossfade/demo"))
    return parser.parse_args()


def _is_exact(bench: Bench, bug: str, right: Answers, session_of: Mapping[str, str]) -> bool:
    with_bug = _bare(bench, bug)
    must = {session_of[flow] for flow, answers in right.items() if answers != with_bug[flow]}
    played = _pytest(bench, bug)
    hit = len(must & played.failed)
    precision, recall = (f"{hit / len(of):.3f}" if of else "-" for of in (played.failed, must))
    print(
        f"{bug:16} {len(must):3} must fail, {len(played.failed):3} do; precision {precision}, recall {recall};"
        f" {played.seconds:.1f} s; too many: {_named(played.failed - must)}; missed: {_named(must - played.failed)}",
        flush=True,
    )
    return bool(must) and must == played.failed


def _named(sessions: frozenset[str] | set[str]) -> str:
    return ", ".join(sorted(sessions)) or "none"


@contextlib.contextmanager
def _pair(bench: Bench, bug: str) -> Iterator[Path]:
    """The path of the config of a pair with fresh data."""
    work = bench.work / "pair"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    seed = write_seed(_EXAMPLE, work)
    with running_pair(_EXAMPLE, bench.candidate, seed, work, port=Port(fixed=not bug, bug=bug)) as pair:
        yield write_config(_EXAMPLE, work, pair)


def _record(bench: Bench) -> None:
    with _pair(bench, "") as config_path:
        address = {listen.name: listen.address for listen in load_config(config_path).listen}
        command = [sys.executable, "-m", "crossfade.tools.cli", "record", "--config", str(config_path)]
        command += ["--corpus", str(bench.corpus), "--legacy-only"]
        with server(command, pattern=r"^recording", log=bench.work / "record.log") as recording:
            client = [sys.executable, str(_EXAMPLE / "client"), "--visits", "route", *_addresses(address, bench)]
            _run([*client, "--json", str(bench.work / "client.json")], bench)
            if code := recording.stop(signal.SIGTERM):
                raise SystemExit(f"crossfade record: expected exit 0, got {code}")


def _sessions(corpus: Path) -> dict[str, str]:
    """The recorded sessions by the visit that each is."""
    folder, found = CorpusFolder(corpus), {}
    for session_id in folder.session_ids():
        flows = {
            value for call in folder.session(session_id).calls for name, value in call.request.headers if name == _FLOW
        }
        if len(flows) != 1:
            raise SystemExit(f"{session_id}: expected the calls of one visit, got {sorted(flows)}")
        found[flows.pop()] = session_id
    return found


def _bare(bench: Bench, bug: str) -> Answers:
    """What a fresh candidate answers to bare clients, by visit."""
    work = bench.work / "bare"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    with running_candidate(
        bench.candidate, write_seed(_EXAMPLE, work), work, port=Port(fixed=not bug, bug=bug)
    ) as running:
        address = {name: f"127.0.0.1:{running.ready[name]}" for name in ("grpc", "http")}
        script = str(Path(__file__).with_name("bare_answers.py"))
        answers: Answers = json.loads(_run([sys.executable, script, str(_EXAMPLE), *_addresses(address, bench)], bench))
    return answers


def _addresses(address: Mapping[str, str], bench: Bench) -> list[str]:
    where = ["--grpc", address["grpc"], "--http", f"http://{address['http']}"]
    return [*where, "--requests-per-route", str(bench.requests), "--seed", str(bench.seed)]


def _pytest(bench: Bench, bug: str) -> Played:
    with _pair(bench, bug) as config_path:
        work = config_path.parent
        command = [sys.executable, "-m", "pytest", "-q", "-p", "crossfade.parity_tests.plugin", "-p", "no:asyncio"]
        command += ["-p", "no:cacheprovider", "--rootdir", str(work), "--crossfade-config", str(config_path)]
        command += ["--crossfade-corpus", str(bench.corpus), "--junitxml", str(work / "out.xml")]
        began = time.monotonic()
        done = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)
        seconds = time.monotonic() - began
        if done.returncode not in {0, 1}:
            raise SystemExit(f"pytest: expected exit 0 or 1, got {done.returncode}: {done.stdout[-2000:]}")
        cases = list(ET.parse(work / "out.xml").getroot().iter("testcase"))
    failed = (case.get("name", "") for case in cases if case.findall("failure") or case.findall("error"))
    return Played(failed=frozenset(failed), seconds=seconds)


def _run(command: list[str], bench: Bench) -> str:
    environment = {**os.environ, "BUILDQUEUE_GEN_DIR": str(bench.work / "gen")}
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=environment).stdout


if __name__ == "__main__":
    sys.exit(main())
