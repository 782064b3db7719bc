"""crossfade demo."""

import time
from collections import Counter
from pathlib import Path

import click

from crossfade.reports.formats import find_format
from crossfade.reports.gate import gate
from crossfade.reports.report import Cluster, Report
from crossfade.reports.wording import open_findings_of
from crossfade.tools.demo.expected import is_found
from crossfade.tools.demo.run import DemoResult, DemoSettings, run_demo
from crossfade.tools.errors import ExitCode, caught
from crossfade.tools.report_output import show_report

_PLAIN, _FIXED = Path(".crossfade/demo"), Path(".crossfade/demo-fixed")
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
@caught
def demo(
    *, fixed: bool, work: Path | None, kill_candidate_after_s: float | None, requests_per_route: int | None
) -> None:
    """Run crossfade end to end on a real pair: a CI build queue in Python, and its Java port with planted bugs.

    Builds the candidate (needs JDK 17 and Maven), starts both services and a second legacy, mirrors real gRPC and HTTP
    traffic, prints the report, and checks that it found every planted bug and nothing else.

    \b
    Example:
      crossfade demo --fixed
    """
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
