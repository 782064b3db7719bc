"""What the page shows, decided before a template sees it. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from crossfade.reports.conclusions import STATUS_ORDER
from crossfade.reports.details import Detail, details, places_by_cluster
from crossfade.reports.figures import at_least, at_most, count, milliseconds, moment, period, ratio, share
from crossfade.reports.gate import bound, compared_of_all
from crossfade.reports.html.bars import BoundBar, Stretch, bound_bar, stretches
from crossfade.reports.html.cards import Card, card
from crossfade.reports.report import Latency, LeftOut, Quantiles, Report, Route
from crossfade.reports.route_names import is_grpc
from crossfade.reports.units import rate_of, short_units
from crossfade.reports.wording import (
    balance,
    by_verdict,
    caveats,
    expired,
    further_findings_of,
    headline,
    in_clusters,
    is_refuted,
    not_compared,
    open_findings_of,
    other_reasons,
    reason_in_words,
    second_looks,
)

MAX_CARDS = 200
"""Cards of one status on a page; the JSON report has the rest."""
MAX_FIRST = 8
"""Findings that the page begins with."""

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteRow:
    """One route of the table; ``package`` and ``name`` together are its name, ``rest`` is what its verdict rests on."""

    package: str
    name: str
    call: str
    verdict: str
    claim: str
    outcomes: tuple[Stretch, ...]
    compared: str
    of_eligible: str
    left_out: Pairs
    diverged: str
    unit: str
    undecided: str
    bound: str
    bounds: str
    bar: BoundBar | None
    latency: tuple[tuple[str, tuple[str, ...]], ...]
    rest: tuple[Detail, ...]
    find: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """Findings of one status, with how many clusters they are in ``total``, and how many more than are shown."""

    status: str
    title: str
    lead: str
    cards: tuple[Card, ...]
    more: int
    total: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The whole page."""

    title: str
    service: str
    verdict: str
    headline: str
    reasons: tuple[str, ...]
    advice: tuple[str, ...]
    first: tuple[Card, ...]
    counted: str
    caveats: tuple[str, ...]
    facts: Pairs
    entered: str
    outcomes: tuple[Stretch, ...]
    in_flight: str
    not_compared: str
    left_out: Pairs
    axis: str
    confidence: str
    routes: tuple[RouteRow, ...]
    folders: tuple[Folder, ...]
    examples_stored: bool


def page(report: Report) -> Page:
    """Everything that the page of a report shows."""
    folders = tuple(_folder(status, report) for status in STATUS_ORDER if _is_shown(status, report))
    return Page(
        title=f"{report.service}: {report.verdict}",
        service=report.service,
        verdict=report.verdict,
        headline=headline(report),
        reasons=(*other_reasons(report), *expired(report)),
        advice=report.advice,
        first=tuple(item for folder in folders if folder.status in _TO_FIX for item in folder.cards)[:MAX_FIRST],
        counted=f"{open_findings_of(report)} in all, {further_findings_of(report)}",
        caveats=caveats(report),
        facts=_facts(report),
        entered=count(report.entered),
        outcomes=stretches(balance(report)),
        in_flight=count(report.in_flight),
        not_compared=not_compared(report),
        left_out=_left_out(report.totals.left_out),
        axis=f"{100 * report.budget:g} %",
        confidence=f"{100 * report.confidence:g} %",
        routes=tuple(_route(route, report) for route in by_verdict(report)),
        folders=folders,
        examples_stored=report.examples_stored,
    )


def _facts(report: Report) -> Pairs:
    ended = f"for {period(report.started_at, report.ended_at)}" if report.ended_at else "still running"
    pairs = (
        ("Legacy", report.builds.legacy),
        ("Candidate", report.builds.candidate),
        ("Started", f"{moment(report.started_at)}, {ended}"),
        ("Run", report.run_id),
        ("Engine", report.engine),
        ("Claim", _claimed(report)),
        ("Second looks", second_looks(report) or "none"),
        ("Rules", report.rules_digest),
        ("Contract", report.contract_digest),
    )
    return tuple((name, value or "not given") for name, value in pairs)


def _claimed(report: Report) -> str:
    """What is claimed of each route, with the number of units if it was fixed beforehand."""
    claim = f"less than {100 * report.budget:g} % of {rate_of(report.unit)} diverge, at {100 * report.confidence:g} %"
    return claim if report.planned_n is None else f"{claim}; planned for {count(report.planned_n)}"


