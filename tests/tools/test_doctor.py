"""The doctor sees what is there, what is too old and what is missing, and says how to get it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from crossfade.tools.doctor import _FIXED_IN, Check, examine, output_of

GOOD = {
    "java": 'openjdk version "21.0.2" 2024-01-16\nOpenJDK Runtime Environment (build 21)\n',
    "javac": "javac 21.0.2\n",
    "git": "git version 2.39.5\n",
    "mvn": "\x1b[1mApache Maven 3.9.6 (bc0240f)\x1b[m\nJava version: 21.0.2, vendor: Debian\n",
}


def checks(outputs: dict[str, str | None]) -> dict[str, Check]:
    """All checks by name on a machine whose tools print this."""
    return {check.name: check for check in examine(lambda command: outputs[command[0]])}


def test_a_machine_with_everything() -> None:
    """Every check is ok, with the version found."""
    found = checks(dict(GOOD))
    assert all(check.ok for check in found.values())
    assert [found[name].found for name in ("java", "javac", "mvn", "mvn's java")] == ["21.0", "21.0", "3.9", "21.0"]
    assert all(check.needed_for and check.fix for check in found.values())


@pytest.mark.parametrize(
    ("tool", "output", "name", "found", "fix"),
    [
        ("java", None, "java", "", "install a JDK 17 or newer (Debian: openjdk-17-jdk)"),
        ("java", 'java version "1.8.0_392"', "java", "1.8", "install a JDK 17 or newer (Debian: openjdk-17-jdk)"),
        (
            "java",
            "Picked up JAVA_TOOL_OPTIONS: -Xmx512m\n" + 'openjdk version "11.0.2"',
            "java",
            "11.0",
            "install a JDK",
        ),
        ("javac", None, "javac", "", "install a JDK, not only a JRE (Debian: openjdk-17-jdk)"),
        ("git", None, "git", "", "install git"),
        ("mvn", None, "mvn", "", "install Maven 3.8 or newer (Debian: maven)"),
        ("mvn", GOOD["mvn"].replace("3.9.6", "3.6.3"), "mvn", "3.6", "install Maven 3.8 or newer (Debian: maven)"),
        ("mvn", GOOD["mvn"].replace(": 21", ": 11"), "mvn's java", "11.0", "point JAVA_HOME at a JDK 17 or newer"),
    ],
)
def test_a_tool_that_will_not_do(tool: str, output: str | None, name: str, found: str, fix: str) -> None:
    """Missing, too old, or hidden behind what the JVM prints first; Maven may run another Java than the shell."""
    check = checks({**GOOD, tool: output})[name]
    assert (check.ok, check.found) == (False, found)
    assert check.fix.startswith(fix)


def test_a_new_major_version() -> None:
    """`openjdk version "25"` has no minor number, and will do."""
    assert checks({**GOOD, "java": 'openjdk version "25" 2025-09-16'})["java"].ok


def test_a_package_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fix names the extra that brings it."""
    monkeypatch.setattr("importlib.metadata.version", _none_installed)
    found = checks(dict(GOOD))
    assert found["mitmproxy"].fix == "pip install 'crossfade[mitmproxy]'"
    assert found["flask"].fix == found["grpcio-status"].fix == "pip install 'crossfade[demo]'"
    assert not any(found[name].ok for name in ("mitmproxy", "flask", "requests", "grpcio-status"))


@pytest.mark.parametrize(
    ("h11", "h2", "told"),
    [
        ("0.14.0", "4.1.0", "(CVE-2025-43859, CVE-2025-57804, CVE-2026-71554)"),
        ("0.16.0", "4.3.0", "(CVE-2026-71554)"),
        ("0.16.0", "4.4.1", ""),
        ("0.17", "5", ""),
    ],
)
def test_open_advisories(monkeypatch: pytest.MonkeyPatch, h11: str, h2: str, told: str) -> None:
    """Who has versions that mitmproxy 11 holds on to is told which advisories are open, and what is without them."""
    versions = {"h11": h11, "h2": h2}
    monkeypatch.setattr("importlib.metadata.version", lambda name: versions.get(name, "11.0.2"))
    engine = checks(dict(GOOD))["mitmproxy"]
    assert engine.ok
    assert told in engine.note
    assert bool(engine.note) == bool(told)
    if told:
        assert engine.note.startswith(f"h11 {h11} and h2 {h2} have ")
        assert engine.note.endswith("Python 3.12 or newer gets versions without them")


def test_the_documents_name_the_same_advisories() -> None:
    """SECURITY.md says of each what the engine does about it."""
    text = (Path(__file__).parents[2] / "SECURITY.md").read_text()
    for package, fixed, advisory in _FIXED_IN:
        assert f"| {advisory} | {package} before {'.'.join(map(str, fixed))} |" in text


def _none_installed(name: str) -> str:
    from importlib.metadata import PackageNotFoundError  # noqa: PLC0415

    raise PackageNotFoundError(name)


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts a script named ``tool`` on a PATH that has nothing else."""

    def tool(script: str) -> None:
        path = tmp_path / "tool"
        path.write_text(script)
        path.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))

    return tool


def test_output_of(tool: Callable[[str], None]) -> None:
    """Both streams: java prints its version to standard error."""
    tool("#!/bin/sh\necho out\necho err >&2\n")
    assert output_of(["tool"]) == "out\nerr\n"


@pytest.mark.parametrize("script", ["#!/bin/sh\nexit 1\n", "#!/no/such/interpreter\n"])
def test_output_of_a_broken_tool(tool: Callable[[str], None], script: str) -> None:
    """A tool that fails or can't be started counts as missing, and so does one that is not there."""
    tool(script)
    assert output_of(["tool"]) is None
    assert output_of(["other"]) is None


def test_output_that_is_no_text(tool: Callable[[str], None]) -> None:
    """Bytes of another encoding don't end the doctor."""
    tool("#!/bin/sh\nprintf 'version \\377 17'\n")
    assert "17" in (output_of(["tool"]) or "")
