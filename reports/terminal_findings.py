"""Findings in a terminal: what differs, why, what to write in Java, and the clusters that are its parts."""

from collections.abc import Iterable, Iterator, Mapping
from textwrap import wrap

from rich.console import Console, RenderableType
from rich.text import Text

from crossfade.reports.details import places_by_cluster, standing
from crossfade.reports.figures import count, share
from crossfade.reports.moves import moves_told
from crossfade.reports.report import Cause, Cluster, Finding, Place, Report
from crossfade.reports.route_names import without_package
from crossfade.reports.terminal_text import INDENT, indented, text
from crossfade.reports.visible import visible
from crossfade.reports.wording import part_note, sides
from crossfade.shadow.exchange.difference import Kind

STATUS_STYLES = {"open": "", "suspicious": "magenta", "undecided": "yellow"}
"""How the title of each is shown."""
MAX_PARTS = 20
"""Parts of one finding; the other formats have the rest."""
_LABEL = len("candidate")

Places = Mapping[tuple[str, str, str], Place]


def print_findings(findings: Iterable[Finding], report: Report, package: str, console: Console) -> None:
    """Prints each finding with its parts; ``package`` is left out of the names of routes."""
    clusters = {cluster.id: cluster for cluster in report.clusters}
    places = places_by_cluster(report)
    for finding in findings:
        parts = [clusters[part] for part in finding.parts]
        console.print(*_head(finding, parts, package), _values(parts[0], places), sep="\n")
        for line in _cause(finding.cause, console.width):
            console.print(line, soft_wrap=True)
        if len(parts) > 1:
            console.print(indented(_parts(finding, parts, package)))


def _head(finding: Finding, parts: list[Cluster], package: str) -> Iterator[Text]:
    yield text(f"\n{finding.title.replace(package, '') if package else finding.title}", style="bold cyan")
    figures = f"{finding.severity}, in {share(100 * finding.rate)} of compared requests ({count(finding.count)})"
    if len(parts) == 1:
        how = f"{parts[0].kind} {parts[0].transition}".rstrip()
        yield text(f"{how}, {figures}, finding {finding.id}, cluster {parts[0].id}", style="dim")
    else:
        yield text(f"{figures}, {len(parts)} clusters, finding {finding.id}", style="dim")


def _values(root: Cluster, places: Places) -> RenderableType:
    told = standing(places.get((root.route, root.path, root.kind)))
    rows: list[tuple[str, str]] = [(root.status, told)] if told else []
    return indented([*rows, *_example(root)])


def _example(root: Cluster) -> Iterator[tuple[str, str]]:
    if not root.examples:
        yield "example", "none stored"
        return
    example = root.examples[0]
    if told := moves_told(example.legacy, example.candidate) if root.kind == Kind.ORDER else "":
        yield "moved", told
    else:
        yield from zip(("legacy", "candidate"), sides(root.kind, example), strict=True)


def _cause(cause: Cause | None, columns: int) -> Iterator[Text]:
    """Why, and what to write: folded only at blanks, because people copy code from here. A long word is not cut."""
    if cause is None:
        return
    why = f"{cause.id} {cause.title}. {cause.explanation}"
    beside = " " * (INDENT + _LABEL + INDENT)
    for label, told in (("why", why), ("in Java", cause.java_fix)):
        lines = wrap(visible(told), max(columns - len(beside), 1), break_long_words=False, break_on_hyphens=False)
        for at, line in enumerate(lines):
            head = f"{' ' * INDENT}{label:{_LABEL}}{' ' * INDENT}" if at == 0 else beside
            yield Text(head, style="dim") + Text(line, style="not dim")


def _parts(finding: Finding, parts: list[Cluster], package: str) -> Iterator[tuple[str, ...]]:
    for part in parts[:MAX_PARTS]:
        where = f"{without_package(part.route, package)}  {part.path}"
        what = ", ".join(filter(None, (part.kind, part.transition, part_note(part, finding))))
        yield part.id, count(part.count), f"{where}  {what}"
    if (more := len(parts) - MAX_PARTS) > 0:
        yield "", "", f"and {count(more)} more in the other formats"
