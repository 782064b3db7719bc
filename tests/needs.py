"""The programs that tests run and pip does not install, and what is skipped where one is missing.

A test asks by ``@pytest.mark.needs("curl")``, by a marker that always needs some (``MARKERS``), or in its course by the
fixture ``tool``. A person who lacks a program is told at the start; CI must have all that is ``in_ci``.
"""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """``programs`` are names on PATH or patterns of a path, of which one is enough; ``tests`` is what needs it."""

    programs: tuple[str, ...]
    package: str
    tests: str
    in_ci: bool = True


TOOLS: Mapping[str, Tool] = {
    "bash": Tool(programs=("bash",), package="bash", tests="command lines of a report, pasted into a shell"),
    "chromium": Tool(
        programs=("chromium", "chromium-browser", "google-chrome"), package="chromium", tests="the report in a browser"
    ),
    "curl": Tool(programs=("curl",), package="curl", tests="curl through the proxy, curl lines of a report"),
    "etcd": Tool(programs=("etcd",), package="etcd-server", tests="weights in a real Kubernetes API server"),
    "git": Tool(programs=("git",), package="git", tests="merges of generated code"),
    "go": Tool(programs=("go",), package="golang", tests="grpcurl, buildifier, h2spec, the interop client"),
    "h2load": Tool(programs=("h2load",), package="nghttp2-client", tests="HTTP/2 load through the proxy"),
    "java": Tool(programs=("java",), package="openjdk-17-jdk", tests="everything in Java, the demo"),
    "javac": Tool(programs=("javac",), package="openjdk-17-jdk", tests="everything in Java, the demo"),
    "jdk21": Tool(
        programs=("/usr/lib/jvm/*2[1-9]*/bin/java",),
        package="openjdk-21-jdk",
        tests="virtual threads in a generated service",
        in_ci=False,  # many a distribution has one JDK only
    ),
    "kube-apiserver": Tool(
        programs=(f"{Path.home()}/.cache/crossfade-tests/kube-apiserver-*", "kube-apiserver"),
        package="none, make kube-apiserver builds it in minutes",
        tests="weights in a real Kubernetes API server",
        in_ci=False,  # which builds it where that takes no more than its share of the time
    ),
    "mvn": Tool(programs=("mvn",), package="maven", tests="everything in Java, the demo"),
    "node": Tool(programs=("node",), package="nodejs", tests="answers of Node's server"),
    "wrk": Tool(programs=("wrk",), package="wrk", tests="HTTP/1.1 load through the proxy"),
}
MARKERS: Mapping[str, tuple[str, ...]] = {
    "browser": ("chromium",),
    "java": ("java", "javac", "mvn"),
    "kubernetes": ("etcd", "go", "kube-apiserver"),
}
"""What every test with one of these markers needs."""


def find(name: str) -> str | None:
    """Where a tool is, None where it is not. Raises: KeyError: it is not in the list."""
    found = (_locate(program) for program in TOOLS[name].programs)
    return next(filter(None, found), None)


def problem(name: str, *, in_ci: bool) -> str:
    """Why a test that needs the tool can't run: one line."""
    tool = TOOLS[name]
    line = f"expected {' or '.join(tool.programs)}, got none; install it (Debian: {tool.package})"
    return f"{line}, .ci/run does" if in_ci and tool.in_ci else line


def header(*, in_ci: bool, find: Callable[[str], str | None] = find) -> list[str]:
    """The lines for the start of a run: each missing tool, and what becomes of the tests that need it."""
    missing = [(name, tool) for name, tool in TOOLS.items() if find(name) is None]
    if not missing:
        return [f"tools: all {len(TOOLS)} found, none of the tests is skipped for one"]
    return [
        f"tools: {name} is missing (Debian: {tool.package}): {tool.tests} will "
        + ("fail, CI is to run every test" if in_ci and tool.in_ci else "be skipped")
        for name, tool in missing
    ]


def _locate(program: str) -> str | None:
    if program.startswith("/"):
        return next(map(str, sorted(Path("/").glob(program[1:]))), None)
    return shutil.which(program)
