"""PySemantics.java against the interpreter that runs the tests."""

import subprocess
import sys
from pathlib import Path

import pytest

RUN = Path(__file__).parent / "fuzz" / "run.py"


@pytest.mark.java
def test_answers_as_cpython_does() -> None:
    """100,000 inputs for each function: no difference but those of listed.py; the figures stand in the output."""
    run = subprocess.run([sys.executable, RUN], capture_output=True, text=True, check=False)
    sys.stdout.write(run.stdout)
    assert run.returncode == 0, run.stdout + run.stderr
    assert " 0 unexplained" in run.stdout.splitlines()[-1]
