"""Evidence, views and reports of a small run, to be changed by the tests."""

from typing import Any

import pytest

from crossfade.reports.build import build_report
from crossfade.reports.findings import Sightings, find_findings
from crossfade.reports.report import Injected, Place, PlaceCheck, Report, Route, Surfaced
from crossfade.shadow.evidence.gate_settings import GateSettings
from crossfade.shadow.evidence.records import (
    ClusterEvidence,
    LatencyQuantiles,
    PlaceCount,
    RouteEvidence,
    RunEvidence,
    RunInfo,
    SignatureCount,
    StoredExample,
)
from crossfade.shadow.exchange.difference import Fingerprint
from crossfade.shadow.exchange.observations import RequestSample
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo

STARTED = 1_790_000_000.0
GET = RequestSample(protocol="http", method="GET", target="/b/1", headers=(("Accept", "*/*"),), body="")


class Make:
    """Small records with defaults; what a test is about is passed by name."""

    started = STARTED

    @staticmethod
    def fingerprint(
        template: str = "body/a", kind: str = "value", cause: str = "", transition: str = ""
    ) -> Fingerprint:
        return Fingerprint(template=template, kind=kind, cause=cause, transition=transition)

    @staticmethod
    def cluster(fingerprint: Fingerprint, **values: Any) -> ClusterEvidence:
        example = StoredExample(comparison_id="c1", path="body/a", legacy="1", candidate="2", request=GET)
        defaults = {"count": 5, "first_seen": STARTED + 1, "last_seen": STARTED + 9, "examples": (example,)}
        return ClusterEvidence(fingerprint=fingerprint, **(defaults | values))

    @staticmethod
    def example(legacy: str, candidate: str, request: RequestSample = GET) -> StoredExample:
        return StoredExample(comparison_id="c1", path="body/a", legacy=legacy, candidate=candidate, request=request)

    @staticmethod
    def route(name: str = "GET /b/{id}", *, matched: int = 0, **values: Any) -> RouteEvidence:
        """A route of which ``matched`` requests were the same; what entered is what is counted, if not given."""
        signatures = values.pop("signatures", {}) | (
            {(): SignatureCount(count=matched, distinct=matched)} if matched else {}
        )
        settled = values.pop("settled", {})
        counted = sum(settled.values()) + sum(seen.count for seen in signatures.values())
        empty = LatencyQuantiles(p50=None, p95=None, p99=None)
        protocol = "grpc" if "/" in name and " " not in name else "http"
        info = RouteInfo(
            route=name,
            protocol=protocol,
            call_type="unary" if protocol == "grpc" else "http",
            stage="shadow",
            listener=values.pop("listener", ""),
        )
        defaults = {
            "entered": counted,
            "distinct": sum(seen.distinct for seen in signatures.values()),
            "secondary_asked": 0,
            "clusters": (),
            "legacy_ms": empty,
            "candidate_ms": empty,
            "paired_ratio": empty,
        }
        return RouteEvidence(info=info, settled=settled, signatures=signatures, **(defaults | values))

    @staticmethod
    def run(*routes: RouteEvidence, **values: Any) -> RunEvidence:
        info = RunInfo(
            run_id="run-1",
            service="users",
            engine="mitmproxy",
            legacy_build="py 1",
            candidate_build="java 1",
            rules_digest="rules",
            contract_digest="contract",
            started_at=STARTED,
        )
        defaults = {"ended_at": STARTED + 75.5, "examples_stored": True}
        return RunEvidence(info=info, routes=routes, **(defaults | values))

    @staticmethod
    def report(*routes: RouteEvidence, claimed: tuple[str, ...] = ("*",), **values: Any) -> Report:
        """The report of a run with these routes, of which ``claimed`` are claimed at 1 % and 95 %."""
        run = Make.run(*routes, **values)
        return build_report(run, gate=GateSettings(routes=claimed), accepted=(), now=STARTED + 100)

    @staticmethod
    def rich_run(**values: Any) -> RunEvidence:
        """One route of each verdict, with an open, an accepted and a noisy cluster, and requests not compared."""
        value, order, date = (
            Make.fingerprint("body/n", "type"),
            Make.fingerprint("body/list", "order"),
            Make.fingerprint("header.date"),
        )
        failing = Make.route(
            "p.v1.S/Get",
            matched=50,
            signatures={
                (value, date): SignatureCount(count=30, distinct=25),
                (order,): SignatureCount(count=7, distinct=7),
                (date,): SignatureCount(count=90, distinct=80),
            },
            settled={(Outcome.SKIPPED, Reason.FOREIGN_HANDLE): 4, (Outcome.SHED, Reason.QUEUE_FULL): 2},
            entered=186,
            places={
                ("header.date", "value"): PlaceCount(both=40, self_differs=40),
                ("body/n", "type"): PlaceCount(candidate_only=12, bets_candidate=25, differing=30, rechecked=20),
                ("body/list", "order"): PlaceCount(candidate_only=3, bets_candidate=7, differing=7, rechecked=5),
            },
            asked_again=20,
            paired=40,
            secondary_asked=40,
            clusters=(Make.cluster(value, count=30), Make.cluster(order, count=7), Make.cluster(date, count=120)),
            legacy_ms=LatencyQuantiles(p50=10.0, p95=20.0, p99=1500.0),
            candidate_ms=LatencyQuantiles(p50=5.0, p95=30.0, p99=33.3333),
            paired_ratio=LatencyQuantiles(p50=0.5, p95=1.5, p99=2.0),
        )
        streaming = Make.route("p.v1.S/Watch", settled={(Outcome.UNCOMPARABLE, Reason.TRUNCATED): 3})
        return Make.run(
            failing, Make.route("GET /ok", matched=400), Make.route("GET /few", matched=20), streaming, **values
        )


