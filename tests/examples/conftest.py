"""The example's services as child processes, and its generated classes."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from crossfade.tools.demo.build import JAR, build_candidate

EXAMPLE = Path(__file__).parents[2] / "examples" / "buildqueue"


class Addresses(NamedTuple):
    """Where a service listens, each as host:port."""

    grpc: str
    http: str


class Pair(NamedTuple):
    """Legacy, the port as it is, and the port with its bugs fixed; all start from the same seed."""

    legacy: Addresses
    buggy: Addresses
    fixed: Addresses


@pytest.fixture(scope="session")
def example() -> Path:
    """The example's folder."""
    return EXAMPLE


@pytest.fixture(scope="session")
def env(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """An environment in which the example's classes are generated once."""
    return {**os.environ, "BUILDQUEUE_GEN_DIR": str(tmp_path_factory.mktemp("gen"))}


@pytest.fixture(scope="session")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data with which the services start."""
    folder = tmp_path_factory.mktemp("seed")
    subprocess.run([sys.executable, str(EXAMPLE / "seed"), str(folder)], check=True)
    return folder


@pytest.fixture(scope="session")
def legacy(seed: Path, env: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Addresses]:
    """A running legacy."""
    with _service(_python(), tmp_path_factory.mktemp("db"), seed, env) as addresses:
        yield addresses


@pytest.fixture(scope="session")
def jar(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The candidate, built by Maven."""
    return build_candidate(EXAMPLE, tmp_path_factory.mktemp("candidate")) / JAR


@pytest.fixture(scope="module")
def pair(jar: Path, seed: Path, env: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Three services that nobody has written to."""
    with ExitStack() as stack:

        def start(command: list[str], fixed: str) -> Addresses:
            folder = tmp_path_factory.mktemp("db")
            return stack.enter_context(_service(command, folder, seed, {**env, "BUILDQUEUE_FIXED": fixed}))

        java = ["java", "-XX:TieredStopAtLevel=1", "-jar", str(jar)]
        yield Pair(legacy=start(_python(), "0"), buggy=start(java, "0"), fixed=start(java, "1"))


def _python() -> list[str]:
    return [sys.executable, str(EXAMPLE / "legacy")]


@contextmanager
def _service(command: list[str], folder: Path, seed: Path, env: Mapping[str, str]) -> Iterator[Addresses]:
    flags = ["--grpc-port=0", "--http-port=0", f"--db={folder / 'queue.sqlite'}", f"--seed-dir={seed}"]
    with (
        (folder / "service.log").open("w") as log,
        subprocess.Popen([*command, *flags], stdout=subprocess.PIPE, stderr=log, text=True, env=env) as process,
    ):
        assert process.stdout is not None
        try:
            ready = re.search(r"READY grpc=(\d+) http=(\d+)", process.stdout.readline())
            assert ready is not None
            yield Addresses(f"127.0.0.1:{ready[1]}", f"127.0.0.1:{ready[2]}")
        finally:
            process.terminate()
        assert process.wait(timeout=20) in {0, 143}  # a JVM tells the signal
