"""Which of the example's planted bugs `crossfade fuzz` finds, without recorded traffic.

    python bench/fuzz/planted.py --seed 1 --seconds 60
    python bench/fuzz/planted.py --seed 1 --max-examples 600 --rounds 2   # the same seed, the same cases?

Starts legacy, secondary and the Java candidate with fresh data for each round. Prints what was found and missed, cases
of more than three calls or four values, and exits 1 where two rounds differ. `--fixed` turns the bugs off.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from crossfade.tools.demo.build import build_candidate
from crossfade.tools.demo.expected import Planted, read_planted
from crossfade.tools.demo.pair import Port, example_folder, running_pair, write_config, write_seed

_MOST_CALLS, _MOST_FIELDS = 3, 4


def main() -> int:
    """Runs the rounds."""
    options = _options()
    example = example_folder()
    options.build.mkdir(parents=True, exist_ok=True)
    candidate = build_candidate(example, options.build)
    records = []
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory() as folder:
            records.append(_round(example, candidate, Path(folder), options))
        _show(records[-1], read_planted(example / "divergences.toml"))
    same = all(_cases(record) == _cases(records[0]) for record in records)
    if options.rounds > 1:
        print(f"the same cases in all {options.rounds} rounds: {same}")
    return 0 if same else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--max-examples", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--fixed", action="store_true")
    parser.add_argument("--build", type=Path, default=Path(".crossfade/demo"))
    return parser.parse_args()


def _round(example: Path, candidate: Path, work: Path, options: argparse.Namespace) -> dict[str, Any]:
    """One run on fresh services, as its JSON."""
    seed = write_seed(example, work)
    with running_pair(example, candidate, seed, work, port=Port(fixed=options.fixed)) as pair:
        command = [sys.executable, "-m", "crossfade.tools.cli", "fuzz", "--json", "--seed", str(options.seed)]
        command += ["--config", str(write_config(example, work, pair)), "--max-examples", str(options.max_examples)]
        command += ["--seconds", str(options.seconds)] if options.seconds else []
        began = time.monotonic()
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        print(f"exit {done.returncode} after {time.monotonic() - began:.1f} s")
    record: dict[str, Any] = json.loads(done.stdout)
    return record


def _show(record: dict[str, Any], planted: tuple[Planted, ...]) -> None:
    steady = [case for case in record["cases"] if case["steady"]]
    at = {(_route(case), case["template"]) for case in steady}
    found = [entry for entry in planted if any((entry.route, path) in at for path in entry.paths)]
    explained = {(entry.route, path) for entry in planted for path in entry.paths}
    for entry in planted:
        print("found " if entry in found else "missed", entry.route, ", ".join(entry.paths))
    for case in steady:
        if (_route(case), case["template"]) not in explained:
            print("other ", case["route"], case["template"], case["kind"], *case["calls"], sep=" | ")
    large = [case["id"] for case in steady if len(case["calls"]) > _MOST_CALLS or case["fields"] > _MOST_FIELDS]
    flaky = [f"{case['route']} {case['template']}" for case in record["cases"] if not case["steady"]]
    print(f"{record['tried']} sequences, {record['sent']} calls, {record['compared']} compared, {record['seconds']} s")
    print(f"{len(found)} of {len(planted)} planted bugs, {len(steady)} cases, too large: {large}, flaky: {flaky}")


def _route(case: dict[str, Any]) -> str:
    """The route without its port."""
    return str(case["route"]).partition(" ")[2]


def _cases(record: dict[str, Any]) -> list[tuple[str, int, int]]:
    """What two rounds must have in common: ids that a service mints are not the same twice."""
    return [(case["id"], len(case["calls"]), case["fields"]) for case in record["cases"] if case["steady"]]


if __name__ == "__main__":
    shutil.which("java") or sys.exit("java: expected a JDK 17 or newer, got none")
    sys.exit(main())
