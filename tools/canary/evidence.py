"""The evidence store, as the canary's controller reads it."""

from collections.abc import Callable

from crossfade.shadow.canary.control.evidence import Evidence
from crossfade.shadow.canary.reading import Standing
from crossfade.shadow.config import Config
from crossfade.shadow.evidence import Store
from crossfade.shadow.evidence.standing import RouteStanding
from crossfade.shadow.runs.setup import evidence_store
from crossfade.tools.canary_view import CanaryView


def evidence_reader(config: Config) -> Callable[[], Evidence]:
    """Reads how the routes stand, and when that was last committed. What it returns raises EvidenceError."""
    store = evidence_store(config)
    view = CanaryView(store, config)
    return lambda: _read(store, view)


def _read(store: Store, view: CanaryView) -> Evidence:
    standings = tuple(map(_standing, view.read().values()))
    last_s = [run.last_s for run in store.runs()] if standings else []
    return Evidence(standings=standings, committed_at=max(last_s, default=None))


def _standing(found: RouteStanding) -> Standing:
    return Standing(
        route=found.route,
        verdict=found.verdict,
        reason=found.reason,
        claim=found.claim,
        open_findings=found.open_findings,
        candidate_build=found.candidate_build,
        cross_reads=found.cross_reads,
        cross_matched=found.cross_matched,
    )
