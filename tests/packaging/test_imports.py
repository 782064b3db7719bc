"""The house's import rules hold, and each of them breaks when it is broken."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOUSE = ("shadow", "codegen", "parity_tests", "reports", "tools")


def lint(folder: Path) -> tuple[int, str]:
    """The exit code of import-linter in a tree, and what it prints."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as main; main()", "--no-cache"]
    env = {**os.environ, "PYTHONPATH": str(folder / "typings"), "COLUMNS": "200"}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_the_rules_hold() -> None:
    """No import of the tree runs up the house."""
    code, output = lint(ROOT)
    assert code == 0, output
    assert " 0 broken." in output


@pytest.mark.parametrize(
    ("file", "line", "rule"),
    [
        ("codegen/pitfalls/catalogue.py", "import crossfade.shadow.errors", "Imports run down the house"),
        ("shadow/errors.py", "import crossfade.reports.route_names", "Imports run down the house"),
        ("codegen/pitfalls/catalogue.py", "import crossfade.codegen.contract", "contract and pitfalls are the ground"),
        ("codegen/cellar/__init__.py", '"""A room of which no rule knows."""', "contract and pitfalls are the ground"),
        ("reports/route_names.py", "import crossfade.codegen.java", "Nobody but tools imports the rest of codegen"),
        ("shadow/judging/drift.py", "import crossfade.shadow.evidence", "Imports run down the rooms of shadow"),
        ("shadow/cellar/__init__.py", '"""A room of which no rule knows."""', "Imports run down the rooms of shadow"),
        ("shadow/judging/drift.py", "import time", "exchange, compare, judging and bindings are pure"),
        ("shadow/exchange/records.py", "import logging", "exchange, compare, judging and bindings are pure"),
        ("shadow/capture/sink.py", "import crossfade.shadow.judging.judge", "Capture knows only exchange"),
        ("shadow/asking/order.py", "import crossfade.shadow.mirror.policy", "The two processes meet in the pipe alone"),
        ("reports/route_names.py", "import mitmproxy", "Engines stay in capture"),
        ("tools/shadow_run.py", "import crossfade.shadow.capture.mitmproxy", "Engines stay in capture"),
        ("shadow/recording/lines.py", "import crossfade.shadow.config", "A recording knows"),
        ("shadow/evidence/writer.py", "import sqlalchemy", "SQLAlchemy stays in the stores"),
        ("shadow/evidence/claims.py", "import time", "What evidence concludes is pure"),
    ],
)
def test_each_rule_can_break(tmp_path: Path, file: str, line: str, rule: str) -> None:
    """One wrong import in a copy of the tree breaks the rule that forbids it."""
    for name in (*HOUSE, "typings"):
        shutil.copytree(ROOT / name, tmp_path / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    wrong = [(file, line)] if "codegen.java" not in line else [("codegen/java/__init__.py", ""), (file, line)]
    for name, text in wrong:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        with path.open("a", encoding="utf-8") as module:
            module.write(f"\n{text}\n")
    code, output = lint(tmp_path)
    assert code == 1, output
    assert any(text.startswith(rule) and " BROKEN" in text for text in output.splitlines()), output
