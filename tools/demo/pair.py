"""The example's pair of services: its data, its processes, its config."""

import re
import shutil
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from crossfade.shadow.errors import ShadowError
from crossfade.tools.commands.init import write_key
from crossfade.tools.demo.build import JAR
from crossfade.tools.demo.servers import Server, server

_TOKEN_KEY = "00112233445566778899aabbccddeeff"  # noqa: S105 - of the demo alone
_READY = r"READY grpc=(?P<grpc>\d+) http=(?P<http>\d+)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The example's processes."""

    legacy: Server
    secondary: Server
    candidate: Server


def example_folder() -> Path:
    """The example's sources: in a checkout its folder, in an installed wheel a copy of it."""
    return Path(str(resources.files("crossfade.examples"))) / "buildqueue"


def write_seed(example: Path, work: Path) -> Path:
    """The data with which both sides start."""
    seed = work / "seed"
    subprocess.run([sys.executable, str(example / "seed"), str(seed)], check=True)  # noqa: S603 - our own command
    return seed


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """Which of the candidate's bugs are in: with ``fixed`` none, with ``bug`` the planted one of this name alone.

    ``pool``: how many client requests in a second its pool holds, None for any number.
    """

    fixed: bool = False
    bug: str = ""
    pool: int | None = None

    def environment(self) -> dict[str, str]:
        """What the candidate reads."""
        found = {"BUILDQUEUE_FIXED": "1" if self.fixed else "0"}
        if self.bug:
            found["BUILDQUEUE_BUGS"] = self.bug
        if self.pool is not None:
            found["BUILDQUEUE_POOL"] = str(self.pool)
        return found


@contextmanager
def running_pair(  # noqa: PLR0913 - where things are, and what they are
    example: Path, candidate: Path, seed: Path, work: Path, *, port: Port, shared: bool = False
) -> Iterator[Pair]:
    """Both services and the secondary, with data below ``work``, until the block ends.

    Each side has data of its own, unless it is ``shared`` by all.
    Raises: ShadowError: there is no Java, or one of them does not start.
    """
    gen = {"BUILDQUEUE_GEN_DIR": str(work / "gen")}
    legacy_command = [sys.executable, str(example / "legacy")]
    database = "shared" if shared else ""
    with ExitStack() as stack:

        def legacy(name: str) -> Server:
            return stack.enter_context(_running(legacy_command, name, seed, work, gen, database=database))

        first = legacy("legacy")
        yield Pair(
            candidate=stack.enter_context(running_candidate(candidate, seed, work, port=port, database=database)),
            legacy=first,
            secondary=legacy("secondary"),
        )


@contextmanager
def running_candidate(candidate: Path, seed: Path, work: Path, *, port: Port, database: str = "") -> Iterator[Server]:
    """The candidate alone, as ``running_pair`` starts it. Raises: ShadowError."""
    java = shutil.which("java")
    if java is None:
        raise ShadowError("java: expected a JDK 17 or newer, got none; run `crossfade doctor`", exit_code=4)
    command = [java, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-jar", str(candidate / JAR)]
    with _running(command, "candidate", seed, work, port.environment(), database=database) as running:
        yield running


@contextmanager
def _running(  # noqa: PLR0913 - a process
    command: list[str], name: str, seed: Path, work: Path, env: Mapping[str, str], *, database: str
) -> Iterator[Server]:
    data = work / "data"
    data.mkdir(parents=True, exist_ok=True)
    flags = ["--grpc-port=0", "--http-port=0", f"--db={data / (database or name)}.sqlite", f"--seed-dir={seed}"]
    shared = {"BUILDQUEUE_TOKEN_KEY": _TOKEN_KEY} if database else {}
    with server([*command, *flags], pattern=_READY, log=work / f"{name}.log", env={**env, **shared}) as running:
        yield running


def write_config(example: Path, work: Path, pair: Pair, name: str = "crossfade.toml") -> Path:
    """One of the example's own configs with the ports of this run in place of its fixed ones."""
    text = (example / name).read_text(encoding="utf-8")
    ports = _ports_of_run(text, pair)
    text = re.sub(r':(\d+)"', lambda fixed: f':{ports[fixed[1]]}"', text)
    text = text.replace('"proto', f'"{(example / "proto").as_posix()}')
    path = work / name
    path.write_text(text, encoding="utf-8")
    if not (key := work / ".crossfade" / "redaction.key").exists():
        write_key(key)
    return path


def _ports_of_run(text: str, pair: Pair) -> dict[str, object]:
    """By fixed port: the ones that the sides have taken, and free ones for the proxy."""
    config = tomllib.loads(text)
    own = (config[name]["address"] for name in ("admin", "canary") if name in config)
    ports: dict[str, object] = {address: free_port() for address in own}
    for listen in config["listen"]:
        ports[listen["address"]] = free_port()
        for side in ("legacy", "candidate", "secondary"):
            ports[listen[side]] = getattr(pair, side).ready[listen["name"]]
    return {address.rpartition(":")[2]: port for address, port in ports.items()}


def free_port() -> int:
    """A port that nobody had a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
