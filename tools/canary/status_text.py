"""The rollout for a person: a few short lines a route, in any width, with or without colours. Pure."""

from collections import Counter
from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from crossfade.reports.visible import visible
from crossfade.shadow.canary.control.status import RouteStatus, SideStatus, Status

_STYLES = {
    "Aborted": "red",
    "Degraded": "bold red",
    "RollingBack": "bold red",
    "Paused": "yellow",
    "Waiting": "yellow",
    "Promoted": "green",
    "Completed": "green",
}
_ENDED = frozenset({"Completed"})
_INDENT = (0, 0, 0, 2)


def status_view(status: Status) -> RenderableType:
    """The whole rollout, what needs a person first."""
    routes = sorted(status.routes, key=lambda route: (_rank(route), route.route))
    return Group(*_head(status), *(part for route in routes for part in _route(route)))


def route_line(route: RouteStatus) -> str:
    """A route in one line, as a verb's answer."""
    return visible(f"{route.route}: {route.phase}, {_weight(route)}{f': {route.why}' if route.why else ''}")


def _head(status: Status) -> Iterator[RenderableType]:
    counts = Counter(route.phase for route in status.routes)
    phases = ", ".join(f"{count} {phase}" for phase, count in sorted(counts.items()))
    total = f"{len(status.routes)} route{'' if len(status.routes) == 1 else 's'}"
    yield Text(visible(f"{status.service}: {total}: {phases or 'not looked yet'}"), style="bold")
    for plane in status.planes:
        if plane.problem:
            yield Text(visible(plane.problem), style="bold red")
    if status.journal_problem:
        yield Text(visible(f"no weight grows: {status.journal_problem}"), style="bold red")
    if status.evidence_problem:
        yield Text(visible(f"evidence: {status.evidence_problem}"), style="yellow")
    if status.frozen:
        yield Text(visible(f"nothing moves on: {status.frozen}"), style="yellow")


def _route(route: RouteStatus) -> Iterator[RenderableType]:
    yield Text("")
    yield Text(visible(route.route), style="bold")
    facts = [route.stage, route.phase]
    if route.outcome:
        facts.append(route.outcome)
    if route.step:
        facts.append(f"step {route.step} of {route.steps} ({route.step_text})")
    yield _line(f"{', '.join(facts)}; {_weight(route)}", _STYLES.get(route.phase, ""))
    if route.phase in _ENDED:
        return
    if route.legacy.requests or route.candidate.requests:
        yield _line(f"legacy answered {_served(route.legacy)}, the candidate {_served(route.candidate)}")
    if route.verdict:
        yield _line(route.claim or f"{route.verdict}: {route.reason}")
    if route.findings:
        yield _line(f"open findings: {', '.join(route.findings)}")
    if route.why and route.why != route.claim:
        yield _line(route.why, _STYLES.get(route.phase, ""))
    if waiting := "; ".join(_waiting(route)):
        yield _line(waiting)


def _waiting(route: RouteStatus) -> Iterator[str]:
    if route.waits_for:
        yield f"waits for {route.waits_for}"
    if route.hours_to_go is not None:
        yield f"about {_hours(route.hours_to_go)} to go"


def _weight(route: RouteStatus) -> str:
    if route.weight_pct is None:
        return f"weight unknown, {route.wanted_pct:g} % wanted"
    if route.weight_pct != route.wanted_pct:
        return f"weight {route.weight_pct:g} %, {route.wanted_pct:g} % wanted"
    return f"weight {route.weight_pct:g} %"


def _served(side: SideStatus) -> str:
    requests, errors = side.requests, side.errors
    return f"{requests:,} with {errors:,} error{'' if errors == 1 else 's'}"


def _hours(hours: float) -> str:
    if hours >= 1:
        return f"{hours:.1f} h"
    return f"{hours * 60:.0f} min" if hours * 60 >= 1 else f"{hours * 3600:.0f} s"


def _line(text: str, style: str = "") -> RenderableType:
    return Padding(Text(visible(text), style=style), _INDENT, expand=False)


def _rank(route: RouteStatus) -> int:
    order = ("Degraded", "RollingBack", "Aborted", "Waiting", "Paused", "Progressing", "Initializing", "Promoted")
    return order.index(route.phase) if route.phase in order else len(order)
