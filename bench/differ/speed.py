"""What comparing two answers costs in this checkout and in another one, in turn and in the same minute.

    git worktree add ../before COMMIT
    python bench/differ/speed.py --base ../before

Prints the CPU time of one comparison, decoding included, and how it relates to the other checkout's: the median of the
ratios by round, and their quartiles. Both run on this environment's libraries; the machine may be busy.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path
from statistics import median, quantiles
from typing import Self

from answers import CASES, FORMS, SIZES

_HERE = Path(__file__).resolve().parent
_BLOCK_S = 0.1


class Checkout:
    """A process that compares with the code of one checkout."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> Self:
        environment = {**os.environ, "PYTHONPATH": str(self._folder.resolve() / "typings")}
        self._process = subprocess.Popen(
            [sys.executable, _HERE / "timed.py"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def seconds(self, name: str, repeats: int) -> float:
        """CPU seconds of so many comparisons."""
        if self._process.stdin is None or self._process.stdout is None:
            raise AssertionError("expected pipes, got none")
        print(name, repeats, file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{self._folder}: expected a time, got an end; see above")
        return float(line)


def measured(name: str, base: Checkout, here: Checkout, rounds: int) -> tuple[float, float, list[float]]:
    """Milliseconds of one comparison there and here, and the ratios here / there."""
    repeats = max(1, int(_BLOCK_S / max(base.seconds(name, 1), 1e-5)))
    pairs = [(base.seconds(name, repeats), here.seconds(name, repeats)) for _ in range(rounds)]
    before, after = (1000 * median(side) / repeats for side in zip(*pairs, strict=True))
    return before, after, [two / one for one, two in pairs]


def main() -> None:
    """Prints the table of bench/README.md."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=Path, required=True, help="another checkout")
    parser.add_argument("--rounds", type=int, default=15)
    asked = parser.parse_args()
    print("| | before, ms | now, ms | now / before (quartiles) |\n|---|---|---|---|")
    with Checkout(asked.base) as base, Checkout(_HERE.parent.parent) as here:
        for case, meaning in CASES.items():
            for form in FORMS:
                for size in SIZES:
                    before, after, ratios = measured(f"{form}/{size}/{case}", base, here, asked.rounds)
                    low, _, high = quantiles(ratios, n=4)
                    figures = f"{before:.3f} | {after:.3f} | **{median(ratios):.2f}** ({low:.2f} to {high:.2f})"
                    print(f"| ({case}) {meaning}, {form}, {size} | {figures} |", flush=True)


if __name__ == "__main__":
    main()
