"""The demo: the whole main job on the example pair, and a check of what it found."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from crossfade.reports.report import Report
from crossfade.shadow.config import Config, load_config
from crossfade.shadow.errors import ShadowError
from crossfade.tools.commands.init import write_key
from crossfade.tools.demo.build import JAR, build_candidate
from crossfade.tools.demo.expected import Hunt, count_mismatches, hunt, read_planted
from crossfade.tools.demo.servers import Server, server
from crossfade.tools.doctor import Check, demo_packages
from crossfade.tools.evidence_view import report_of

_READY = r"READY grpc=(?P<grpc>\d+) http=(?P<http>\d+)"
_CLIENT_S = 1800.0  # on a busy machine the client waits for the proxy


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSettings:
    """``work`` is the folder for everything the demo writes, but for ``build``, where the candidate is built once.

    ``fixed`` turns the planted bugs off, which needs no other build.
    ``kill_candidate_after_s`` ends the candidate like a crash that long after the client began; None never.
    """

    work: Path
    build: Path
    fixed: bool
    kill_candidate_after_s: float | None
    requests_per_route: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoResult:
    """What was reported, what of the planted was found, and what did not add up (one line each)."""

    config: Config
    report: Report
    hunt: Hunt
    mismatches: tuple[str, ...]
    client_errors: tuple[str, ...]
    clients: Mapping[str, int]


def run_demo(settings: DemoSettings, say: Callable[[str], None]) -> DemoResult:
    """Builds, starts, plays the traffic, ends everything, and reads the evidence.

    Raises: ShadowError: something is not installed, or could not be built or started.
    """
    check_extra(demo_packages())
    example = example_folder()
    for folder in (settings.work, settings.build):
        folder.mkdir(parents=True, exist_ok=True)
    say("building the Java candidate (mvn package; cached afterwards)")
    candidate = build_candidate(example, settings.build)
    _forget_old_run(settings.work)
    seed = _write_seed(example, settings.work)
    with _pair(example, candidate, seed, settings) as pair:
        config_path = _write_config(example, settings.work, pair)
        sent = _mirrored_traffic(example, settings, config_path, pair, say)
    config = load_config(config_path)
    report = report_of(config, None)
    return DemoResult(
        config=config,
        report=report,
        hunt=hunt(report, read_planted(example / "divergences.toml")),
        mismatches=count_mismatches(report, sent.counts),
        client_errors=sent.errors,
        clients=sent.counts,
    )


def check_extra(packages: Iterable[Check]) -> None:
    """Looks for the example's libraries before the long build. Raises: ShadowError: one is not there."""
    missing = [check for check in packages if not check.ok]
    if missing:
        names = ", ".join(check.name for check in missing)
        raise ShadowError(f"demo: expected {names}, got none; {missing[0].fix}", exit_code=4)


def example_folder() -> Path:
    """The example's sources: in a checkout its folder, in an installed wheel a copy of it."""
    return Path(str(resources.files("crossfade.examples"))) / "buildqueue"


def _write_seed(example: Path, work: Path) -> Path:
    """The data with which both sides start."""
    seed = work / "seed"
    subprocess.run([sys.executable, str(example / "seed"), str(seed)], check=True)  # noqa: S603 - our own command
    return seed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    legacy: Server
    secondary: Server
    candidate: Server


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    counts: Mapping[str, int]
    errors: tuple[str, ...]


