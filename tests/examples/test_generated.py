"""The candidate in the repository is what the generator writes today."""

import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from crossfade.tools.cli import main


def test_the_line_of_the_readme_changes_nothing(example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command that keeps the candidate up to date finds it so; after a change of the contract it does not."""
    readme = (example / "README.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"^cd examples/buildqueue && crossfade (generate .*)$", readme, re.MULTILINE)
    copy = tmp_path / "buildqueue"
    shutil.copytree(example, copy, ignore=shutil.ignore_patterns("target", "__pycache__"))
    monkeypatch.chdir(copy)
    found = CliRunner().invoke(main, [*shlex.split(line), "--check"])
    assert (found.exit_code, found.output.splitlines()[-1]) == (0, "nothing to do: candidate is up to date")
    proto = copy / "proto" / "ci" / "builds" / "v1" / "builds.proto"
    proto.write_text(proto.read_text(encoding="utf-8") + "\n// changed\n", encoding="utf-8")
    assert CliRunner().invoke(main, [*shlex.split(line), "--check"]).exit_code == 1
