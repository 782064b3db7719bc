"""Findings in a terminal: the root first, its cause once, its parts below."""

import io
from typing import Any

from rich.console import Console

from crossfade.codegen.pitfalls import find_pitfall
from crossfade.reports.report import Report
from crossfade.reports.terminal_findings import MAX_PARTS, print_findings
from crossfade.shadow.evidence.records import SignatureCount


def _lines(report: Report, package: str = "") -> list[str]:
    file = io.StringIO()
    print_findings(report.findings, report, package, Console(file=file, width=200))
    return [" ".join(line.split()) for line in file.getvalue().splitlines() if line.strip()]


def _report(make: Any, *names: str, **mark: str) -> Report:
    found = make.fingerprint(**mark)
    seen = {found: SignatureCount(count=5, distinct=5)}
    routes = [
        make.route(
            name, matched=5, signatures={(key,): value for key, value in seen.items()}, clusters=(make.cluster(found),)
        )
        for name in names
    ]
    report: Report = make.report(*routes)
    return report


def test_a_finding_of_one_cluster(make: Any) -> None:
    """Both ids, and no list of parts."""
    report = _report(make, "GET /x")
    (finding,), (cluster,) = report.findings, report.clusters
    assert _lines(report) == [
        "body/a differs on GET /x",
        f"value, breaking, in 50 % of compared requests (5), finding {finding.id}, cluster {cluster.id}",
        "legacy 1",
        "candidate 2",
    ]


def test_a_cause_is_said_once(make: Any) -> None:
    """However many clusters have it; each of them is a line with its id, count and route."""
    report = _report(make, "p.v1.S/Get", "p.v1.S/List", cause="A1")
    entry = find_pitfall("A1")
    assert entry is not None
    lines = _lines(report, "p.v1.")
    assert sum(line.startswith("why A1") for line in lines) == 1
    assert sum(line.startswith("in Java") for line in lines) == 1
    assert lines[0] == f"{entry.title}: body/a on 2 routes"
    assert lines[-2:] == [
        f"{cluster.id} 5 {cluster.route.removeprefix('p.v1.')} body/a value"
        for cluster in sorted(report.clusters, key=lambda one: one.route)
    ]


def test_many_parts_are_counted(make: Any) -> None:
    """The first ones are listed."""
    lines = _lines(
        _report(make, *(f"GET /{at}" for at in range(MAX_PARTS + 4)), template="header.expires", kind="added")
    )
    assert lines[0] == f"Header expires added on {MAX_PARTS + 4} routes"
    assert lines[-1] == "and 4 more in the other formats"
    assert sum("header.expires" in line for line in lines) == MAX_PARTS
