"""The demo of a canary: the fixed port is proven in the shadow, then clients move to it, or back."""

import contextlib
import secrets
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from msgspec import json

from crossfade.shadow.canary.control.client import Client
from crossfade.shadow.canary.control.status import RouteStatus
from crossfade.shadow.config import Config, load_config
from crossfade.shadow.errors import ShadowError
from crossfade.tools.demo.build import build_candidate
from crossfade.tools.demo.pair import Port, example_folder, running_pair, write_config, write_seed
from crossfade.tools.demo.run import DemoResult, DemoSettings, run_demo
from crossfade.tools.demo.servers import Server, server

_POLL_S = 0.5
_ENDED = frozenset({"Completed", "Aborted", "Degraded"})
_POOL = 0.28  # of the requests in a second: more than a quarter of them, and half of them nearly twice

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryDemoSettings:
    """``late_bug`` gives the port a pool that is too small for half of the clients.

    ``rate`` is the number of client requests in a second. ``limit_s`` is when the demo gives up.
    """

    work: Path
    build: Path
    fixed: bool
    late_bug: bool
    rate: float
    limit_s: float = 900.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryDemoResult:
    """How the routes ended, what the visitors met, and the config under which it ran."""

    config_path: Path
    is_fixed: bool
    shadow: DemoResult
    routes: tuple[RouteStatus, ...]
    visitors: Mapping[str, Any]


def run_canary_demo(settings: CanaryDemoSettings, say: Say) -> CanaryDemoResult:
    """Proves the port in the shadow, then moves clients until each route is complete, back, or held.

    Raises: ShadowError: something is not installed, or could not be built or started.
    """
    shutil.rmtree(settings.work / ".crossfade", ignore_errors=True)  # with the journal of a rollout before
    say("first the shadow: both sides get the same requests, and nobody but legacy answers clients")
    shadow = run_demo(
        DemoSettings(
            work=settings.work,
            build=settings.build,
            fixed=settings.fixed,
            kill_candidate_after_s=None,
            requests_per_route=None,
        ),
        say,
    )
    example = example_folder()
    candidate = build_candidate(example, settings.build)
    seed = write_seed(example, settings.work)
    port = Port(fixed=settings.fixed, pool=round(_POOL * settings.rate) if settings.late_bug else None)
    with running_pair(example, candidate, seed, settings.work, port=port, shared=True) as pair:
        config_path = write_config(example, settings.work, pair, "canary.toml")
        routes, visitors = _moved(example, settings, config_path, say)
    return CanaryDemoResult(
        config_path=config_path, is_fixed=settings.fixed, shadow=shadow, routes=routes, visitors=visitors
    )


def _moved(
    example: Path, settings: CanaryDemoSettings, config_path: Path, say: Say
) -> tuple[tuple[RouteStatus, ...], Mapping[str, Any]]:
    config = load_config(config_path)
    env = {config.canary.token_env: secrets.token_urlsafe(24)}
    crossfade = [sys.executable, "-m", "crossfade.tools.cli"]
    shadow = [*crossfade, "shadow", "--config", str(config_path)]
    canary = [*crossfade, "canary", "start", "--config", str(config_path)]
    work = settings.work
    with (
        server(shadow, pattern=r"^run \S+: mirroring", log=work / "shadow.log", env=env),
        _visitors(example, settings, config) as visitors,
        server(canary, pattern=r"^canary", log=work / "canary.log", env=env),
    ):
        say(f"watch it: {config.canary.token_env}={env[config.canary.token_env]} \\")
        say(f"  crossfade canary status --watch --config {config_path}")
        client = Client(address=config.canary.address or "", token=env[config.canary.token_env])
        routes = _watch(client, settings.limit_s, say)
        return routes, visitors()


