"""Public contracts: generated twice, built, and one call per RPC through the Java service to a legacy.

    python bench/codegen/contracts.py --proto-root DIR [--only NAME] [--keep DIR]

DIR holds checkouts of the public repositories that contracts.toml names, each in a folder called as there. Nothing is
fetched. Every RPC is in LEGACY: what a client sees through the service must be what it sees of a direct call, byte for
byte. Needs a JDK and Maven, whose first build fetches protoc. Exits 1 where something is not as it should be.
"""

import argparse
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from anybody import differing, serving
from process import started

from crossfade.codegen.contract import ProtoFiles, load_contract

_HERE = Path(__file__).parent
_BUILD_S = 1800
_START = "from crossfade.tools.cli import main; main(prog_name='crossfade')"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One contract: its files and where its imports are found. ``package`` is that of the Java service."""

    name: str
    package: str
    files: tuple[Path, ...]
    includes: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one; times in seconds, ``trouble`` is what is not as it should be."""

    name: str
    services: int
    rpcs: int
    generate_s: float
    again_s: float
    build_s: float
    equal: int
    trouble: tuple[str, ...]


def main() -> int:
    """Measures, prints a table, and returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--proto-root", type=Path, required=True, help="where the checkouts are")
    parser.add_argument("--contracts", type=Path, default=_HERE / "contracts.toml", help="which contracts")
    parser.add_argument("--only", action="append", default=[], help="one of them; may be repeated")
    parser.add_argument("--keep", type=Path, help="generate into this folder and leave it there")
    parser.add_argument("--offline", action="store_true", help="Maven fetches nothing")
    arguments = parser.parse_args()
    every = read_wanted(arguments.contracts, arguments.proto_root)
    wanted = [one for one in every if not arguments.only or one.name in arguments.only]
    results = []
    with tempfile.TemporaryDirectory() as name:
        for one in wanted:
            results.append(measure(one, (arguments.keep or Path(name)) / one.name, offline=arguments.offline))
            print(row(results[-1]), *results[-1].trouble, sep="\n  ", flush=True)
    print("", *table(results), sep="\n")
    return int(any(result.trouble for result in results))


def read_wanted(path: Path, root: Path) -> list[Wanted]:
    """The contracts of a list; ``files`` are globs below the repository's folder."""
    listed = tomllib.loads(path.read_text(encoding="utf-8"))["contract"]
    return [
        Wanted(
            name=one["name"],
            package=one["package"],
            files=tuple(sorted(file for glob in one["files"] for file in root.glob(glob))),
            includes=tuple(root / folder for folder in one["includes"]),
        )
        for one in listed
    ]


def measure(wanted: Wanted, out: Path, *, offline: bool) -> Result:
    """One contract, from its files to its calls."""
    if not wanted.files:
        raise SystemExit(f"{wanted.name}: expected .proto files below --proto-root, got none; check out its repository")
    generate_s = _generate(wanted, out)
    before = _stamps(out)
    again_s = _generate(wanted, out)
    touched = [str(path) for path, stamp in _stamps(out).items() if stamp != before.get(path)]
    trouble = [f"touched by the second run: {', '.join(touched[:5])}"] if touched else []
    build_s = _build(out, offline=offline)
    contract = load_contract(ProtoFiles(files=wanted.files, includes=wanted.includes))
    services = [service for service in contract.services.values() if service.file in contract.named]
    methods = [method for service in services for method in service.methods]
    (jar,) = (out / "target").glob("*.jar")
    with serving(contract) as legacy, started(jar, CROSSFADE_LEGACY=legacy) as through:
        different = differing(contract, methods, legacy, through)
    return Result(
        name=wanted.name,
        services=len(services),
        rpcs=len(methods),
        generate_s=generate_s,
        again_s=again_s,
        build_s=build_s,
        equal=len(methods) - len(different),
        trouble=(*trouble, *different),
    )


def _generate(wanted: Wanted, out: Path) -> float:
    """Seconds of one run, as a person starts it."""
    named = [word for path in wanted.files for word in ("--proto", str(path))]
    folders = [word for path in wanted.includes for word in ("--include", str(path))]
    command = [sys.executable, "-P", "-c", _START, "generate", *named, *folders, "--package", wanted.package]
    return _timed([*command, "--out", str(out)], Path.cwd(), wanted.name)


def _build(out: Path, *, offline: bool) -> float:
    """Seconds of Maven, the project's own test included."""
    return _timed(["mvn", "--quiet", "--batch-mode", *(["--offline"] if offline else []), "package"], out, out.name)


def _timed(command: Sequence[str], folder: Path, name: str) -> float:
    started_at = time.monotonic()
    done = subprocess.run(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=_BUILD_S, check=False
    )
    if done.returncode:
        raise SystemExit(f"{name}: {command[0]}: expected exit 0, got {done.returncode}\n{done.stdout[-8000:]}")
    return time.monotonic() - started_at


def _stamps(folder: Path) -> dict[Path, tuple[int, int]]:
    return {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in folder.rglob("*")}


def table(results: Sequence[Result]) -> list[str]:
    """In Markdown."""
    head = "| contract | services | RPCs | generate s | again s | Maven s | calls equal |"
    return [head, "|---|---|---|---|---|---|---|", *map(row, results)]


def row(result: Result) -> str:
    """One line of the table."""
    times = f"{result.generate_s:.1f} | {result.again_s:.1f} | {result.build_s:.0f}"
    return f"| {result.name} | {result.services} | {result.rpcs} | {times} | {result.equal} of {result.rpcs} |"


if __name__ == "__main__":
    raise SystemExit(main())