def _route(route: Route, report: Report) -> RouteRow:
    head, slash, method = route.route.rpartition("/")
    package, dot, service = head.rpartition(".")
    short = f"{service}{slash}{method}" if is_grpc(route.route) else route.route
    outcomes = tuple((name, number) for name, number in route.outcomes.items())
    return RouteRow(
        package=f"{package}{dot}" if is_grpc(route.route) else "",
        name=short,
        call=f"{route.protocol} {route.call_type}, {route.stage}" if is_grpc(route.route) else f"http, {route.stage}",
        verdict=route.verdict or "not claimed",
        claim=_claim(route, report),
        outcomes=stretches((*outcomes, ("in flight", route.in_flight))),
        compared=compared_of_all(route),
        of_eligible=f"{share(route.compared_pct)} of the {count(route.eligible)} eligible",
        left_out=_left_out(route.left_out),
        diverged=f"{count(route.divergent)} of {count(route.distinct)}" if route.distinct else "no data",
        unit=short_units(route.distinct, report.unit),
        undecided=f"{count(route.undecided)} more undecided" if route.undecided else "",
        bound=bound(route, report) if route.distinct else "",
        bounds=_bounds(route, report),
        bar=bound_bar(route, report),
        latency=_latency(route),
        rest=tuple(line for line in details(route, report) if line.label != "not compared"),
        find=f"{route.route} {route.verdict or 'not claimed'}".lower(),
    )


def _claim(route: Route, report: Report) -> str:
    claim = f"{100 * report.budget:g} % of {rate_of(report.unit)}, at {100 * report.confidence:g} % confidence."
    if route.verdict == "pass":
        return f"Diverges in less than {claim}"
    if is_refuted(route, report):
        return f"Diverges in more than {claim}"
    return f"{route.reason[:1].upper()}{route.reason[1:]}."


def _bounds(route: Route, report: Report) -> str:
    if not route.distinct:
        return ""
    bounds = route.divergence
    low, high = at_least(bounds.lower, report.budget), at_most(bounds.upper, report.budget)
    return f"{low} to {high}, {bounds.method}"


def _left_out(left_out: Mapping[str, LeftOut]) -> Pairs:
    return tuple((reason_in_words(name), count(part.requests)) for name, part in left_out.items())


def _latency(route: Route) -> tuple[tuple[str, tuple[str, ...]], ...]:
    rows = (*_rows(route.latency_ms, ""), *_rows(route.served.latency_ms, ", candidate served"))
    return tuple((name, (text(row.p50), text(row.p95), text(row.p99))) for name, row, text in rows)


def _rows(at: Latency, served: str) -> tuple[tuple[str, Quantiles, Callable[[float | None], str]], ...]:
    """Nothing where nothing was measured; ``served`` tells the two orders apart, whoever is asked second."""
    if at.paired_ratio.p50 is None:
        return ()
    return (
        (f"ratio{served}", at.paired_ratio, ratio),
        (f"legacy{served}", at.legacy, milliseconds),
        (f"candidate{served}", at.candidate, milliseconds),
    )


_TITLES = {
    "open": "Open findings",
    "suspicious": "Suspicious although noisy",
    "undecided": "Undecided",
    "accepted": "Accepted",
    "noise": "Noise",
}
_LEADS = {
    "open": "",
    "suspicious": "Legacy differs from itself at these places, but the candidate gives values that legacy never gives.",
    "undecided": "Whether legacy differs from itself at these places is unknown yet: no claim passes or fails by them.",
    "accepted": "A rule in crossfade.toml accepts these differences.",
    "noise": "Legacy's second instance differs from legacy at these places too.",
}
_TO_FIX = frozenset({"open", "suspicious"})
_ALWAYS_SHOWN = frozenset({"open", "accepted", "noise"})


def _is_shown(status: str, report: Report) -> bool:
    return status in _ALWAYS_SHOWN or any(finding.status == status for finding in report.findings)


def _folder(status: str, report: Report) -> Folder:
    found = [finding for finding in report.findings if finding.status == status]
    clusters = {cluster.id: cluster for cluster in report.clusters}
    places = places_by_cluster(report)
    return Folder(
        status=status,
        title=_TITLES[status],
        lead=_LEADS[status],
        cards=tuple(card(finding, clusters, report, places) for finding in found[:MAX_CARDS]),
        more=max(0, len(found) - MAX_CARDS),
        total=in_clusters(found),
    )
