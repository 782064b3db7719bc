"""PySemantics.java against the interpreter that runs the tests."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from crossfade.codegen import pitfalls

FUZZ = Path(__file__).parent / "fuzz"
TWINS = Path(pitfalls.__file__).parent.parent / "java" / "runtime" / "PySemantics.java"


@pytest.mark.java
def test_answers_as_cpython_does() -> None:
    """10,000 inputs for each function, `make soak` 100,000: no difference but those of listed.py."""
    run = subprocess.run(
        [sys.executable, FUZZ / "run.py", "--inputs", "10000"], capture_output=True, text=True, check=False
    )
    sys.stdout.write(run.stdout)
    assert run.returncode == 0, run.stdout + run.stderr
    assert " 0 unexplained" in run.stdout.splitlines()[-1]


def test_fuzzes_every_twin() -> None:
    """A public member of PySemantics that the fuzz never calls is held against nothing."""
    members = re.findall(r"^  public static [^(=]*?(\w+)(?:\(| = )", TWINS.read_text(encoding="utf-8"), re.MULTILINE)
    calls = "".join(path.read_text(encoding="utf-8") for path in FUZZ.glob("*.java"))
    assert len(members) >= 100
    assert set(members) == set(re.findall(r"PySemantics(?:\.|::)(\w+)", calls))
