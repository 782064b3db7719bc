"""What a person is told who lacks a tool."""

import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

TESTS = Path(__file__).parent
ASKED = re.compile(r"""mark\.needs\(([^)]*)\)|tool\((["']\w+["'])\)""")


def test_nothing_is_missing(needs: ModuleType) -> None:
    """One line that says so."""
    (line,) = needs.header(in_ci=False, find=lambda name: f"/usr/bin/{name}")
    assert line == f"tools: all {len(needs.TOOLS)} found, none of the tests is skipped for one"


def test_what_is_missing(needs: ModuleType) -> None:
    """A line for each tool: what brings it, and what is skipped; CI skips only what it need not have."""

    def find(name: str) -> str | None:
        return None if name in {"chromium", "jdk21"} else "/usr/bin/it"

    browser, threads = (
        "tools: chromium is missing (Debian: chromium): the report in a browser will ",
        "tools: jdk21 is missing (Debian: openjdk-21-jdk): virtual threads in a generated service will ",
    )
    assert needs.header(in_ci=False, find=find) == [f"{browser}be skipped", f"{threads}be skipped"]
    assert needs.header(in_ci=True, find=find) == [
        f"{browser}fail, CI is to run every test",
        f"{threads}be skipped",
    ]


def test_one_of_several_programs_is_enough(needs: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last name of a browser is as good as the first; an empty PATH has none."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert needs.find("chromium") is None
    (tmp_path / "google-chrome").write_text("#!/bin/sh\n")
    (tmp_path / "google-chrome").chmod(0o755)
    assert needs.find("chromium") == str(tmp_path / "google-chrome")


def test_every_tool_is_needed_by_a_test(needs: ModuleType) -> None:
    """The list and what tests ask for are the same, so what a run says at its start is all."""
    texts = [path.read_text(encoding="utf-8") for path in TESTS.rglob("*.py") if path != Path(__file__)]
    asked = {name for text in texts for found in ASKED.findall(text) for name in re.findall(r"\w+", "".join(found))}
    assert asked | {name for names in needs.MARKERS.values() for name in names} == set(needs.TOOLS)


def test_the_devcontainer_has_all_that_ci_has(needs: ModuleType) -> None:
    """Its image brings bash and git, the Dockerfile the rest."""
    text = (TESTS.parent / ".devcontainer" / "Dockerfile").read_text(encoding="utf-8")
    wanted = {tool.package for name, tool in needs.TOOLS.items() if tool.in_ci and name not in {"bash", "git"}}
    assert {package for package in wanted if package not in text} == set()


@pytest.mark.parametrize(
    ("variables", "said", "outcome"),
    [
        ({}, "node is missing (Debian: nodejs): answers of Node's server will be skipped", "1 skipped"),
        ({"CI": "true"}, "node is missing (Debian: nodejs): answers of Node's server will fail", "1 error"),
    ],
)
def test_a_run_without_a_tool(tmp_path: Path, variables: dict[str, str], said: str, outcome: str) -> None:
    """It begins with what is missing; a test that needs it is skipped, in CI it fails."""
    (tmp_path / "test_it.py").write_text('import pytest\n@pytest.mark.needs("node")\ndef test_it(): assert False\n')
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--confcutdir", str(tmp_path)]
    command += ["-c", str(TESTS.parent / "pyproject.toml"), "-p", "conftest", str(tmp_path / "test_it.py")]
    env = {"PATH": str(tmp_path), "PYTHONPATH": str(TESTS), "HOME": str(tmp_path), **variables}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env, cwd=tmp_path, timeout=120)
    assert said in done.stdout
    assert re.search(rf"=+ {outcome} in", done.stdout), done.stdout
