"""The gate: one sentence for each claim, and an exit code. Pure."""

from dataclasses import dataclass

from crossfade.reports.figures import at_least, at_most, count
from crossfade.reports.report import Report, Route
from crossfade.reports.visible import visible
from crossfade.reports.wording import compared, expired, other_reasons, split_reasons

_EXIT = {"pass": 0, "fail": 1, "inconclusive": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """0 every claim is proven, 1 one is refuted, 3 there is too little evidence."""

    exit_code: int
    sentences: tuple[str, ...]


def gate(report: Report, *, allow_inconclusive: bool = False) -> GateResult:
    """The gate on a report; with ``allow_inconclusive`` too little evidence exits 0, and a sentence mentions it."""
    sentences = [claim_sentence(route, report) for route in report.routes if route.claimed]
    sentences += [f"INCONCLUSIVE {reason}" for reason in other_reasons(report)]
    sentences += expired(report)
    sentences += [f"{route.route}: {route.reason}" for route in report.routes if not route.claimed]
    code = _EXIT[report.verdict]
    if report.verdict == "inconclusive" and allow_inconclusive:
        code = 0
        sentences.append("inconclusive claims were allowed by --allow-inconclusive")
    return GateResult(exit_code=code, sentences=tuple(map(visible, sentences)))


def claim_sentence(route: Route, report: Report) -> str:
    """What is proven of a claimed route, with its figures."""
    claim = f"{100 * report.budget:g} % of requests, at {100 * report.confidence:g} % confidence"
    figures = (
        f"{count(route.divergent)} of {count(route.distinct)} distinct requests diverged, {bound(route, report)} "
        f"({route.divergence.method}), {count(compared(route))} of {count(route.eligible)} eligible compared"
        f"{_left_out(route)}"
    )
    if route.verdict == "pass":
        return f"PASS {route.route} diverges in less than {claim}: {figures}"
    if route.verdict == "fail":
        return f"FAIL {route.route} diverges in more than {claim}: {figures}"
    return f"INCONCLUSIVE {route.route}: {route.reason}; {figures}"


def bound(route: Route, report: Report) -> str:
    """The bound that decides the verdict: the lower one where the claim is refuted, else the upper one."""
    if route.verdict == "fail":
        return f"at least {at_least(route.divergence.lower, report.budget)}"
    return f"at most {at_most(route.divergence.upper, report.budget)}"


def _left_out(route: Route) -> str:
    """What was not compared, and why: the part of the traffic that the sentence does not cover."""
    left_out, cut = (_counts(reasons) for reasons in split_reasons(route.reasons))
    under_way = f", {count(route.in_flight)} in flight" if route.in_flight > 0 else ""
    streams = f"; streams compared in part: {cut}" if cut else ""
    return under_way + (f"; not compared: {left_out}" if left_out else "") + streams


def _counts(reasons: dict[str, int]) -> str:
    return ", ".join(f"{name} {count(number)}" for name, number in reasons.items())
