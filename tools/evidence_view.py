"""From a config and a stored run to a report: what report, gate, canary and demo share."""

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager

from crossfade.reports.build import build_report
from crossfade.reports.report import Report
from crossfade.shadow.config import Config
from crossfade.shadow.evidence.gate_settings import GateSettings
from crossfade.shadow.evidence.records import RunSummary
from crossfade.shadow.runs.setup import accept_rules, evidence_store
from crossfade.tools.repro import repro_settings


def report_of(config: Config, run_id: str | None, *, examples: bool = True, repro: bool = True) -> Report:
    """The report of a run (the newest by default) under the config's present rules. Raises: EvidenceError.

    Without ``examples`` its clusters have none, and it takes a third of the time; without ``repro`` they have no
    command lines, and it takes half.
    """
    with without_collector():
        evidence = evidence_store(config).read(run_id, examples=examples)
        return build_report(
            evidence,
            gate=gate_settings(config),
            accepted=accept_rules(config),
            now=time.time(),
            repro=repro_settings(config, evidence.info.contract_digest) if repro else None,
        )


@contextmanager
def without_collector() -> Iterator[None]:
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