@pytest.fixture
def make() -> type[Make]:
    """The records of a small run."""
    return Make


class Tell:
    """Records of a report as they are told, to be changed by the tests; nothing is computed."""

    @staticmethod
    def check(
        name: str, trials: int = 40, candidate: int = 0, control: int = 0, *, flagged: bool = False
    ) -> PlaceCheck:
        return PlaceCheck(check=name, trials=trials, candidate=candidate, control=control, flagged=flagged)

    @staticmethod
    def place(path: str, kind: str = "value", **values: Any) -> Place:
        defaults = {
            "status": "noise",
            "decided": False,
            "always": False,
            "asked_once": False,
            "pairs": 40,
            "self_differs": 5,
            "candidate_only": 0,
            "secondary_only": 0,
            "drift": 0,
            "more_pairs": None,
            "checks": (),
        }
        return Place(path=path, kind=kind, **(defaults | values))

    @staticmethod
    def surfaced(**by_mutation: tuple[int, int]) -> Surfaced:
        """Of each mutation, how many were injected and how many of these surfaced."""
        parts = {name: Injected(injected=put, surfaced=found) for name, (put, found) in by_mutation.items()}
        return Surfaced(
            injected=sum(part.injected for part in parts.values()),
            surfaced=sum(part.surfaced for part in parts.values()),
            by_mutation=parts,
        )

    @staticmethod
    def route(name: str = "GET /b/{id}", **values: Any) -> Route:
        """A claimed route with 400 matched requests and a secondary; the claim is proven."""
        shown = Make.report(Make.route(name, matched=400)).routes[0]
        return shown.model_copy(update={"has_secondary": True, "secondary_asked": 40, "asked_again": 3, **values})

    @staticmethod
    def found_in(report: Report, **values: Any) -> Report:
        """The report with other values, and the findings of its clusters; nothing is known of what came together."""
        changed = report.model_copy(update=values)
        seen = {cluster.route: Sightings({}, cluster.route) for cluster in changed.clusters}
        return changed.model_copy(update={"findings": find_findings(changed.clusters, changed.routes, seen)})

    @staticmethod
    def report(*routes: Route, **values: Any) -> Report:
        entered = sum(route.total for route in routes)
        return Make.report(Make.route(matched=400)).model_copy(update={"routes": routes, "entered": entered, **values})


@pytest.fixture
def tell() -> type[Tell]:
    """The records of a report."""
    return Tell
