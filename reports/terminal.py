"""The report in a terminal: what entered, routes, open clusters, and the verdict last, where a reader looks first."""

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from textwrap import wrap

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from crossfade.reports.details import Detail, details, places_by_cluster, standing
from crossfade.reports.figures import at_least, at_most, count, moment, period, share
from crossfade.reports.formats import Format, Lead
from crossfade.reports.gate import GateResult
from crossfade.reports.moves import moves_told
from crossfade.reports.report import Cluster, Place, Report, Route
from crossfade.reports.route_names import common_package, without_package
from crossfade.reports.visible import visible
from crossfade.reports.wording import (
    balance,
    by_verdict,
    caveats,
    compared,
    compared_by_call_type,
    cuts_of,
    expired,
    further_clusters_of,
    headline,
    is_refuted,
    open_clusters_of,
    other_reasons,
    reason_in_words,
    second_looks,
    sides,
)
from crossfade.shadow.exchange.difference import Kind

_STYLES = {"pass": "green", "fail": "red", "inconclusive": "yellow", None: "dim", "": ""}
_SHOWN: Mapping[str, Callable[[Report], str]] = {
    "open": open_clusters_of,
    "suspicious": lambda report: f"{count(report.totals.suspicious_clusters)} suspicious although noisy in legacy",
    "undecided": lambda report: f"{count(report.totals.undecided_clusters)} undecided: noise or not is not known yet",
}
_CLUSTER_STYLES = {"open": "", "suspicious": "magenta", "undecided": "yellow"}
_INDENT = 2
_LABEL = len("candidate")
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
            console.print(_text(f"gRPC routes without their package, {package.rstrip('.')}", style="dim"))
    _print_clusters(report, package, console)
    if any(route.claimed for route in report.routes):
        console.print(_claims(report, package))
    console.print(_end(report))


def _print_clusters(report: Report, package: str, console: Console) -> None:
    """What a person looks at, the open ones first; the rest is in the other formats."""
    places = places_by_cluster(report)
    for status, title in _SHOWN.items():
        found = [cluster for cluster in report.clusters if cluster.status == status]
        if found:
            console.print(_text(f"\n{title(report)}", style=f"bold {_CLUSTER_STYLES[status]}"))
        for cluster in found:
            console.print(_cluster(cluster, package, places.get((cluster.route, cluster.path, cluster.kind))))
            for line in _cause(cluster, console.width):
                console.print(line, soft_wrap=True)


def _claims(report: Report, package: str) -> Group:
    """What the verdict on each claimed route rests on; routes of which the same is to be told stand together."""
    names: dict[tuple[Detail, ...], list[str]] = {}
    for route in by_verdict(report):
        if route.claimed and (lines := details(route, report)):
            names.setdefault(lines, []).append(without_package(route.route, package))
    parts: list[RenderableType] = [_text("\nwhat the claims rest on", style="bold")]
    for lines, routes in names.items():
        parts += [_text(", ".join(routes), style="bold"), _detail_rows(lines)]
    return Group(*parts)


def _detail_rows(lines: Iterable[Detail]) -> Padding:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim")
    grid.add_column(overflow="fold")
    for line in lines:
        grid.add_row(line.label, _text(line.text, style=_STYLES[line.tone]))
    return Padding(grid, (0, 0, 0, _INDENT))


def _head(report: Report) -> Group:
    ended = f"{period(report.started_at, report.ended_at)}" if report.ended_at else "live"
    what = f"{report.builds.legacy} against {report.builds.candidate}, engine {report.engine}"
    parts = " + ".join(f"{count(number)} {name}" for name, number in balance(report))
    left_out = {name: part.requests for name, part in report.totals.left_out.items()}
    cut = cuts_of(report.totals.reasons)
    lines: list[RenderableType] = [
        _text(f"{report.service}  run {report.run_id}, {moment(report.started_at)}, {ended}", style="bold"),
        _text(what, style="dim"),
        _text(f"\n{count(report.entered)} entered = {parts}"),
    ]
    for title, reasons in (("not compared:", left_out), ("compared in part:", cut)):
        if reasons:
            counts = [(count(number), reason_in_words(name)) for name, number in reasons.items()]
            lines += [_text(title, style="dim"), _indented(counts)]
    by_call_type = compared_by_call_type(report)
    if by_call_type:
        lines += [_text("by call type:", style="dim"), _indented(list(by_call_type))]
    if looks := second_looks(report):
        lines.append(_text(f"second looks: {looks}", style="dim"))
    return Group(*lines, Text())


