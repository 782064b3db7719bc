"""What a scan of a Python service of some size takes and finds, and a sample of its notes to judge by hand.

    python bench/codegen/hazards.py --source app --proto-root proto [--proto proto/a.proto ...] [--seed 7]

Prints the time (wall clock and CPU), the lines read, the notes per handler, the length of the longest stub, and a
sample of notes, drawn with a fixed seed from those that stand in stubs; with --whole from all. Exits 1 where 100,000
lines take more CPU time than 20 s, for a service of 10,000 lines or more.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from crossfade.codegen.contract import Contract, ProtoFiles, load_contract
from crossfade.codegen.hazards import Hazard, LegacySource, find_handlers
from crossfade.codegen.hazards.source.files import printable, read_files
from crossfade.codegen.java import ProjectOptions, build_project, render_handlers

MAX_S_PER_100_000_LINES = 20.0
MIN_LINES = 10_000  # a smaller service says nothing about the time that a large one takes
_AROUND = 3


def main() -> int:
    """Scans, prints, says whether the time holds."""
    options = _options()
    contract = _contract(options.proto_root, options.proto)
    lines = sum(len(file.lines) for file in read_files(options.source).files)
    before, before_cpu = time.perf_counter(), time.process_time()
    found = find_handlers(options.source, contract)
    wall_s, cpu_s = time.perf_counter() - before, time.process_time() - before_cpu
    per_100_000 = cpu_s * 100_000 / max(lines, 1)
    print(f"{lines} lines of Python, {len(contract.methods)} RPCs, {len(found.handlers)} of them found")
    print(f"{wall_s:.1f} s, {cpu_s:.1f} s of CPU, {per_100_000:.1f} s of CPU for 100,000 lines")
    _print_notes(found)
    print(f"longest stub: {_longest_stub(contract, found)} lines")
    for hazard in _sample(found, options):
        print("\n".join(_context(hazard, options.source)))
    return int(lines >= MIN_LINES and per_100_000 > MAX_S_PER_100_000_LINES)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", type=Path, required=True, help="the folder of the Python service")
    parser.add_argument("--proto-root", type=Path, action="append", required=True, help="where imports are found")
    parser.add_argument("--proto", type=Path, action="append", help="a .proto file; default: all below --proto-root")
    parser.add_argument("--seed", type=int, default=9, help="of the sample")
    parser.add_argument("--sample", type=int, default=30, help="how many notes")
    parser.add_argument("--whole", action="store_true", help="sample all notes, not those of the stubs alone")
    return parser.parse_args()


def _contract(roots: Sequence[Path], protos: Sequence[Path] | None) -> Contract:
    files = protos or sorted(path for root in roots for path in root.rglob("*.proto"))
    return load_contract(ProtoFiles(files=tuple(files), includes=tuple(roots)))


def _print_notes(found: LegacySource) -> None:
    whole = [len(source.hazards) for source in found.handlers.values()] or [0]
    shown = [len(source.shown) for source in found.handlers.values()] or [0]
    for what, counts in (("notes per handler", whole), ("of them in its stub", shown)):
        print(f"{what}: {min(counts)} to {max(counts)}, median {median(counts):g}, {sum(counts)} in all")
    distinct = {hazard for source in found.handlers.values() for hazard in source.hazards}
    in_stubs = {hazard for source in found.handlers.values() for hazard in source.shown}
    print(f"distinct: {len(distinct)}, {len(in_stubs)} of them in stubs")
    counted = Counter(hazard.pitfall_id for hazard in in_stubs)
    print("  " + " ".join(f"{pitfall_id}:{count}" for pitfall_id, count in counted.most_common()))


def _longest_stub(contract: Contract, found: LegacySource) -> int:
    stubs = render_handlers(build_project(contract, ProjectOptions(package="bench")), found.handlers)
    return max(len(stub.splitlines()) for stub in stubs.values())


def _sample(found: LegacySource, options: argparse.Namespace) -> list[Hazard]:
    sources = found.handlers.values()
    pool = sorted({hazard for source in sources for hazard in (source.hazards if options.whole else source.shown)})
    drawn = random.Random(options.seed).sample(pool, min(options.sample, len(pool)))
    return sorted(drawn)


def _context(hazard: Hazard, folder: Path) -> Iterator[str]:
    text = (folder / hazard.path).read_text(encoding="utf-8", errors="replace").splitlines()
    also = f" (also {', '.join(map(str, hazard.also))})" if hazard.also else ""
    yield f"\n{hazard.pitfall_id} {hazard.path}:{hazard.line}{also}\n  {hazard.advice}"
    for number in range(max(hazard.line - _AROUND, 1), min(hazard.line + _AROUND, len(text)) + 1):
        yield f"  {'>' if number == hazard.line else ' '} {number:5} {printable(text[number - 1])}"


if __name__ == "__main__":
    sys.exit(main())
