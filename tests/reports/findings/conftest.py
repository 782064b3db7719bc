"""Clusters of a route with the comparisons in which they came, and the findings of several routes."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from crossfade.reports.build import build_report
from crossfade.reports.findings import Sightings
from crossfade.reports.report import Cluster, Example, Finding, Report
from crossfade.shadow.evidence.gate_settings import GateSettings
from crossfade.shadow.evidence.records import SignatureCount, StoredExample
from crossfade.shadow.exchange.difference import Fingerprint, Signature
from crossfade.shadow.exchange.observations import RequestSample

_GET = RequestSample(protocol="http", method="GET", target="/", headers=(), body="")
Pairs = tuple[tuple[str, str], ...]


class Found:
    """Records of what was found; a place is written ``kind path [transition] [#cause]``."""

    @staticmethod
    def mark(text: str) -> Fingerprint:
        """``value status 404 -> 500``, ``missing body/a``, ``value body/b #B11``."""
        rest, _, cause = text.partition(" #")
        kind, path, *transition = rest.split(" ", 2)
        return Fingerprint(template=path, kind=kind, cause=cause, transition="".join(transition))

    @staticmethod
    def signatures(*seen: tuple[int, tuple[str, ...]]) -> dict[Signature, SignatureCount]:
        """How many comparisons had exactly these places."""
        return {
            tuple(sorted(map(Found.mark, places))): SignatureCount(count=number, distinct=number)
            for number, places in seen
        }

    @staticmethod
    def clusters(
        *seen: tuple[int, tuple[str, ...]], route: str = "GET /x", examples: Mapping[str, Pairs] | None = None
    ) -> tuple[list[Cluster], Sightings]:
        """The clusters of a route in the order of their first sighting, and what came together."""
        counts: Counter[str] = Counter()
        for number, places in seen:
            counts.update(dict.fromkeys(places, number))
        clusters = [
            Found.cluster(text, number, route, (examples or {}).get(text, ())) for text, number in counts.items()
        ]
        return clusters, Sightings(Found.signatures(*seen), route)

    @staticmethod
    def cluster(text: str, number: int = 1, route: str = "GET /x", pairs: Pairs = (), status: Any = "open") -> Cluster:
        """A cluster with an example for each pair of values; the n-th ones are of one comparison."""
        mark = Found.mark(text)
        return Cluster(
            id=mark.cluster_id(route),
            route=route,
            path=mark.template,
            kind=mark.kind,
            transition=mark.transition,
            cause=mark.cause or None,
            count=number,
            rate=0.5,
            first_seen="2026-01-01T00:00:00Z",
            last_seen="2026-01-01T00:00:00Z",
            status=status,
            severity="additive" if mark.kind == "added" else "breaking",
            examples=tuple(
                Example(comparison_id=f"c{at}", path=mark.template, legacy=legacy, candidate=candidate, repro="")
                for at, (legacy, candidate) in enumerate(pairs)
            ),
        )

    @staticmethod
    def report(
        make: Any,
        routes: Mapping[str, tuple[tuple[int, tuple[str, ...]], ...]],
        examples: Mapping[tuple[str, str], Pairs] | None = None,
        claimed: tuple[str, ...] = ("*",),
    ) -> Report:
        """The report of routes with these signatures; examples by route and place. 100 requests more matched."""
        pairs = examples or {}
        found = []
        for name, seen in routes.items():
            counts: Counter[str] = Counter()
            for number, places in seen:
                counts.update(dict.fromkeys(places, number))
            clusters = tuple(
                make.cluster(Found.mark(text), count=number, examples=_stored(pairs.get((name, text), ())))
                for text, number in counts.items()
            )
            signatures = Found.signatures(*seen)
            found.append(make.route(name, matched=100, signatures=signatures, clusters=clusters))
        gate = GateSettings(routes=claimed)
        return build_report(make.run(*found), gate=gate, accepted=(), now=make.started + 100)

    @staticmethod
    def told(report: Report) -> list[tuple[str, list[str]]]:
        """Each finding's title and the places of its parts."""
        clusters = {cluster.id: cluster for cluster in report.clusters}
        return [(finding.title, [_place(clusters[part]) for part in finding.parts]) for finding in report.findings]

    @staticmethod
    def one(report: Report) -> Finding:
        """The only finding."""
        (finding,) = report.findings
        return finding


def _place(cluster: Cluster) -> str:
    return " ".join(filter(None, (cluster.route, cluster.kind, cluster.path, cluster.transition)))


def _stored(pairs: Pairs) -> tuple[StoredExample, ...]:
    return tuple(
        StoredExample(comparison_id=f"c{at}", path="", legacy=legacy, candidate=candidate, request=_GET)
        for at, (legacy, candidate) in enumerate(pairs)
    )


@pytest.fixture
def found() -> type[Found]:
    """The records of what was found."""
    return Found