def _routes(report: Report, package: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column("route", overflow="fold")
    for name in ("compared", "diverged", "bound"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for route in by_verdict(report):
        table.add_row(*(_text(cell) for cell in _figures(route, report, package)), _verdict(route.verdict))
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
    return _text(verdict or "not claimed", style=_STYLES.get(verdict, ""))


def _cluster(cluster: Cluster, package: str, place: Place | None) -> RenderableType:
    head = Text("\n").join(
        (
            _text(f"{without_package(cluster.route, package)}  ", style="bold")
            + _text(cluster.path, style="bold cyan"),
            _text(
                f"{cluster.kind}, {cluster.severity}, in {share(100 * cluster.rate)} of compared requests "
                f"({count(cluster.count)}), cluster {cluster.id}",
                style="dim",
            ),
        )
    )
    told = standing(place)
    rows = ((cluster.status, told),) if told else ()
    return Group(Text(), head, _indented((*rows, *_labelled(cluster))))


def _indented(rows: Iterable[tuple[str, str]]) -> Padding:
    """Labels and texts in two columns, so that a long text folds under itself."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim")
    grid.add_column(overflow="fold")
    for label, text in rows:
        grid.add_row(label, _text(text))
    return Padding(grid, (0, 0, 0, _INDENT))


def _labelled(cluster: Cluster) -> Iterator[tuple[str, str]]:
    if not cluster.examples:
        yield "example", "none stored"
        return
    example = cluster.examples[0]
    if told := moves_told(example.legacy, example.candidate) if cluster.kind == Kind.ORDER else "":
        yield "moved", told
    else:
        yield from zip(("legacy", "candidate"), sides(cluster.kind, example), strict=True)


def _cause(cluster: Cluster, columns: int) -> Iterator[Text]:
    """Why, and what to write: folded only at blanks, because people copy code from here. A long word is not cut."""
    if cluster.cause is None:
        return
    why = f"{cluster.cause.id} {cluster.cause.title}. {cluster.cause.explanation}"
    beside = " " * (_INDENT + _LABEL + _INDENT)
    for label, told in (("why", why), ("in Java", cluster.cause.java_fix)):
        lines = wrap(visible(told), max(columns - len(beside), 1), break_long_words=False, break_on_hyphens=False)
        for at, line in enumerate(lines):
            head = f"{' ' * _INDENT}{label:{_LABEL}}{' ' * _INDENT}" if at == 0 else beside
            yield Text(head, style="dim") + Text(line, style="not dim")


def _end(report: Report) -> Group:
    lines = [
        _text(f"\n{open_clusters_of(report)}, {further_clusters_of(report)}"),
        *(() if report.examples_stored else [_text("no examples are stored: there is no redaction key")]),
        Text(),
        *_reasons(report),
        *(_text(sentence, style="yellow") for sentence in (*expired(report), *report.advice)),
        *(_text(sentence, style="dim") for sentence in caveats(report)),
        _text(headline(report), style=f"bold {_STYLES[report.verdict]}"),
        _text(f"verdict: {report.verdict}", style=f"bold {_STYLES[report.verdict]}"),
    ]
    return Group(*lines)


def _reasons(report: Report) -> Iterator[Text]:
    """One line for each reason, with the routes that have it; what is proven needs none."""
    routes: dict[tuple[str, str], list[str]] = {}
    for route in report.routes:
        if route.verdict in {"fail", "inconclusive"}:
            routes.setdefault((route.verdict, route.reason), []).append(route.route)
    for (verdict, reason), names in routes.items():
        yield _text(f"{verdict}: {', '.join(names)}: {reason}", style=_STYLES[verdict])
    for reason in other_reasons(report):
        yield _text(f"inconclusive: {reason}", style=_STYLES["inconclusive"])


def _text(text: str, style: str = "") -> Text:
    """Visible text; our own line break at its beginning is kept."""
    body = text.removeprefix("\n")
    return Text("\n" * (len(text) - len(body)) + visible(body), style=style)


FORMAT = Format(suffix=".txt", render=to_text, draw=print_report, gate=gate_text)
