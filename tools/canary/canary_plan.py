"""crossfade canary plan."""

from pathlib import Path

import click
from msgspec import json

from crossfade.reports.visible import visible
from crossfade.shadow.canary.plan.hours import Present, RouteHours, StepHours, route_hours
from crossfade.shadow.config import load_config
from crossfade.tools.canary.planning import plan_of
from crossfade.tools.canary.present import present_traffic
from crossfade.tools.canary.verbs import json_option
from crossfade.tools.options import config_option
from crossfade.tools.output import emit


@click.command()
@config_option
@json_option
def canary_plan(config_path: Path, *, as_json: bool) -> None:
    """Show the steps of each route, and the hours that each needs at the traffic of the newest run.

    The hours are those if nothing diverges and no request is bad. Steps that a person ends have none. A step that never
    ends at this traffic is "not reachable": a larger budget, a larger weight before it, or a replay of recorded traffic
    helps.

    \b
    Example:
      crossfade canary plan --config crossfade.toml
    """
    config = load_config(config_path)
    plan, present = plan_of(config), present_traffic(config)
    budget = config.gate.budget_pct / 100
    found = [route_hours(plan, route, present.get(route.route, Present()), budget) for route in plan.routes]
    emit(json.encode(found).decode() if as_json else "\n\n".join(map(_text, found)))


def _text(route: RouteHours) -> str:
    traffic = f"{route.requests_per_s:.3g} requests/s"
    total = f"{route.hours:.3g} h" if route.is_reachable else "not reachable"
    lines = [f"{route.route} ({route.group}, {route.plane}): {traffic}, {total}"]
    lines += [f"  now: {route.blocked}"] if route.blocked else []
    lines += [f"  {_step(step)}" for step in route.steps]
    return "\n".join(map(visible, lines))


def _step(step: StepHours) -> str:
    hours = "-" if step.hours is None else f"{step.hours:.3g} h"
    requests = f"{step.requests:,} requests" if step.requests else ""
    return f"{step.step:<16} {hours:>9}  {', '.join(filter(None, (requests, step.note)))}".rstrip()
