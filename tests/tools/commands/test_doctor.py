"""crossfade doctor prints what it found, and exits 4 where more than the demo misses something."""

import importlib.metadata
import json
from pathlib import Path
from typing import Any

import pytest

JAVA = "#!/bin/sh\necho 'openjdk version \"21.0.1\"' >&2\n"
JAVAC = "#!/bin/sh\necho javac 21.0.1\n"
GIT = "#!/bin/sh\necho git version 2.39.5\n"
MAVEN = "#!/bin/sh\necho Apache Maven 3.9.6\necho Java version: 21.0.1, vendor: x\n"


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH with a JDK, Maven and git, and nothing else."""
    for name, script in (("java", JAVA), ("javac", JAVAC), ("mvn", MAVEN), ("git", GIT)):
        (tmp_path / name).write_text(script)
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("tools")
def test_nothing_is_missing(invoke: Any) -> None:
    """Exit 0; no line asks for anything."""
    result = invoke("doctor")
    assert result.exit_code == 0
    assert "missing" not in result.output
    assert "install" not in result.output


def test_no_maven(invoke: Any, tools: Path) -> None:
    """Only the demo needs it: exit 0. The last lines say what to install, unbroken however narrow the terminal."""
    (tools / "mvn").unlink()
    result = invoke("doctor")
    assert result.exit_code == 0
    own, _, demo = result.output.partition("\nonly for the demo and generate\n")
    assert "missing" not in own
    assert "missing" in demo
    assert "mvn: install Maven 3.8 or newer (Debian: maven)\n" in result.output
    assert "mvn's java: point JAVA_HOME at a JDK 17 or newer\n" in result.output


def test_an_old_java(invoke: Any, tools: Path) -> None:
    """What was found is shown."""
    (tools / "java").write_text(JAVA.replace("21", "11"))
    result = invoke("doctor")
    assert result.exit_code == 0
    assert "11.0" in result.output
    assert "java: install a JDK 17 or newer (Debian: openjdk-17-jdk)\n" in result.output


@pytest.mark.usefixtures("tools")
def test_no_engine(invoke: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it there is no run: exit 4, in the table and for a program."""
    installed = importlib.metadata.version

    def version(name: str) -> str:
        if name == "mitmproxy":
            raise importlib.metadata.PackageNotFoundError(name)
        return installed(name)

    monkeypatch.setattr("importlib.metadata.version", version)
    result = invoke("doctor")
    assert result.exit_code == 4
    assert (
        "mitmproxy: pip install 'crossfade[mitmproxy]'\n"
        in result.output.partition("only for the demo and generate")[0]
    )
    assert invoke("doctor", "--json").exit_code == 4


def test_json(invoke: Any, tools: Path) -> None:
    """A program reads the same, and what is missing only for the demo."""
    (tools / "javac").unlink()
    result = invoke("doctor", "--json")
    assert result.exit_code == 0
    checks = {check["name"]: check for check in json.loads(result.stdout)}
    assert [name for name, check in checks.items() if not check["ok"]] == ["javac"]
    assert checks["javac"]["fix"] == "install a JDK, not only a JRE (Debian: openjdk-17-jdk)"
    assert checks["mvn"]["found"] == "3.9"
    assert [name for name, check in checks.items() if not check["only_for_demo"]] == ["python", "mitmproxy"]
