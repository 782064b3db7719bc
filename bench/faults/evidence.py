"""What the stored runs say: whether their sums are exact, and what was compared."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from crossfade.reports.report import Report
from crossfade.shadow.config import load_config
from crossfade.tools.evidence_view import report_of, runs_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """All runs of a store together; ``wrong`` says which one contradicts itself."""

    entered: int
    in_flight: int
    outcomes: Mapping[str, int]
    reasons: Mapping[str, int]
    ended: int
    runs: int
    wrong: tuple[str, ...]

    @property
    def settled(self) -> int:
        """Requests whose outcome was committed."""
        return sum(self.outcomes.values())


def read_sums(config: Path) -> Sums:
    """Reads all runs as ``crossfade report --json`` does, and adds them up."""
    loaded = load_config(config)
    reports = [report_of(loaded, run.run_id) for run in runs_of(loaded)]
    outcomes: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for report in reports:
        for route in report.routes:
            outcomes.update(route.outcomes)
            reasons.update(route.reasons)
    return Sums(
        entered=sum(report.entered for report in reports),
        in_flight=sum(report.in_flight for report in reports),
        outcomes={name: count for name, count in outcomes.items() if count},
        reasons={name: count for name, count in reasons.items() if count},
        ended=sum(report.ended_at is not None for report in reports),
        runs=len(reports),
        wrong=tuple(line for report in reports for line in _wrong(report)),
    )


def _wrong(report: Report) -> Iterable[str]:
    for route in report.routes:
        settled = sum(route.outcomes.values())
        if route.total != settled + route.in_flight or route.in_flight < 0:
            yield f"{report.run_id} {route.route}: {route.total} entered, {settled} ended, {route.in_flight} in flight"
