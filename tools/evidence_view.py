"""From a config and a stored run to a report: what report, gate, canary and demo share."""

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from crossfade.reports.build import build_report
from crossfade.reports.report import Report
from crossfade.reports.standings import standings
from crossfade.shadow.config import Config
from crossfade.shadow.evidence import Store
from crossfade.shadow.evidence.gate_settings import GateSettings
from crossfade.shadow.evidence.records import RunSummary
from crossfade.shadow.evidence.standing import RouteStanding
from crossfade.shadow.runs.setup import accept_rules, evidence_store
from crossfade.tools.repro import repro_settings


def report_of(config: Config, run_id: str | None, *, examples: bool = True, repro: bool = True) -> Report:
    """The report of a run (the newest by default) under the config's present rules. Raises: EvidenceError.

    Without ``examples`` its clusters have none, and it takes a third of the time; without ``repro`` they have no
    command lines, and it takes half.
    """
    with _without_collector():
        evidence = evidence_store(config).read(run_id, examples=examples)
        return build_report(
            evidence,
            gate=gate_settings(config),
            accepted=accept_rules(config),
            now=time.time(),
            repro=repro_settings(config, evidence.info.contract_digest) if repro else None,
        )


@contextmanager
def _without_collector() -> Iterator[None]:
    """A large run is a million records and no garbage: looking for some takes an eighth of the time of a report."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def runs_of(config: Config) -> tuple[RunSummary, ...]:
    """All runs of the store, the newest first. Raises: EvidenceError."""
    return evidence_store(config).runs()[::-1]


def gate_settings(config: Config) -> GateSettings:
    """What is claimed."""
    gate = config.gate
    return GateSettings(
        routes=gate.routes,
        budget_pct=gate.budget_pct,
        confidence_pct=gate.confidence_pct,
        min_compared_pct=gate.min_compared_pct,
        unit=gate.unit.value,
        planned_n=gate.planned_n,
        transient_budget_pct=gate.transient_budget_pct,
        transient_reason=gate.transient_reason or "",
        min_surfaced_pct=gate.min_surfaced_pct,
    )


def canary_view(store: Store, config: Config) -> dict[str, RouteStanding]:
    """How the routes of the newest run stand, by their keys; {} before the first run.

    What `[[canary.route]]` moves is claimed as what `[gate] routes` names. Raises: EvidenceError.
    """
    if not store.exists():
        return {}
    with _without_collector():
        gate = gate_settings(config)
        moved = (glob for group in config.canary.route for glob in group.routes)
        return standings(
            store.read(examples=False),
            gate=replace(gate, routes=tuple(dict.fromkeys((*gate.routes, *moved)))),
            accepted=accept_rules(config),
            now=time.time(),
        )
