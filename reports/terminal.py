"""The report in a terminal: what entered, routes, what to fix, and the verdict last, where a reader looks first."""

import io
from collections.abc import Iterable, Iterator, Mapping

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from crossfade.reports.details import Detail, details
from crossfade.reports.figures import at_least, at_most, count, moment, period
from crossfade.reports.formats import Format, Lead
from crossfade.reports.gate import GateResult
from crossfade.reports.report import Report, Route
from crossfade.reports.route_names import common_package, without_package
from crossfade.reports.terminal_findings import STATUS_STYLES, print_findings
from crossfade.reports.terminal_text import INDENT, indented, text
from crossfade.reports.visible import visible
from crossfade.reports.wording import (
    balance,
    by_verdict,
    caveats,
    compared,
    compared_by_call_type,
    cuts_of,
    expired,
    findings_of,
    further_findings_of,
    headline,
    is_refuted,
    made_by,
    open_findings_of,
    other_reasons,
    reason_in_words,
    second_looks,
)

_STYLES = {"pass": "green", "fail": "red", "inconclusive": "yellow", None: "dim", "": ""}
_SHOWN: Mapping[str, str] = {
    "open": "",
    "suspicious": ": noisy in legacy, and the candidate fails a check",
    "undecided": ": noise or not is not known yet",
}
_FILE_COLUMNS = 120


def to_text(report: Report, lead: Lead | None = None) -> str:
    """As in a terminal of 120 columns, without colours."""
    console = Console(file=io.StringIO(), width=_FILE_COLUMNS)
    with console.capture() as captured:
        print_report(report, lead, console)
    return captured.get()


def gate_text(_: Report, result: GateResult) -> str:
    """A line for each sentence."""
    return "".join(f"{sentence}\n" for sentence in result.sentences)


def print_report(report: Report, lead: Lead | None, console: Console) -> None:
    """Prints a report; nothing in it is cut, taken as markup or sent to the terminal as a control character."""
    if lead is not None:
        for told in (*lead.lines, ""):
            console.print(visible(told), markup=False, highlight=False, soft_wrap=True)
    package = common_package(route.route for route in report.routes)
    console.print(_head(report))
    if report.routes:
        console.print(_routes(report, package))
        if package:
            console.print(text(f"gRPC routes without their package, {package.rstrip('.')}", style="dim"))
    _print_findings(report, package, console)
    if any(route.claimed for route in report.routes):
        console.print(_claims(report, package))
    console.print(_end(report))


def _print_findings(report: Report, package: str, console: Console) -> None:
    """What a person looks at, the open ones first; the rest is in the other formats."""
    for status, told in _SHOWN.items():
        found = [finding for finding in report.findings if finding.status == status]
        if found:
            console.print(text(f"\n{findings_of(report, status)}{told}", style=f"bold {STATUS_STYLES[status]}"))
            print_findings(found, report, package, console)


def _claims(report: Report, package: str) -> Group:
    """What the verdict on each claimed route rests on; routes of which the same is to be told stand together."""
    names: dict[tuple[Detail, ...], list[str]] = {}
    for route in by_verdict(report):
        if route.claimed and (lines := details(route, report)):
            names.setdefault(lines, []).append(without_package(route.route, package))
    parts: list[RenderableType] = [text("\nwhat the claims rest on", style="bold")]
    for lines, routes in names.items():
        parts += [text(", ".join(routes), style="bold"), _detail_rows(lines)]
    return Group(*parts)


def _detail_rows(lines: Iterable[Detail]) -> Padding:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim")
    grid.add_column(overflow="fold")
    for line in lines:
        grid.add_row(line.label, text(line.text, style=_STYLES[line.tone]))
    return Padding(grid, (0, 0, 0, INDENT))


def _head(report: Report) -> Group:
    ended = f"{period(report.started_at, report.ended_at)}" if report.ended_at else "live"
    what = f"{report.builds.legacy} against {report.builds.candidate}, {made_by(report.engine)}"
    parts = " + ".join(f"{count(number)} {name}" for name, number in balance(report))
    left_out = {name: part.requests for name, part in report.totals.left_out.items()}
    cut = cuts_of(report.totals.reasons)
    lines: list[RenderableType] = [
        text(f"{report.service}  run {report.run_id}, {moment(report.started_at)}, {ended}", style="bold"),
        text(what, style="dim"),
        text(f"\n{count(report.entered)} entered = {parts}"),
    ]
    for title, reasons in (("not compared:", left_out), ("compared in part:", cut)):
        if reasons:
            counts = [(count(number), reason_in_words(name)) for name, number in reasons.items()]
            lines += [text(title, style="dim"), indented(counts)]
    by_call_type = compared_by_call_type(report)
    if by_call_type:
        lines += [text("by call type:", style="dim"), indented(list(by_call_type))]
    if looks := second_looks(report):
        lines.append(text(f"second looks: {looks}", style="dim"))
    return Group(*lines, Text())


def _routes(report: Report, package: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column("route", overflow="fold")
    for name in ("compared", "diverged", "bound"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for route in by_verdict(report):
        table.add_row(*(text(cell) for cell in _figures(route, report, package)), _verdict(route.verdict))
    return table


def _figures(route: Route, report: Report, package: str) -> tuple[str, ...]:
    name = without_package(route.route, package)
    of_all = f"{count(compared(route))}/{count(route.total)}"
    if not route.distinct:
        return name, of_all, "-", "-"
    diverged = f"{count(route.divergent)}/{count(route.distinct)}"
    bounds, budget = route.divergence, report.budget
    refuted = is_refuted(route, report)
    bound = f"> {at_least(bounds.lower, budget)}" if refuted else f"< {at_most(bounds.upper, budget)}"
    return name, of_all, diverged, bound


def _verdict(verdict: str | None) -> Text:
    return text(verdict or "not claimed", style=_STYLES.get(verdict, ""))


def _end(report: Report) -> Group:
    lines = [
        text(f"\n{open_findings_of(report)}, {further_findings_of(report)}"),
        *(() if report.examples_stored else [text("no examples are stored: there is no redaction key")]),
        Text(),
        *_reasons(report),
        *(text(sentence, style="yellow") for sentence in (*expired(report), *report.advice)),
        *(text(sentence, style="dim") for sentence in caveats(report)),
        text(headline(report), style=f"bold {_STYLES[report.verdict]}"),
        text(f"verdict: {report.verdict}", style=f"bold {_STYLES[report.verdict]}"),
    ]
    return Group(*lines)


def _reasons(report: Report) -> Iterator[Text]:
    """One line for each reason, with the routes that have it; what is proven needs none."""
    routes: dict[tuple[str, str], list[str]] = {}
    for route in report.routes:
        if route.verdict in {"fail", "inconclusive"}:
            routes.setdefault((route.verdict, route.reason), []).append(route.route)
    for (verdict, reason), names in routes.items():
        yield text(f"{verdict}: {', '.join(names)}: {reason}", style=_STYLES[verdict])
    for reason in other_reasons(report):
        yield text(f"inconclusive: {reason}", style=_STYLES["inconclusive"])


FORMAT = Format(suffix=".txt", render=to_text, draw=print_report, gate=gate_text)
