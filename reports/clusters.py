"""Clusters as records of the report, with their examples. Pure."""

import datetime
from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from crossfade.codegen.pitfalls import find_pitfall
from crossfade.reports.conclusions import STATUS_ORDER
from crossfade.reports.report import Cluster, Example, Severity
from crossfade.reports.repro import ReproSettings, as_candidate_gets, command_line
from crossfade.shadow.evidence.conclusions import Status
from crossfade.shadow.evidence.records import ClusterEvidence, StoredExample
from crossfade.shadow.evidence.view import RouteView
from crossfade.shadow.exchange.difference import UNSEEN_MESSAGE, Kind

_STATUSES = frozenset({"status", "status.code"})  # what else differs follows from them
_TEXT_ONLY = frozenset({"status.message", "header.content-type.charset"})


def in_order(clusters: Iterable[Cluster]) -> tuple[Cluster, ...]:
    """By status, the most frequent first."""
    return tuple(
        sorted(
            clusters,
            key=lambda cluster: (
                STATUS_ORDER[cluster.status],
                -cluster.count,
                cluster.route,
                cluster.path not in _STATUSES,
                cluster.path,
                cluster.id,
            ),
        )
    )


def cluster_of(route: str, view: RouteView, item: ClusterEvidence, repro: ReproSettings | None) -> Cluster:
    """A cluster of the route of this name."""
    fingerprint = item.fingerprint
    return Cluster(
        id=fingerprint.cluster_id(route),
        route=route,
        path=fingerprint.template,
        kind=fingerprint.kind,
        transition=fingerprint.transition,
        cause=fingerprint.cause if find_pitfall(fingerprint.cause) else None,
        count=item.count,
        rate=round(item.count / view.compared, 6) if view.compared else 0.0,
        first_seen=timestamp(item.first_seen),
        last_seen=timestamp(item.last_seen),
        status=view.statuses.get(fingerprint, Status.OPEN).value,
        severity=_severity(fingerprint.template, fingerprint.kind),
        examples=tuple(_example(example, repro) for example in item.examples),
    )


def _example(example: StoredExample, repro: ReproSettings | None) -> Example:
    told = {"comparison_id": example.comparison_id, "path": example.path}
    values = {"legacy": example.legacy, "candidate": example.candidate}
    return Example(**told, **values, **({"repro": ""} if repro is None else _command_lines(example, repro)))


def _command_lines(example: StoredExample, repro: ReproSettings) -> dict[str, str]:
    """Over TLS, HTTP/2 is the clients' and the proxy's alone; and a candidate gets HTTP over HTTP/1.1."""
    listener = repro.listener
    over_http1 = replace(example.request, h2c=False) if example.request.h2c else example.request
    request = over_http1 if listener is not None and listener.tls else example.request
    line = partial(command_line, schema=repro.schema)
    mirrored, changed = as_candidate_gets(over_http1, None if listener is None else listener.candidate_fields)
    return {
        "repro": line(request),
        "repro_legacy": "" if listener is None else line(request, listener.legacy),
        "repro_candidate": "" if listener is None else line(mirrored, listener.candidate, changed=changed),
    }


def _severity(template: str, kind: str) -> Severity:
    """An added field is additive; a status text, an unseen message or the charset of JSON is cosmetic; others break."""
    if template == UNSEEN_MESSAGE:
        return "cosmetic"
    if kind == Kind.ADDED.value:
        return "additive"
    return "cosmetic" if template in _TEXT_ONLY else "breaking"


def timestamp(seconds: float) -> str:
    """Seconds since the epoch as RFC 3339 in UTC."""
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).isoformat(timespec="milliseconds")
