"""The demo: the whole main job on the example pair, and a check of what it found."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from crossfade.reports.report import Report
from crossfade.shadow.config import Config, load_config
from crossfade.shadow.errors import ShadowError
from crossfade.tools.demo.build import build_candidate
from crossfade.tools.demo.expected import Hunt, count_mismatches, hunt, read_planted
from crossfade.tools.demo.pair import Pair, Port, example_folder, running_pair, write_config, write_seed
from crossfade.tools.demo.servers import Server, server
from crossfade.tools.doctor import Check, demo_packages
from crossfade.tools.evidence_view import report_of

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
    seed = write_seed(example, settings.work)
    with running_pair(example, candidate, seed, settings.work, port=Port(fixed=settings.fixed)) as pair:
        config_path = write_config(example, settings.work, pair)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    counts: Mapping[str, int]
    errors: tuple[str, ...]


def _forget_old_run(work: Path) -> None:
    shutil.rmtree(work / "data", ignore_errors=True)
    for path in (work / ".crossfade").glob("evidence.sqlite*"):
        path.unlink()


def _mirrored_traffic(
    example: Path, settings: DemoSettings, config_path: Path, pair: Pair, say: Callable[[str], None]
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
