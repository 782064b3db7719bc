"""Clusters as records: in the order of triage, with command lines where they are wanted."""

from typing import Any

import pytest

from crossfade.reports.build import build_report
from crossfade.reports.clusters import timestamp
from crossfade.shadow.evidence.gate_settings import GateSettings
from crossfade.shadow.evidence.records import SignatureCount
from crossfade.shadow.evidence.view import AcceptRule


def test_clusters_are_ordered_for_triage(make: Any) -> None:
    """Open before accepted before noise; the most frequent first; then by route and path, a status first."""
    marks = [make.fingerprint(path) for path in ("body/c", "body/a", "body/b", "body/d", "status")]
    counts = (5, 5, 9, 1, 5)
    route = make.route(
        "GET /x",
        signatures={
            (mark,): SignatureCount(count=count, distinct=1) for mark, count in zip(marks, counts, strict=True)
        },
        clusters=tuple(make.cluster(mark, count=count) for mark, count in zip(marks, counts, strict=True)),
    )
    rule = AcceptRule(route="*", path="body/b", kind="*", reason="known", expires=None)
    report = build_report(make.run(route), gate=GateSettings(routes=("*",)), accepted=(rule,), now=make.started)
    assert [(cluster.path, cluster.status) for cluster in report.clusters] == [
        ("status", "open"),
        ("body/a", "open"),
        ("body/c", "open"),
        ("body/d", "open"),
        ("body/b", "accepted"),
    ]


@pytest.mark.parametrize(
    ("template", "kind", "severity"),
    [
        ("body/a", "added", "additive"),
        ("body/a", "missing", "breaking"),
        ("status.message", "value", "cosmetic"),
        ("header.content-type.charset", "value", "cosmetic"),
        ("header.content-type", "value", "breaking"),
        ("status.message", "added", "additive"),
        ("message(unseen)", "missing", "cosmetic"),
        ("message(unseen)", "added", "cosmetic"),
        ("message(unseen)", "value", "cosmetic"),
        ("status.code", "value", "breaking"),
        ("(answer)", "failed", "breaking"),
    ],
)
def test_severity(make: Any, template: str, kind: str, severity: str) -> None:
    """A field more is additive, another status text or an unseen message cosmetic, all else can break a caller."""
    mark = make.fingerprint(template, kind)
    seen = {(mark,): SignatureCount(count=1, distinct=1)}
    report = make.report(make.route(signatures=seen, clusters=(make.cluster(mark),)))
    assert report.clusters[0].severity == severity


def test_without_command_lines(make: Any) -> None:
    """Where nobody reads them, examples have none, and all else is the same."""
    run = make.rich_run()
    gate = GateSettings(routes=("*",))
    whole, bare = (
        build_report(run, gate=gate, accepted=(), now=make.started, **values) for values in ({}, {"repro": None})
    )
    assert {example.repro for cluster in bare.clusters for example in cluster.examples} == {""}
    assert all(example.repro for cluster in whole.clusters for example in cluster.examples)
    assert bare.findings == whole.findings


def test_a_time() -> None:
    """RFC 3339 in UTC, to the millisecond."""
    assert timestamp(1_790_000_000.0) == "2026-09-21T14:13:20.000+00:00"
