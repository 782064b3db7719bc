"""A run in memory: observations in, the route's view and its claim out, by the code that a real run uses."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from looks import ROUTE, STARTED

from crossfade.shadow.evidence import EvidenceWriter
from crossfade.shadow.evidence.claims import Claim, judge_claim
from crossfade.shadow.evidence.gate_settings import GateSettings
from crossfade.shadow.evidence.records import RunInfo
from crossfade.shadow.evidence.store import open_store
from crossfade.shadow.evidence.view import RouteView, view_route
from crossfade.shadow.exchange.observations import Observation
from crossfade.shadow.exchange.route import RouteInfo

_TODAY = datetime.date(2026, 11, 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A look at a run."""

    view: RouteView
    claim: Claim


class Run:
    """One run on one route."""

    def __init__(self, gate: GateSettings, *, route: RouteInfo = ROUTE, secondary: bool = True) -> None:
        """``secondary``: there is a second instance of legacy."""
        self._gate = gate
        self._route = route
        self._store = open_store("memory:")
        self._writer = EvidenceWriter.begin(self._store, _info(gate, secondary), None)
        self._entered = 0

    @property
    def add(self) -> Callable[[Observation], None]:
        """Takes what the judge gave for the newest request."""
        return self._writer.add

    def enter(self) -> None:
        """One more request came."""
        self._entered += 1

    def look(self, *, finished: bool = False) -> Seen:
        """The view and the claim now; the run may go on."""
        self._writer.flush({self._route: self._entered})
        (evidence,) = self._store.read().routes
        view = view_route(evidence, (), _TODAY)
        return Seen(view=view, claim=judge_claim(view, self._gate, claimed=True, finished=finished))


def _info(gate: GateSettings, secondary: bool) -> RunInfo:  # noqa: FBT001 - private
    return RunInfo(
        run_id="r",
        service="things",
        engine="mitmproxy",
        legacy_build="py",
        candidate_build="java",
        rules_digest="r",
        contract_digest="",
        started_at=STARTED,
        unit=gate.unit,
        secondary=secondary,
    )
