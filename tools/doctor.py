"""What a machine has and lacks for each job. Looks, and changes nothing."""

import importlib.metadata
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """Where a tool names its version, and the oldest that will do."""

    pattern: re.Pattern[str]
    at_least: tuple[int, int]


# Each pattern names its tool: JAVA_TOOL_OPTIONS and a colourful Maven print more than a version.
_VERSION = r"(\d+)(?:\.(\d+))?"
_JAVA = _Wanted(pattern=re.compile(rf'version "{_VERSION}'), at_least=(17, 0))
_JAVAC = _Wanted(pattern=re.compile(rf"^javac {_VERSION}", re.MULTILINE), at_least=(17, 0))
_MAVEN = _Wanted(pattern=re.compile(rf"Apache Maven {_VERSION}"), at_least=(3, 8))
_MAVENS_JAVA = _Wanted(pattern=re.compile(rf"^Java version: {_VERSION}", re.MULTILINE), at_least=(17, 0))
_FIXED_IN = (
    ("h11", (0, 16), "CVE-2025-43859"),
    ("h2", (4, 3), "CVE-2025-57804"),
    ("h2", (4, 4, 1), "CVE-2026-71554"),
)
"""Smuggling: the package, the first version without the advisory, its name. SECURITY.md has the same list."""

_DEMO = ("flask", "requests", "grpcio-health-checking", "grpcio-status")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing looked for, which the job ``needed_for`` needs.

    ``fix`` is what to install where it is missing, ``note`` what to know where it is not.
    """

    name: str
    found: str
    ok: bool
    needed_for: str
    only_for_demo: bool
    fix: str
    note: str = ""


Run = Callable[[list[str]], str | None]


def examine(run: Run | None = None) -> tuple[Check, ...]:
    """All checks; ``run`` gives a command's output, or None where it can't be started."""
    run = run or output_of
    maven = run(["mvn", "-v"])
    return (
        _python(),
        replace(_package("mitmproxy", "shadow: the engine", "mitmproxy"), note=_advisories()),
        *demo_packages(),
        _tool("java", run(["java", "-version"]), _JAVA, "install a JDK 17 or newer (Debian: openjdk-17-jdk)"),
        _tool("javac", run(["javac", "-version"]), _JAVAC, "install a JDK, not only a JRE (Debian: openjdk-17-jdk)"),
        _tool("mvn", maven, _MAVEN, "install Maven 3.8 or newer (Debian: maven)"),
        _git(run(["git", "--version"])),
        _tool("mvn's java", maven, _MAVENS_JAVA, "point JAVA_HOME at a JDK 17 or newer"),
    )


def demo_packages() -> tuple[Check, ...]:
    """The packages of the extra ``demo``."""
    return tuple(_package(name, "the example's legacy service", "demo") for name in _DEMO)


def output_of(command: list[str]) -> str | None:
    """What a command prints (both streams), or None where it is missing or fails."""
    if shutil.which(command[0]) is None:
        return None
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=30, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout + done.stderr if done.returncode == 0 else None


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    ok = sys.version_info >= (3, 11)
    fix = "install Python 3.11 or newer"
    return Check(name="python", found=version, ok=ok, needed_for="everything", only_for_demo=False, fix=fix)


def _git(output: str | None) -> Check:
    found = (output or "").removeprefix("git version ").strip()
    fix = "install git (Debian: git)"
    needed_for = "generate: merging what you changed"
    return Check(name="git", found=found, ok=bool(found), needed_for=needed_for, only_for_demo=True, fix=fix)


def _package(name: str, needed_for: str, extra: str) -> Check:
    found = _version_of(name)
    fix = f"pip install 'crossfade[{extra}]'"
    only_for_demo = extra == "demo"
    return Check(name=name, found=found, ok=bool(found), needed_for=needed_for, only_for_demo=only_for_demo, fix=fix)


def _advisories() -> str:
    """What is open in the versions that mitmproxy 11 holds on to, "" where nothing is."""
    found = {name: _version_of(name) for name, _, _ in _FIXED_IN}
    advisories = [advisory for name, fixed, advisory in _FIXED_IN if found[name] and _numbers(found[name]) < fixed]
    if not advisories:
        return ""
    versions = " and ".join(f"{name} {version}" for name, version in found.items())
    return (
        f"{versions} have open advisories ({', '.join(advisories)}); the engine refuses such requests itself, "
        "see SECURITY.md. Python 3.12 or newer gets versions without them"
    )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def _version_of(package: str) -> str:
    """The version that is installed, or ""."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _tool(name: str, output: str | None, wanted: _Wanted, fix: str) -> Check:
    match = wanted.pattern.search(output or "")
    version = tuple(int(part) for part in match.groups(default="0")) if match else ()
    found = ".".join(map(str, version))
    ok = version >= wanted.at_least
    return Check(name=name, found=found, ok=ok, needed_for="the example's candidate", only_for_demo=True, fix=fix)
