"""crossfade demo."""

import signal
import sys
import time
from collections import Counter
from pathlib import Path
from typing import NoReturn

import click

from crossfade.reports.formats import find_format
from crossfade.reports.gate import gate
from crossfade.reports.report import Cluster, Report
from crossfade.reports.wording import open_findings_of
from crossfade.tools.demo.canary import CanaryDemoSettings, canary_problems, canary_summary, run_canary_demo
from crossfade.tools.demo.expected import is_found
from crossfade.tools.demo.run import DemoResult, DemoSettings, run_demo
from crossfade.tools.errors import ExitCode, caught
from crossfade.tools.report_output import show_report

_PLAIN, _FIXED, _CANARY = Path(".crossfade/demo"), Path(".crossfade/demo-fixed"), Path(".crossfade/demo-canary")
_PLACES = 3


@click.command()
@click.option("--fixed", is_flag=True, help="Turn the planted bugs off; then no difference may be found.")
@click.option(
    "--dir",
    "work",
    type=click.Path(path_type=Path),
    help="Folder for builds, runs and reports.  [default: .crossfade/demo; with --fixed .crossfade/demo-fixed]",
)
@click.option(
    "--kill-candidate-after-s", type=float, help="Kill the candidate after so many seconds; then no claim may pass."
)
@click.option(
    "--requests-per-route",
    type=click.IntRange(1, 10_000),
    help="Requests to send on each route.  [default: enough for every claim]",
)
@click.option(
    "--canary",
    is_flag=True,
    help="Then move clients to the port, step by step. Implies --fixed unless --bugs is given.",
)
@click.option("--bugs", is_flag=True, help="With --canary: leave the planted bugs in; their routes stay in the shadow.")
@click.option("--late-bug", is_flag=True, help="With --canary: the port fails once half of the clients use it.")
@click.option(
    "--rate", type=click.FloatRange(1, 2000), default=100, show_default=True, help="With --canary: requests/s."
)
@caught
def demo(  # noqa: PLR0913 - its options
    *,
    fixed: bool,
    work: Path | None,
    kill_candidate_after_s: float | None,
    requests_per_route: int | None,
    canary: bool,
    bugs: bool,
    late_bug: bool,
    rate: float,
) -> None:
    """Run crossfade end to end on a real pair: a CI build queue in Python, and its Java port with planted bugs.

    Builds the candidate (needs JDK 17 and Maven), starts both services and a second legacy, mirrors real gRPC and HTTP
    traffic, prints the report, and checks that it found every planted bug and nothing else.

    \b
    Example:
      crossfade demo --fixed
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(ExitCode.INTERRUPTED))  # the servers are ended in order
    if canary:
        _canary(work, bugs=bugs, late_bug=late_bug, rate=rate)
    if bugs or late_bug:
        raise click.UsageError("--bugs, --late-bug: expected --canary beside them, got none; add it")
    started = time.monotonic()
    build = (work or _PLAIN).absolute()
    work = work or (_FIXED if fixed else _PLAIN)
    settings = DemoSettings(
        work=work.absolute(),
        build=build,
        fixed=fixed,
        kill_candidate_after_s=kill_candidate_after_s,
        requests_per_route=requests_per_route,
    )
    result = run_demo(settings, say=lambda line: click.echo(f"demo: {line}"))
    show_report(result.report, "terminal", None)
    for form in ("json", "html"):
        show_report(result.report, form, work / f"report{find_format(form).suffix}")
    problems = _problems(result, settings)
    for line in problems:
        click.echo(f"demo: NOT AS EXPECTED: {line}")
    _summary(result, settings, time.monotonic() - started)
    raise SystemExit(ExitCode.FAIL if problems else ExitCode.PASS)


def _canary(work: Path | None, *, bugs: bool, late_bug: bool, rate: float) -> NoReturn:
    """The demo of a canary; ends with 1 where it did not end as it must."""
    folder = (work or _CANARY).absolute()
    settings = CanaryDemoSettings(
        work=folder, build=(work or _PLAIN).absolute(), fixed=not bugs, late_bug=late_bug, rate=rate
    )
    result = run_canary_demo(settings, say=lambda line: click.echo(f"demo: {line}"))
    problems = canary_problems(result, settings)
    for line in problems:
        click.echo(f"demo: NOT AS EXPECTED: {line}")
    for line in canary_summary(result):
        click.echo(f"demo: {line}")
    raise SystemExit(ExitCode.FAIL if problems else ExitCode.PASS)


def _problems(result: DemoResult, settings: DemoSettings) -> list[str]:
    lines = [*result.mismatches, *result.client_errors]
    if settings.kill_candidate_after_s is not None:
        return lines + [f"{r.route}: passed with a dead candidate" for r in result.report.routes if r.verdict == "pass"]
    if settings.fixed:
        code = gate(result.report).exit_code
        lines += [f"gate: expected exit 0 with the bugs fixed, got {code}"] if code else []
        return lines + [f"open cluster although fixed: {c.route} {c.path}" for c in _found(result)]
    lines += [f"planted but not found: {entry.pitfall} {entry.route} {entry.paths}" for entry in result.hunt.missed]
    return lines + [f"found but not planted: {text}" for text in result.hunt.unexpected]


def _summary(result: DemoResult, settings: DemoSettings, took_s: float) -> None:
    sent = sum(result.clients.values())
    found = len(result.hunt.found)
    planted = found + len(result.hunt.missed)
    what = f"{found} of {planted} planted bugs found, {open_findings_of(result.report)}"
    if settings.fixed:
        what = f"bugs fixed, {open_findings_of(result.report)}"
    if places := _noisy_places(result.report):
        click.echo(f"demo: noise differs only where legacy differs from its own second instance: {places}")
    click.echo(f"demo: {sent} requests sent, {result.report.entered} entered; {what}; {took_s:.0f} s")


def _noisy_places(report: Report) -> str:
    """The paths at which most requests are noise."""
    seen: Counter[str] = Counter()
    for cluster in report.clusters:
        if cluster.status == "noise":
            seen[cluster.path] += cluster.count
    places = [path for path, _ in seen.most_common(_PLACES)]
    return ", ".join(places) + (" and others" if len(seen) > _PLACES else "")


def _found(result: DemoResult) -> list[Cluster]:
    return [cluster for cluster in result.report.clusters if is_found(cluster)]
