"""From a config and a stored run to a report: what report, gate and demo share."""

import gc
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from crossfade.reports.build import build_report
from crossfade.reports.claims import GateSettings
from crossfade.reports.report import Report
from crossfade.shadow.config import Config
from crossfade.shadow.evidence import EvidenceError, list_runs, read_run
from crossfade.shadow.evidence.records import RunSummary
from crossfade.shadow.evidence.schema import FILE_NAME
from crossfade.shadow.evidence.view import AcceptRule
from crossfade.tools.repro import repro_settings

T = TypeVar("T")

# What the layers below a run raise for content that no crossfade wrote: SQLite, JSON, an enum, a compressed histogram.
_DAMAGED = (SQLAlchemyError, ValueError, KeyError, TypeError, IndexError, zlib.error, struct.error)


def report_of(config: Config, run_id: str | None, *, examples: bool = True) -> Report:
    """The report of a run (the newest by default) under the config's present rules. Raises: EvidenceError.

    Without ``examples`` its clusters have none, and it takes a third of the time.
    """
    with _without_collector():
        evidence = _undamaged(config.evidence.dir, lambda folder: read_run(folder, run_id, examples=examples))
        return build_report(
            evidence,
            gate=gate_settings(config),
            accepted=accept_rules(config),
            now=time.time(),
            repro=repro_settings(config, evidence.info.contract_digest),
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
    return _undamaged(config.evidence.dir, list_runs)[::-1]


def _undamaged(folder: Path, read: Callable[[Path], T]) -> T:
    """What is stored; a store whose content makes no sense is reported as damaged."""
    try:
        return read(folder)
    except _DAMAGED as error:
        said = str(error.orig) if isinstance(error, DBAPIError) else "a value that no crossfade writes"
        raise EvidenceError(
            f"{folder / FILE_NAME}: expected evidence as crossfade wrote it, got {said}; "
            "the file is damaged, move it away"
        ) from error


def gate_settings(config: Config) -> GateSettings:
    """What is claimed."""
    gate = config.gate
    return GateSettings(
        routes=gate.routes,
        budget_pct=gate.budget_pct,
        confidence_pct=gate.confidence_pct,
        min_compared_pct=gate.min_compared_pct,
    )


def accept_rules(config: Config) -> tuple[AcceptRule, ...]:
    """The differences that may stay."""
    return tuple(
        AcceptRule(route=rule.route, path=rule.path, kind=rule.kind, reason=rule.reason, expires=rule.expires)
        for rule in config.accept
    )
