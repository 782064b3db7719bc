"""Which bugs of flags_candidate.py `crossfade fuzz` finds, without recorded traffic.

    python bench/fuzz/flags_planted.py --seed 1 --seconds 60
    python bench/fuzz/flags_planted.py --seed 1 --seconds 60 --only int-total   # no other bug on: none to hide it
    python bench/fuzz/flags_planted.py --seed 1 --max-examples 600 --rounds 2   # the same seed, the same cases?

Starts legacy, secondary and candidate anew for each round, the flags they know with them. `--only none` turns all bugs
off: what is told then is false.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
import tomllib
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from crossfade.tools.commands.init import write_key
from crossfade.tools.demo.pair import free_port
from crossfade.tools.demo.servers import server

_HERE = Path(__file__).parent
_FLAGS = _HERE.parents[1] / "examples" / "flags"
_READY = r"READY (\d+)"
_MOST_CALLS, _MOST_FIELDS = 3, 4
_CONFIG = """
[service]
name = "flags"

[[listen]]
name = "grpc"
address = "127.0.0.1:{proxy}"
legacy = "http://127.0.0.1:{legacy}"
candidate = "http://127.0.0.1:{candidate}"
secondary = "http://127.0.0.1:{secondary}"

[admin]
address = "127.0.0.1:{admin}"

[contract]
protos = ["{proto}/acme/flags/v1/flags.proto"]
includes = ["{proto}"]
"""


def main() -> int:
    """Runs the rounds."""
    options = _options()
    records = []
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory() as folder:
            records.append(_round(Path(folder), options))
        _show(records[-1], options.only)
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
    parser.add_argument("--only", nargs="+", default=[], metavar="BUG")
    parser.add_argument("--json", type=Path, help="also writes the last round's JSON there")
    return parser.parse_args()


def _round(work: Path, options: argparse.Namespace) -> dict[str, Any]:
    """One run on fresh services, as its JSON."""
    commands = {
        "legacy": [str(_FLAGS / "legacy"), "0"],
        "secondary": [str(_FLAGS / "legacy"), "0"],
        "candidate": [str(_HERE / "flags_candidate.py"), "0", *options.only],
    }
    with ExitStack() as stack:
        ports: dict[str, object] = {"proxy": free_port(), "admin": free_port()}
        for name, command in commands.items():
            started = server([sys.executable, *command], pattern=_READY, log=work / f"{name}.log")
            ports[name] = stack.enter_context(started).ready[1]
        config = work / "crossfade.toml"
        config.write_text(_CONFIG.format(**ports, proto=(_FLAGS / "proto").as_posix()), encoding="utf-8")
        write_key(work / ".crossfade" / "redaction.key")
        command = [sys.executable, "-m", "crossfade.tools.cli", "fuzz", "--json", "--seed", str(options.seed)]
        command += ["--config", str(config), "--max-examples", str(options.max_examples)]
        command += ["--seconds", str(options.seconds)] if options.seconds else []
        began = time.monotonic()
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        print(f"exit {done.returncode} after {time.monotonic() - began:.1f} s")
    if options.json:
        options.json.write_text(done.stdout, encoding="utf-8")
    record: dict[str, Any] = json.loads(done.stdout)
    return record


def _show(record: dict[str, Any], only: list[str]) -> None:
    """Each case beside the bugs that show there, for a person to judge: two bugs may share a path."""
    entries = tomllib.loads((_HERE / "flags.toml").read_text(encoding="utf-8"))["divergence"]
    entries = [entry for entry in entries if not only or entry["name"] in only]
    hit = set()
    for case in record["cases"]:
        route = str(case["route"]).partition(" ")[2]
        here = [entry["name"] for entry in entries if entry["route"] == route and case["template"] in entry["paths"]]
        hit.update(here if case["steady"] else ())
        size = f"{len(case['calls'])} calls, {case['fields']} fields"
        size += " TOO LARGE" if len(case["calls"]) > _MOST_CALLS or case["fields"] > _MOST_FIELDS else ""
        print("case" if case["steady"] else "flaky", route, case["template"], case["kind"], size, here or "OTHER")
        print(*(f"  > {call}" for call in case["calls"]), sep="\n")
        print(f"  {case.get('legacy')!r} / {case.get('candidate')!r}")
    print("no case where they show:", sorted({entry["name"] for entry in entries} - hit))
    for route in record["routes"]:
        print(route["route"], route["compared"], "of", route["sent"], "compared", route["not_compared"] or "")
    for route, why in record["left_out"].items():
        print("given up:", route, why)
    print(f"{record['tried']} sequences, {record['sent']} calls, {record['compared']} compared, {record['seconds']} s")


def _cases(record: dict[str, Any]) -> list[tuple[str, int, int]]:
    """What two rounds must have in common."""
    return [(case["id"], len(case["calls"]), case["fields"]) for case in record["cases"] if case["steady"]]


if __name__ == "__main__":
    sys.exit(main())
