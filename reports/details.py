"""What a route's verdict rests on, line by line: what was left out, noise, checks, drift, injected faults. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from crossfade.reports.figures import at_most, count, share, share_at_most
from crossfade.reports.place_names import place_name, some_of
from crossfade.reports.report import Place, PlaceCheck, Report, Route
from crossfade.reports.units import of_requests, units
from crossfade.reports.wording import compared
from crossfade.shadow.exchange.observations import Check
from crossfade.shadow.exchange.outcome import CUTS, Reason
from crossfade.shadow.exchange.stage import Stage

CHECKS = {
    Check.DISTANCE: "farther from legacy's value than the secondary's",
    Check.PARTS: "more elements or words differ from legacy's than the secondary's",
    Check.REPEATS: "the same value for two requests",
    Check.FORM: "a form that legacy does not use",
    Check.RELATION: "a relation to other values that holds in legacy is broken",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """One line: ``tone`` is how it weighs, "" where it is only told."""

    label: str
    text: str
    tone: Literal["", "fail", "inconclusive"] = ""


def details(route: Route, report: Report) -> tuple[Detail, ...]:
    """What is to be told of a route; only what applies to it."""
    return tuple(line for make in _LINES if (line := make(route, report)) is not None)


def places_by_cluster(report: Report) -> Mapping[tuple[str, str, str], Place]:
    """The places of all routes, by what a cluster has of them: route, path and kind."""
    return {(route.route, place.path, place.kind): place for route in report.routes for place in route.places}


def standing(place: Place | None) -> str:
    """Why a suspicious or undecided place is neither open nor noise; "" where there is nothing to tell."""
    if place is None:
        return ""
    if place.status == "suspicious":
        return "; ".join(flag_words(check) for check in place.checks if check.flagged)
    if place.status == "undecided":
        more = f"; {count(place.more_pairs)} more pairs decide it" if place.more_pairs is not None else ""
        return _why_undecided(place) + more
    return ""


def _why_undecided(place: Place) -> str:
    if place.asked_once:
        return "the secondary, which was asked once, differs there too: noise or another state"
    if place.self_differs:
        return f"legacy differed from itself in {of_requests(place.self_differs)}"
    if place.drift:
        return f"the stores had parted there in {of_requests(place.drift)}"
    return "a second look did not show the difference again"


def _not_compared(route: Route, _: Report) -> Detail | None:
    number = sum(part.requests for part in route.left_out.values())
    if not number:
        return None
    parts = ", ".join(
        f"{reason} {count(part.requests)} ({share_at_most(part.of_all_pct)})" for reason, part in route.left_out.items()
    )
    of_all = f"of all {count(route.total)} requests ({share_at_most(100 * number / route.total)})"
    return Detail(label="not compared", text=f"{count(number)} {of_all}: {parts}")


def _served(route: Route, _: Report) -> Detail | None:
    """Of a route that is being moved: how far, and what became of what the candidate answered."""
    served = route.served
    if route.stage == Stage.SHADOW and not served.candidate:
        return None
    part = f"{count(served.candidate)} of {count(route.total)} requests answered by the candidate"
    of_all = f" ({share(100 * served.candidate / route.total)})" if route.total else ""
    text = f"stage {route.stage}; {part}{of_all}, {count(served.compared)} of them compared"
    if not served.diverged:
        return Detail(label="served", text=text)
    return Detail(label="served", text=f"{text}, {count(served.diverged)} diverged", tone="fail")


def _cross_read(route: Route, _: Report) -> Detail | None:
    served = route.served
    if not served.cross_reads:
        return None
    text = f"{count(served.cross_matched)} of {count(served.cross_reads)} reads of what the candidate wrote were alike"
    return Detail(label="cross-read", text=text, tone="" if served.cross_matched == served.cross_reads else "fail")


def _in_part(route: Route, _: Report) -> Detail | None:
    cut = ", ".join(f"{reason} {count(number)}" for reason, number in route.reasons.items() if reason in CUTS)
    return Detail(label="streams compared in part", text=cut) if cut else None


def _suspicious(route: Route, _: Report) -> Detail | None:
    names = [_flagged(place) for place in route.places if place.status == "suspicious" or _is_open_and_flagged(place)]
    return Detail(label="suspicious", text=some_of(names, between="; "), tone="fail") if names else None


def _is_open_and_flagged(place: Place) -> bool:
    """Where the stores have parted too, so that no count of requests tells how much of it is a fault."""
    return place.status == "open" and any(check.flagged for check in place.checks)


def _undecided(route: Route, report: Report) -> Detail | None:
    names = [_more_pairs(place) for place in route.places if place.status == "undecided"]
    number = f"in {count(route.undecided)} more {units(route.undecided, report.unit)}: " if route.undecided else ""
    return Detail(label="undecided", text=number + some_of(names), tone="inconclusive") if names else None


def _noisy(route: Route, _: Report) -> Detail | None:
    names = [_checked(place) for place in _noise_places(route) if not place.always]
    return Detail(label="noisy", text=some_of(names)) if names else None


def _always(route: Route, _: Report) -> Detail | None:
    names = [_checked(place) for place in _noise_places(route) if place.always]
    return Detail(label="always different", text=some_of(names)) if names else None


def _transient(route: Route, report: Report) -> Detail | None:
    if not route.has_secondary or not route.distinct:
        return None
    bound = at_most(route.transience.upper, report.transient_budget)
    text = f"{count(route.transient)} of {count(route.distinct)} differed at the first look only, at most {bound}"
    if report.transient_budget != report.budget:
        text += f" (budget {100 * report.transient_budget:g} %)"
    return Detail(label="transient", text=text)


def _drift(route: Route, _: Report) -> Detail | None:
    number = route.reasons.get(Reason.STATE_DRIFT, 0)
    names = [_plain(place) for place in route.places if place.drift]
    if not number and not names:
        return None
    left = f"; the candidate answered as it in {count(number)}, which prove nothing" if number else ""
    at = f" at {some_of(names)}" if names else ""
    text = f"the secondary agrees with itself and not with legacy{at}{left}"
    return Detail(label="drift", text=text, tone="inconclusive")


def _noise(route: Route, _: Report) -> Detail | None:
    if route.has_secondary or not route.distinct:
        return None
    text = "not measured, there is no secondary: every difference counts"
    return Detail(label="noise", text=text, tone="inconclusive")


def _looks(route: Route, _: Report) -> Detail | None:
    if not route.has_secondary or not route.distinct:
        return None
    looks = f"{count(route.secondary_asked)} of {count(compared(route))} answers"
    return Detail(label="secondary", text=f"{looks}; {count(route.asked_again)} second looks")


def _injected(route: Route, _: Report) -> Detail | None:
    account = route.surfaced
    if not account.injected:
        return Detail(label="injected faults", text="none", tone="inconclusive") if route.distinct else None
    parts = ", ".join(f"{name} {one.surfaced}/{one.injected}" for name, one in account.by_mutation.items())
    text = f"{count(account.surfaced)} of {count(account.injected)} surfaced ({parts})"
    return Detail(label="injected faults", text=text, tone="inconclusive" if route.ground == "not_surfaced" else "")


_LINES: tuple[Callable[[Route, Report], Detail | None], ...] = (
    _served,
    _cross_read,
    _suspicious,
    _undecided,
    _not_compared,
    _drift,
    _in_part,
    _noise,
    _transient,
    _noisy,
    _always,
    _looks,
    _injected,
)


def _noise_places(route: Route) -> list[Place]:
    """Where legacy differs from itself; a place that shows nothing but drift is none of them."""
    return [place for place in route.places if place.status == "noise" and place.self_differs]


def _plain(place: Place) -> str:
    return place_name(place.path, place.kind)


def _checked(place: Place) -> str:
    """A place with the checks that were made of it."""
    return place_name(place.path, place.kind, " + ".join(c.check for c in place.checks if c.trials) or "unchecked")


def _more_pairs(place: Place) -> str:
    more = () if place.more_pairs is None else (f"{count(place.more_pairs)} more pairs",)
    return place_name(place.path, place.kind, *more)


def _flagged(place: Place) -> str:
    worst = max((check for check in place.checks if check.flagged), key=_excess, default=None)
    return f"{_plain(place)}: {flag_words(worst)}" if worst else _plain(place)


def _excess(check: PlaceCheck) -> float:
    return (check.candidate - check.control) / max(check.trials, 1)


def flag_words(check: PlaceCheck) -> str:
    """What the candidate fails in a check, and how often."""
    times = f"in {count(check.candidate)} of {count(check.trials)} checks"
    return f"{CHECKS[Check(check.check)]}, {times} (the secondary in {count(check.control)})"
