"""Writes a run: counts in memory, and hands what changed to a store at each flush."""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Self

from crossfade.shadow.evidence.changes import Changes, by_key, storable, storable_route
from crossfade.shadow.evidence.records import RunInfo
from crossfade.shadow.evidence.redact import Examples
from crossfade.shadow.evidence.store import RunStore, Store
from crossfade.shadow.evidence.tally import Limits, Tally
from crossfade.shadow.exchange.observations import CrossRead, Noted, Proof, Settled
from crossfade.shadow.exchange.route import RouteInfo

_MAX_DIGESTS = 8
_NONE: Mapping[RouteInfo, int] = {}


class EvidenceWriter:
    """One run's writer. A flush writes totals, so one that failed is simply tried again: nothing is counted twice."""

    def __init__(self, run: RunStore, info: RunInfo, redactor: Examples | None, limits: Limits | None = None) -> None:
        self._run = run
        self._rules_digest = info.rules_digest
        self._candidate_build = info.candidate_build
        self._redactor = redactor
        self._limits = limits or Limits()
        self._tallies: dict[str, Tally] = {}
        self._changed: set[str] = set()

    @classmethod
    def begin(cls, store: Store, info: RunInfo, redactor: Examples | None, limits: Limits | None = None) -> Self:
        """Begins a run in a store, which is made if there is none; without a redactor no examples are kept.

        Raises: EvidenceError: the store can't be written, or is of another version.
        """
        return cls(store.begin(info, examples_stored=redactor is not None), info, redactor, limits)

    def add(self, observation: Noted) -> None:
        """Counts what was observed, in memory; a proof in an account of its own."""
        tally = self._tally(observation.route)
        if isinstance(observation, Settled):
            tally.settle(observation)
        elif isinstance(observation, Proof):
            tally.prove(observation)
        elif isinstance(observation, CrossRead):
            tally.cross_read(observation)
        else:
            tally.judge(observation, self._redactor)

    def note_rules(self, rules_digest: str) -> None:
        """Other rules apply from now on: the run's digest becomes a list, joined by ``+``."""
        digests = (*self._rules_digest.split("+"), rules_digest)
        if len(digests) > _MAX_DIGESTS:
            digests = (digests[0], "...", *digests[-_MAX_DIGESTS + 2 :])
        self._rules_digest = "+".join(digests)

    def note_candidate_build(self, build: str) -> None:
        """Names the build of the candidate, which was not known when the run began."""
        self._candidate_build = build

    def flush(self, entered: Mapping[RouteInfo, int], by_candidate: Mapping[RouteInfo, int] = _NONE) -> None:
        """Commits all counts together with what entered, as the engine counted it (totals since the run began).

        ``by_candidate``: how many of them the candidate answered. The stage of a route is that of the newest counts.
        Raises: EvidenceError: the store could not be written; the counts are kept for the next flush.
        """
        self._run.flush(self._changes(entered, by_candidate), now=time.time())
        self._committed()

    def finish(
        self, entered: Mapping[RouteInfo, int], by_candidate: Mapping[RouteInfo, int] = _NONE, *, now: float
    ) -> None:
        """The last flush: marks the run as ended at ``now``, and closes it. Raises: EvidenceError: as ``flush``."""
        self._run.finish(self._changes(entered, by_candidate), now=now)
        self._committed()
        self.close()

    def close(self) -> None:
        """Gives the store back; what was not flushed is lost. May be repeated."""
        self._run.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _tally(self, route: RouteInfo) -> Tally:
        key = storable(route.key)
        self._changed.add(key)
        if key not in self._tallies:
            self._tallies[key] = Tally(info=storable_route(route), limits=self._limits)
        return self._tallies[key]

    def _changes(self, entered: Mapping[RouteInfo, int], by_candidate: Mapping[RouteInfo, int]) -> Changes:
        for key, (route, count) in by_key(entered).items():
            known = self._tallies.get(key)
            if known is None or known.entered != count or known.info.stage is not route.stage:
                tally = self._tally(route)
                tally.entered, tally.info = count, replace(tally.info, stage=route.stage)
        for key, (route, count) in by_key(by_candidate).items():
            if key not in self._tallies or self._tallies[key].by_candidate != count:
                self._tally(route).by_candidate = count
        return Changes(
            rules_digest=self._rules_digest,
            candidate_build=self._candidate_build,
            routes=tuple(self._tallies[key].changes() for key in sorted(self._changed)),
        )

    def _committed(self) -> None:
        for key in self._changed:
            self._tallies[key].committed()
        self._changed.clear()
