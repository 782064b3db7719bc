"""How the routes stand that a canary moves: what the newest run shows, and what earlier runs of these builds proved."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

from crossfade.reports.standings import standings
from crossfade.shadow.config import Config
from crossfade.shadow.config.settings import UNKNOWN_BUILD
from crossfade.shadow.evidence import Store
from crossfade.shadow.evidence.records import RunInfo
from crossfade.shadow.evidence.standing import RouteStanding
from crossfade.shadow.runs.setup import accept_rules, compared_alike
from crossfade.tools.evidence_view import gate_settings, without_collector

_MOST_RUNS = 20
_JUDGED = ("pass", "fail")

Standings = Mapping[str, RouteStanding]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """One run under the present rules."""

    info: RunInfo
    routes: Standings


class CanaryView:
    """Reads the store again and again. Runs that have ended are read once."""

    def __init__(self, store: Store, config: Config) -> None:
        self._store = store
        self._config = config
        self._ended: dict[str, _Judged] = {}

    def read(self) -> dict[str, RouteStanding]:
        """How the routes stand, by their keys; {} before the first run. Raises: EvidenceError.

        A route that the newest run says nothing against, and not enough for, stands as in the newest of the runs before
        it that judged it: of the same builds, both named, with answers compared in the same way. So a write that no
        live run may send twice can be proven by a replay, or by a run on stores of its own.
        """
        if not self._store.exists():
            return {}
        now = time.time()
        newest, *earlier = sorted(self._store.runs(), key=lambda run: run.started_at, reverse=True)
        present = self._judged(newest.run_id)
        found = dict(present.routes)
        if UNKNOWN_BUILD in {present.info.legacy_build, present.info.candidate_build}:
            return found
        for run in earlier[:_MOST_RUNS]:
            past = self._ended.get(run.run_id) or self._judged(run.run_id)
            if not run.is_live(now):
                self._ended[run.run_id] = past
            if _is_of_same(past.info, present.info):
                found |= {
                    key: standing_for(route, found.get(key))
                    for key, route in past.routes.items()
                    if _may_stand_for(route, found.get(key))
                }
        return found

    def _judged(self, run_id: str) -> _Judged:
        """What a canary moves is claimed like what `[gate] routes` names."""
        with without_collector():
            gate = gate_settings(self._config)
            moved = (glob for group in self._config.canary.route for glob in group.routes)
            evidence = self._store.read(run_id, examples=False)
            return _Judged(
                info=evidence.info,
                routes=standings(
                    evidence,
                    gate=replace(gate, routes=tuple(dict.fromkeys((*gate.routes, *moved)))),
                    accepted=accept_rules(self._config),
                    now=time.time(),
                ),
            )


def _is_of_same(past: RunInfo, present: RunInfo) -> bool:
    builds = (past.legacy_build, past.candidate_build) == (present.legacy_build, present.candidate_build)
    return builds and compared_alike(past.rules_digest, present.rules_digest)


def _may_stand_for(past: RouteStanding, newer: RouteStanding | None) -> bool:
    """Whether an earlier run tells more: it judged the route, and nothing that came later judged or contradicts it."""
    if past.verdict not in _JUDGED:
        return False
    return newer is None or (newer.verdict not in _JUDGED and newer.k == 0 and not newer.open_findings)


def standing_for(past: RouteStanding, newer: RouteStanding | None) -> RouteStanding:
    """What was proven earlier, with what the candidate served and wrote in the newest run."""
    if newer is None:
        return past
    return replace(
        past,
        served_compared=newer.served_compared,
        served_diverged=newer.served_diverged,
        cross_reads=newer.cross_reads,
        cross_matched=newer.cross_matched,
    )