@contextlib.contextmanager
def _visitors(example: Path, settings: CanaryDemoSettings, config: Config) -> Iterator[Callable[[], Mapping[str, Any]]]:
    """Clients until the block ends; what is yielded ends them earlier, and returns what they met."""
    output = settings.work / "visitors.json"
    output.unlink(missing_ok=True)
    address = {listen.name: listen.address for listen in config.listen}
    command = [sys.executable, str(example / "visitors"), "--json", str(output), "--rate", str(settings.rate)]
    command += ["--grpc", address["grpc"], "--http", f"http://{address['http']}"]
    command += ["--log", str(settings.work / "visits.jsonl")]
    log = settings.work / "visitors.log"
    env = {"BUILDQUEUE_GEN_DIR": str(settings.work / "gen")}
    with server(command, pattern=r"^visiting", log=log, env=env) as running:

        def end() -> Mapping[str, Any]:
            return _summary(running, output, log)

        yield end


def _summary(running: Server, output: Path, log: Path) -> Mapping[str, Any]:
    code = running.stop(signal.SIGINT)
    if code or not output.exists():
        raise ShadowError(f"visitors: expected exit 0, got {code}; see {log}", exit_code=4)
    found: Mapping[str, Any] = json.decode(output.read_bytes())
    return found


def _watch(client: Client, limit_s: float, say: Say) -> tuple[RouteStatus, ...]:
    """Tells each change until nothing moves any more; raises ShadowError when that takes too long."""
    began, told = time.monotonic(), ""
    while True:
        routes = client.status().routes
        line = ", ".join(f"{count} {state}" for state, count in sorted(Counter(map(_state, routes)).items()))
        if line != told:
            say(f"{time.monotonic() - began:4.0f} s: {line}")
            told = line
        if all(_is_settled(route) for route in routes):
            return routes
        if time.monotonic() - began > limit_s:
            raise ShadowError(f"canary: expected an end in {limit_s:.0f} s, got {line}", exit_code=4)
        time.sleep(_POLL_S)


def _state(route: RouteStatus) -> str:
    return f"{route.stage} at {route.weight_pct:g} %" if route.weight_pct else f"{route.stage} ({route.phase})"


def _is_settled(route: RouteStatus) -> bool:
    """Whether nothing more will happen: it has ended, or its findings keep it in the shadow."""
    return route.phase in _ENDED or (route.stage == "shadow" and route.verdict == "fail")


def canary_problems(result: CanaryDemoResult, settings: CanaryDemoSettings) -> list[str]:
    """What did not end as it must; one line each."""
    found = []
    wrong = result.visitors["wrong"]
    if settings.late_bug:
        found += [f"{route.route}: complete with the late bug" for route in result.routes if route.phase == "Completed"]
    elif wrong:
        found.append(f"visitors: expected no wrong answer, got {wrong}")
    else:
        found += [line for route in result.routes for line in _ended_wrong(route, result)]
    if result.visitors["returned"] and not settings.late_bug:
        found.append(f"visitors: expected each to stay with the candidate, got {result.visitors['returned']} that left")
    return found


def _ended_wrong(route: RouteStatus, result: CanaryDemoResult) -> list[str]:
    """A route is complete if nothing was planted in it, and never left the shadow if something was."""
    planted = {entry.route for entry in (*result.shadow.hunt.found, *result.shadow.hunt.missed)}
    name = route.route.partition(" ")[2]
    wanted = "shadow" if name in planted and not result.is_fixed else "complete"
    return [] if route.stage == wanted else [f"{route.route}: expected {wanted}, got {route.stage} ({route.why})"]


def canary_summary(result: CanaryDemoResult) -> list[str]:
    """What the visitors met."""
    met = result.visitors
    lines = [f"{met['sent']:,} requests of visitors, {met['wrong']} with a wrong answer, {met['moved']} visits moved"]
    lines += [f"{route.route}: {route.why}" for route in result.routes if route.phase in {"Aborted", "Degraded"}]
    return [*lines, f"each decision again: crossfade canary audit --config {result.config_path}"]
