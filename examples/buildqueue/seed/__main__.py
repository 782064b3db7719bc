"""Writes the data with which both services start: python seed OUT_DIR. The same bytes every time."""

import json
import random
import sys
from pathlib import Path

PROJECTS = 40
BUILDS_PER_PROJECT = 40
BRANCHES = ("main", "release/2.x", "feature/cache", "fix/flaky-login", "dependabot/npm", "perf/io", "docs")
LABELS = ("nightly", "linux", "arm64", "gpu", "slow", "Docs", "release", "canary", "zeta", "_internal")
WIDE_LABELS = ("～wide", "😀happy", "zeta")  # U+FF5E stands before U+1F600, but behind its surrogates
ARTIFACTS = ("report final.html", "app~1.jar", "logs*.txt", "coverage.xml", "notes (v2).md")
AGENTS = ("agent-ash", "agent-birch", "agent-cedar", "agent-elm", "agent-fir", "agent-oak", "agent-pine", "agent-yew")
OFFSETS_MIN = (0, 60, 120, 330, -300, -480)
ODD_OFFSETS_MIN = (-210, -570)
FINISHED = ("PASSED", "FAILED")
RESERVED = 700  # builds that only one client's request changes


def build(rng, number, project):
    status = rng.choices(("PASSED", "FAILED", "RUNNING", "QUEUED"), (60, 20, 10, 10))[0]
    labels = rng.sample(LABELS, rng.randint(1, 5))
    if project == "intl-07" and number % 3 == 0:
        labels = [*WIDE_LABELS, *labels]
    done = status in FINISHED
    duration_s = rng.choice((rng.randint(30, 7200), rng.randint(86_400, 200_000))) if done else 0
    return {
        "id": f"b-{number:06d}",
        "project": project,
        "branch": rng.choice(BRANCHES),
        "status": status,
        "labels": list(dict.fromkeys(labels)),
        "environment": {name: str(rng.randint(0, 99)) for name in rng.sample(("CC", "JDK", "NODE", "TZ", "LANG"), 3)},
        "submitted_at_s": 1_780_000_000 + number * 613,
        "duration_s": duration_s,
        "queued_s": rng.randint(1, 400),
        "retries": rng.randint(0, 7),
        "offset_min": rng.choice(ODD_OFFSETS_MIN) if number % 37 == 0 else rng.choice(OFFSETS_MIN),
        "log_bytes": rng.choice((rng.randint(10_000, 9_000_000), rng.randint(2**31, 2**41))),
        "exit_code": {"PASSED": 0, "FAILED": 1 + number % 2}.get(status),
        "failure": rng.choice(("tests failed", "timed out")) if status == "FAILED" else None,
        "finished_at": f"2026-05-{rng.randint(10, 28)}T{rng.randint(10, 23)}:15:30.{rng.randint(100_000, 999_999)}+00:00"
        if done
        else None,
        "steps": [
            {"name": name, "took_ms": rng.randint(5, 90_000), "ok": True} for name in ("fetch", "compile", "test")
        ],
        "agents": rng.sample(AGENTS, 5),
        "artifacts": rng.sample(ARTIFACTS, rng.randint(1, 4)) if done else [],
        "trigger": rng.choice(
            (
                {"push": {"author": rng.choice(("ada", "grace", "linus")), "commit": f"{rng.getrandbits(160):040x}"}},
                {"schedule": {"cron": "0 3 * * *"}},
                {"manual_by": "ops"},
            )
        ),
    }


def main(folder):
    rng = random.Random(20261124)
    folder.mkdir(parents=True, exist_ok=True)
    names = [("intl" if index == 7 else "team") + f"-{index:02d}" for index in range(PROJECTS)]
    builds = [
        build(rng, at * PROJECTS + index, name) for at in range(BUILDS_PER_PROJECT) for index, name in enumerate(names)
    ]
    for number in range(RESERVED):  # what clients cancel: half of it can be
        entry = build(rng, 900_000 + number, f"sandbox-{number % 5}")
        entry["status"] = "QUEUED" if number % 2 else "PASSED"
        builds.append(entry)
    for first in (910_000, 920_000):  # what clients upload logs and artifacts to
        builds += [build(rng, first + number, f"sandbox-{number % 5}") for number in range(RESERVED)]
    with (folder / "builds.jsonl").open("w", encoding="utf-8") as out:
        for entry in builds:
            out.write(json.dumps(entry) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
