"""The figures of the controller as Prometheus reads them. A pure function of one snapshot."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from crossfade.shadow.canary.control.status import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One moment. ``tick_age_s`` is how long the last tick is ago.

    ``transitions`` are counted by event, ``notices`` by webhook and what came of them.
    """

    status: Status
    tick_age_s: float
    journal_up: bool
    transitions: Mapping[str, int]
    notices: Mapping[tuple[str, str], int]


class _Families(Collector):
    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        yield from _of_routes(self._figures.status)
        yield from _of_the_controller(self._figures)


def render(figures: Figures) -> bytes:
    """The text of a scrape."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Families(figures))
    return generate_latest(registry)


def _of_routes(status: Status) -> Iterator[Metric]:
    weight = _by("weight_pct", "The share of clients that the candidate answers, as read back.", "route")
    wanted = _by("wanted_weight_pct", "The share of clients that the controller has asked for.", "route")
    step = _by("step", "The step at which a route is, from 1.", "route")
    phase = _by("phase", "1 for the phase of a route.", "route", "phase")
    findings = _by("open_findings", "Findings of a route that are open.", "route")
    for route in status.routes:
        if route.weight_pct is not None:
            weight.add_metric([route.route], route.weight_pct)
        wanted.add_metric([route.route], route.wanted_pct)
        step.add_metric([route.route], route.step)
        phase.add_metric([route.route, route.phase], 1)
        findings.add_metric([route.route], len(route.findings))
    yield from (weight, wanted, step, phase, findings)


def _of_the_controller(figures: Figures) -> Iterator[Metric]:
    planes = _by("plane_up", "1 while a data plane can be read and takes its weights, else 0.", "plane")
    for plane in figures.status.planes:
        planes.add_metric([plane.name], int(not plane.problem))
    yield planes
    yield _gauge(
        "journal_up", "1 while decisions can be written down, else 0: then no weight grows.", figures.journal_up
    )
    yield _gauge("tick_age_seconds", "Seconds since the controller last looked.", figures.tick_age_s)
    if figures.status.evidence_age_s is not None:
        yield _gauge("evidence_age_seconds", "Seconds since evidence was committed.", figures.status.evidence_age_s)
    events = CounterMetricFamily("crossfade_canary_transitions", "What happened to routes, by event.", labels=["event"])
    for event, count in figures.transitions.items():
        events.add_metric([event], count)
    yield events
    text = "Notifications, by webhook and what came of them."
    notices = CounterMetricFamily("crossfade_canary_notices", text, labels=["target", "result"])
    for (target, result), count in figures.notices.items():
        notices.add_metric([target, result], count)
    yield notices


def _by(name: str, text: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"crossfade_canary_{name}", text, labels=labels)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"crossfade_canary_{name}", text, value=float(value))
