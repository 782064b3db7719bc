"""The example's services as child processes, and its generated classes."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

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


@pytest.fixture(scope="module")
def pair(
    candidate_jar: Path, seed: Path, env: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    """Three services that nobody has written to."""
    with ExitStack() as stack:

        def start(command: list[str], fixed: str) -> Addresses:
            folder = tmp_path_factory.mktemp("db")
            return stack.enter_context(_service(command, folder, seed, {**env, "BUILDQUEUE_FIXED": fixed}))

        yield Pair(
            legacy=start(_python(), "0"), buggy=start(_java(candidate_jar), "0"), fixed=start(_java(candidate_jar), "1")
        )


@pytest.fixture(scope="session")
def service(
    candidate_jar: Path, seed: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, Mapping[str, str]], AbstractContextManager[Addresses]]:
    """Starts one of the services on a database of its own."""

    def start(side: str, env: Mapping[str, str]) -> AbstractContextManager[Addresses]:
        command = _python() if side == "legacy" else _java(candidate_jar)
        return _service(command, tmp_path_factory.mktemp("db"), seed, env)

    return start


def _java(jar: Path) -> list[str]:
    return ["java", "-XX:TieredStopAtLevel=1", "-jar", str(jar)]


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
            ready = next(filter(None, (re.search(r"READY grpc=(\d+) http=(\d+)", line) for line in process.stdout)))
            reader = threading.Thread(target=process.stdout.read)  # a log that nobody reads would stop it
            reader.start()
            yield Addresses(f"127.0.0.1:{ready[1]}", f"127.0.0.1:{ready[2]}")
        finally:
            process.terminate()
        reader.join(20)
        assert process.wait(timeout=20) == 0
