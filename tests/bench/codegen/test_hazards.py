"""The measurement of a scan, on the example's legacy."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from crossfade import examples

BENCH = Path(__file__).parents[3] / "bench" / "codegen" / "hazards.py"
EXAMPLE = Path(examples.__file__).parent / "buildqueue"


@pytest.mark.slow
def test_prints_figures_and_a_sample() -> None:
    """Time, lines, notes per handler, the longest stub, and the same notes for the same seed."""
    words = ["--source", EXAMPLE / "legacy", "--proto-root", EXAMPLE / "proto", "--sample", "5"]
    first, second = (
        subprocess.run([sys.executable, BENCH, *words], capture_output=True, text=True, check=False).stdout
        for _ in range(2)
    )
    assert re.search(r"^\d+ lines of Python, 9 RPCs, 9 of them found$", first, re.MULTILINE)
    assert re.search(r"s of CPU for 100,000 lines$", first, re.MULTILINE)
    assert re.search(r"^of them in its stub: \d+ to \d+, ", first, re.MULTILINE)
    assert re.search(r"^longest stub: \d+ lines$", first, re.MULTILINE)
    notes = re.findall(r"^[A-K]\d+ \S+\.py:\d+", first, re.MULTILINE)
    assert len(notes) == 5
    assert notes == re.findall(r"^[A-K]\d+ \S+\.py:\d+", second, re.MULTILINE)
