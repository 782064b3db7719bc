"""Many small simulations on all cores, with results kept in a file so that a run that was cut off goes on.

A job is a cell of a grid and a stretch of seeds; its result counts what was seen. Results are summed per cell.
"""

import argparse
import json
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from crossfade.shadow.evidence.statistics import finished_bounds

Cell = tuple[str | float, ...]
_LINE = 88


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Runs ``first`` to ``first + runs - 1`` of a cell; each derives its randomness from ``seed`` and its number."""

    cell: Cell
    seed: int
    first: int
    runs: int

    def numbers(self) -> Iterator[str]:
        """A text for each run from which its randomness comes."""
        return (
            f"{self.seed}/{'/'.join(map(str, self.cell))}/{number}"
            for number in range(self.first, self.first + self.runs)
        )

    @property
    def key(self) -> str:
        """What no other job of this file is called."""
        return json.dumps([*self.cell, self.seed, self.first, self.runs])


Work = Callable[[Job], Counter[str]]


def arguments(description: str | None, *, runs: int) -> argparse.ArgumentParser:
    """The options of every simulation."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=runs, help=f"runs of each cell, {runs} by default")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--done", type=Path, help="a file of results, to go on from")
    return parser


def jobs(cells: Sequence[Cell], *, seed: int, runs: int, chunk: int) -> list[Job]:
    """All jobs, of at most ``chunk`` runs each."""
    return [
        Job(cell=cell, seed=seed, first=first, runs=min(chunk, runs - first))
        for cell in cells
        for first in range(0, runs, chunk)
    ]


def run(work: Work, todo: Sequence[Job], *, processes: int, done: Path | None) -> dict[Cell, Counter[str]]:
    """The sums of each cell, in the order of the jobs."""
    known = _known(done)
    sums: dict[Cell, Counter[str]] = {job.cell: Counter() for job in todo}
    for job in todo:
        sums[job.cell].update(known.get(job.key, {}))
    left = [job for job in todo if job.key not in known]
    began = time.monotonic()
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        for at, (job, found) in enumerate(pool.imap_unordered(_Named(work), left), 1):
            sums[job.cell].update(found)
            _keep(done, job, found)
            if sys.stderr.isatty():
                line = f"{at} of {len(left)} jobs, {time.monotonic() - began:.0f} s"
                print(f"\r{line:{_LINE}}", end="\r", file=sys.stderr, flush=True)
    return sums


@dataclass(frozen=True, slots=True)
class _Named:
    work: Work

    def __call__(self, job: Job) -> tuple[Job, Counter[str]]:
        return job, self.work(job)


def _known(done: Path | None) -> dict[str, Counter[str]]:
    if done is None or not done.exists():
        return {}
    lines = (json.loads(line) for line in done.read_text().splitlines())
    return {key: Counter(found) for key, found in lines}


def _keep(done: Path | None, job: Job, found: Counter[str]) -> None:
    if done is not None:
        with done.open("a") as file:
            file.write(json.dumps([job.key, found]) + "\n")


def share(count: int, runs: int) -> str:
    """A share in percent, with the exact upper bound at 95 %."""
    if not runs:
        return "-"
    upper = finished_bounds(count, runs, 0.95).upper
    return f"{100 * count / runs:.1f} % (< {100 * upper:.1f})"