@contextmanager
def _pair(example: Path, candidate: Path, seed: Path, settings: DemoSettings) -> Iterator[_Pair]:
    work = settings.work
    data = work / "data"
    data.mkdir(exist_ok=True)

    def flags(name: str) -> list[str]:
        return ["--grpc-port=0", "--http-port=0", f"--db={data / name}.sqlite", f"--seed-dir={seed}"]

    legacy_command = [sys.executable, str(example / "legacy")]
    java = shutil.which("java")
    if java is None:
        raise ShadowError("java: expected a JDK 17 or newer, got none; run `crossfade doctor`", exit_code=4)
    java_command = [java, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-jar", str(candidate / JAR)]
    fixed = {"BUILDQUEUE_FIXED": "1" if settings.fixed else "0"}
    gen = {"BUILDQUEUE_GEN_DIR": str(work / "gen")}
    with ExitStack() as stack:

        def start(name: str, command: list[str], env: Mapping[str, str]) -> Server:
            log = work / f"{name}.log"
            return stack.enter_context(server([*command, *flags(name)], pattern=_READY, log=log, env=env))

        yield _Pair(
            candidate=start("candidate", java_command, fixed),
            legacy=start("legacy", legacy_command, gen),
            secondary=start("secondary", legacy_command, gen),
        )


def _forget_old_run(work: Path) -> None:
    shutil.rmtree(work / "data", ignore_errors=True)
    for path in (work / ".crossfade").glob("evidence.sqlite*"):
        path.unlink()


def _write_config(example: Path, work: Path, pair: _Pair) -> Path:
    """The example's own config with the ports of this run in place of its fixed ones."""
    text = (example / "crossfade.toml").read_text(encoding="utf-8")
    ports = _ports_of_run(text, pair)
    text = re.sub(r':(\d+)"', lambda fixed: f':{ports[fixed[1]]}"', text)
    text = text.replace('"proto', f'"{(example / "proto").as_posix()}')
    path = work / "crossfade.toml"
    path.write_text(text, encoding="utf-8")
    if not (key := work / ".crossfade" / "redaction.key").exists():
        write_key(key)
    return path


def _ports_of_run(text: str, pair: _Pair) -> dict[str, object]:
    """By fixed port: the ones that the sides have taken, and free ones for the proxy."""
    config = tomllib.loads(text)
    ports: dict[str, object] = {config["admin"]["address"]: _free_port()}
    for listen in config["listen"]:
        ports[listen["address"]] = _free_port()
        for side in ("legacy", "candidate", "secondary"):
            ports[listen[side]] = getattr(pair, side).ready[listen["name"]]
    return {address.rpartition(":")[2]: port for address, port in ports.items()}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _mirrored_traffic(
    example: Path, settings: DemoSettings, config_path: Path, pair: _Pair, say: Callable[[str], None]
) -> _Sent:
    config = load_config(config_path)
    address = {listen.name: listen.address for listen in config.listen} | {"admin": config.admin.address or ""}
    command = [sys.executable, "-m", "crossfade.tools.cli", "shadow", "--config", str(config_path)]
    log = settings.work / "shadow.log"
    with server(command, pattern=r"^run \S+: mirroring", log=log) as shadow:
        say("playing real traffic over gRPC and HTTP")
        killer = _kill_later(pair.candidate, settings.kill_candidate_after_s)
        sent = _play(example, settings, address)
        if killer is not None:
            killer.cancel()
        code = shadow.stop(signal.SIGTERM)
    if code:
        raise ShadowError(f"crossfade shadow: expected exit 0, got {code}; see {log}", exit_code=4)
    return sent


def _kill_later(candidate: Server, after_s: float | None) -> threading.Timer | None:
    if after_s is None:
        return None
    timer = threading.Timer(after_s, candidate.kill)
    timer.start()
    return timer


def _play(example: Path, settings: DemoSettings, address: Mapping[str, str]) -> _Sent:
    """Runs the client program to its end and reads what it counted."""
    output = settings.work / "client.json"
    output.unlink(missing_ok=True)
    command = [sys.executable, str(example / "client")]
    command += ["--grpc", address["grpc"], "--http", f"http://{address['http']}", "--json", str(output)]
    command += ["--metrics", f"http://{address['admin']}/metrics"]
    if settings.requests_per_route is not None:
        command += ["--requests-per-route", str(settings.requests_per_route)]
    log = settings.work / "client.log"
    env = {**os.environ, "BUILDQUEUE_GEN_DIR": str(settings.work / "gen")}
    with log.open("w", encoding="utf-8") as text:
        done = subprocess.run(  # noqa: S603 - our own command
            command, stdout=text, stderr=subprocess.STDOUT, timeout=_CLIENT_S, check=False, env=env
        )
    if done.returncode or not output.exists():
        raise ShadowError(f"client: expected exit 0, got {done.returncode}; see {log}", exit_code=4)
    routes = json.loads(output.read_text(encoding="utf-8"))["routes"]
    errors = tuple(f"{name}: {counts['errors']} errors" for name, counts in routes.items() if counts["errors"])
    return _Sent(counts={name: counts["sent"] for name, counts in routes.items()}, errors=errors)
