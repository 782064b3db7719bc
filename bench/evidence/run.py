"""CPU seconds of a flush beside a long run, and of a report and a gate on a large one.

    python bench/evidence/run.py
    python bench/evidence/run.py --folder /tmp/large        # keeps the large store for the next time

The ratio tells what the machine does not: of a flush, by the flush that wrote the whole state; of a command, by
``crossfade --version``, which only starts. Writing the large store takes most of the time.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from stored import info, make_folder
from traffic import Traffic

from crossfade.shadow.evidence import EvidenceWriter, store_in
from crossfade.shadow.evidence.redact import Unchanged

_FLUSHES, _RUNS = 5, 3
_BEFORE = Traffic(comparisons=150_000)
_NEW = 1000
_LARGE = Traffic(comparisons=1_000_000)
_COMMANDS = (("report", "--json"), ("gate",))


def flush_seconds(folder: Path) -> tuple[float, float]:
    """CPU seconds of the flush that writes the whole state, and of one with 1,000 new comparisons (the median)."""
    writer = EvidenceWriter.begin(store_in(folder), info("live"), Unchanged())
    for observation in _BEFORE.observations():
        writer.add(observation)
    whole = _timed_flush(writer, _BEFORE, 0)
    later = []
    for number in range(_FLUSHES):
        new, first = Traffic(comparisons=_NEW), _BEFORE.comparisons + number * _NEW
        for observation in new.observations(first):
            writer.add(observation)
        later.append(_timed_flush(writer, new, first))
    writer.finish(new.entered(first), now=time.time())
    return whole, median(later)


def _timed_flush(writer: EvidenceWriter, traffic: Traffic, first: int) -> float:
    entered = traffic.entered(first)
    began = time.process_time()
    writer.flush(entered)
    return time.process_time() - began


def command_seconds(*words: str) -> float:
    """CPU seconds of a command, its start included: the median."""
    found = []
    for _ in range(_RUNS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([Path(sys.executable).parent / "crossfade", *words], stdout=subprocess.DEVNULL, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return median(found)


def main() -> None:
    """Prints the table of bench/README.md."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, help="where the large store is, or will be")
    asked = parser.parse_args()
    print("| | CPU s | ratio |")
    print("|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        whole, later = flush_seconds(Path(name) / "live")
        print(f"| flush, {_BEFORE.comparisons:,} new (the whole state) | {whole:.2f} | 1 |")
        print(f"| flush, {_NEW:,} new | {later:.2f} | {later / whole:.2f} |")
        large = asked.folder or Path(name) / "large"
        large.mkdir(parents=True, exist_ok=True)
        config = make_folder(large, _LARGE)
        start = command_seconds("--version")
        print(f"| crossfade --version | {start:.2f} | 1 |")
        for words in _COMMANDS:
            seconds = command_seconds(*words, "--config", str(config))
            print(f"| crossfade {' '.join(words)} | {seconds:.2f} | {seconds / start:.1f} |")


if __name__ == "__main__":
    main()
