"""Builds the example's Java candidate, once per state of its sources."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from crossfade.shadow.errors import ShadowError

JAR = "target/buildqueue-candidate.jar"
_SOURCES = "candidate"
# Maven runs for seconds: without the optimising compiler it takes less than half of the CPU time.
_QUICK_START = {"MAVEN_OPTS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}


def build_candidate(example: Path, work: Path) -> Path:
    """The folder of the built candidate below ``work``; built again only when a source changed.

    Raises: ShadowError: Maven is missing, or the build failed (the log's path is in the message).
    """
    target = work / "candidate-build"
    stamp = target / "sources.digest"
    digest = _digest(example)
    candidate = target / "candidate"
    if stamp.exists() and stamp.read_text() == digest and (candidate / JAR).exists():
        return candidate
    if candidate.exists():
        shutil.rmtree(candidate)  # also what the sources no longer have
    shutil.copytree(example / _SOURCES, candidate, ignore=shutil.ignore_patterns("target"))
    _maven(candidate, work / "maven.log")
    stamp.write_text(digest)
    return candidate


def _maven(candidate: Path, log: Path) -> None:
    if (maven := shutil.which("mvn")) is None:
        raise ShadowError("mvn: expected Maven 3.8 or newer, got none; run `crossfade doctor`", exit_code=4)
    with log.open("w", encoding="utf-8") as output:
        done = subprocess.run(  # noqa: S603 - our own command
            [maven, "-q", "-B", "package"],
            cwd=candidate,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
            env={**_QUICK_START, **os.environ},
        )
    if done.returncode:
        raise ShadowError(f"mvn package: expected exit 0, got {done.returncode}; see {log}", exit_code=4)


def _digest(example: Path) -> str:
    """A digest over the names and bytes of all sources."""
    digest = hashlib.sha256()
    for path in sorted((example / _SOURCES).rglob("*")):
        inside = path.relative_to(example)
        if path.is_file() and "target" not in inside.parts:
            digest.update(str(inside).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
