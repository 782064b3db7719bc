"""The gate: a sentence for each claim with what it rests on, and an exit code. Pure."""

from dataclasses import dataclass

from crossfade.reports.details import details
from crossfade.reports.figures import at_least, at_most, count, share
from crossfade.reports.report import Report, Route
from crossfade.reports.units import of_units, rate_of
from crossfade.reports.visible import visible
from crossfade.reports.wording import compared, expired, is_refuted, open_findings_of, other_reasons, raised_budget
from crossfade.shadow.evidence.records import REPLAY

_NAMED = 10  # findings that a gate names
_EXIT = {"pass": 0, "fail": 1, "inconclusive": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """0 every claim is proven, 1 one is refuted, 3 there is too little evidence.

    A sentence may have further lines, which begin with two blanks: what it rests on.
    """

    exit_code: int
    sentences: tuple[str, ...]


def gate(report: Report, *, allow_inconclusive: bool = False) -> GateResult:
    """The gate on a report; with ``allow_inconclusive`` too little evidence exits 0, and a sentence mentions it."""
    told = [(claim_sentence(route, report), *claim_details(route, report)) for route in report.routes if route.claimed]
    told += [(f"INCONCLUSIVE {reason}",) for reason in other_reasons(report)]
    told += [open_lines(report)] if report.totals.open_findings else []
    told += [(line,) for line in (*expired(report), *raised_budget(report), *report.advice)]
    told += [(f"{route.route}: {route.reason}",) for route in report.routes if not route.claimed]
    told += [(f"all this is of a {report.engine}",)] if report.engine.startswith(f"{REPLAY} ") else []
    code = _EXIT[report.verdict]
    if report.verdict == "inconclusive" and allow_inconclusive:
        code = 0
        told.append(("inconclusive claims were allowed by --allow-inconclusive",))
    return GateResult(exit_code=code, sentences=tuple("\n".join(map(visible, lines)) for lines in told))


def open_lines(report: Report) -> tuple[str, ...]:
    """How many findings are open, and what to fix first, a line each."""
    found = [finding for finding in report.findings if finding.status == "open"]
    named = [
        f"  {finding.id}  {finding.severity}, {share(100 * finding.rate)}: {finding.title}"
        for finding in found[:_NAMED]
    ]
    more = [f"  and {count(len(found) - _NAMED)} more in the report"] if len(found) > _NAMED else []
    return (open_findings_of(report), *named, *more)


def claim_sentence(route: Route, report: Report) -> str:
    """The verdict on a claimed route in one line, with its figures."""
    claim = f"{100 * report.budget:g} % of {rate_of(report.unit)}, at {100 * report.confidence:g} % confidence"
    under_way = f", {count(route.in_flight)} in flight" if route.in_flight > 0 else ""
    figures = (
        f"{count(route.divergent)} of {of_units(route.distinct, report.unit)} diverged, {bound(route, report)} "
        f"({_method(route, report)}), {compared_of_all(route)}{under_way}"
    )
    if route.verdict == "pass":
        return f"PASS {route.route} diverges in less than {claim}: {figures}"
    if is_refuted(route, report):
        return f"FAIL {route.route} diverges in more than {claim}: {figures}"
    return f"{(route.verdict or '').upper()} {route.route}: {route.reason}; {figures}"


def claim_details(route: Route, report: Report) -> tuple[str, ...]:
    """What the sentence rests on, a line each."""
    return tuple(f"  {detail.label}: {detail.text}" for detail in details(route, report))


def compared_of_all(route: Route) -> str:
    """How many of all requests were compared, not only of the eligible ones."""
    number = compared(route)
    of_all = share(100 * number / route.total) if route.total else "0 %"
    return f"{count(number)} of {count(route.total)} requests compared ({of_all})"


def _method(route: Route, report: Report) -> str:
    """How the bound of the sentence was computed: lower ones hold at every look, whatever was planned."""
    return "anytime-valid" if is_refuted(route, report) else route.divergence.method


def bound(route: Route, report: Report) -> str:
    """The bound that decides the verdict: the lower one where the claim is refuted, else the upper one."""
    if is_refuted(route, report):
        return f"at least {at_least(route.divergence.lower, report.budget)}"
    return f"at most {at_most(route.divergence.upper, report.budget)}"
