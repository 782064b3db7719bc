"""Several processes share the tests by whole files, so fixtures of a module are made once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_a_file_stays_in_one_process(tmp_path: Path) -> None:
    """Two files of ten tests in two processes: each file writes one process id."""
    for name in ("one", "two"):
        lines = ["import os, pathlib, time", "import pytest", "@pytest.mark.parametrize('n', range(10))"]
        lines += [f"def test_{name}(n):", "    time.sleep(0.01)"]
        lines += [f"    pathlib.Path(r'{tmp_path}', f'{name}-{{os.getpid()}}').touch()"]
        (tmp_path / f"test_{name}.py").write_text("\n".join(lines) + "\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "2", "--dist", "loadfile"]
    command += ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path), "-p", "conftest", str(tmp_path)]
    env = {**os.environ, "PYTHONPATH": str(ROOT / "tests")}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env, cwd=tmp_path, timeout=120)
    assert "20 passed" in done.stdout, done.stdout + done.stderr
    assert sorted(path.name.partition("-")[0] for path in tmp_path.glob("*-*")) == ["one", "two"]
