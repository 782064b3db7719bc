"""Cards hold what a person triages by, bounded."""

from typing import Any

import pytest

from crossfade.reports.build import build_report
from crossfade.reports.html.cards import (
    MAX_EXAMPLES,
    MAX_PARTS,
    MAX_PARTS_WITH_EXAMPLE,
    REASON_TO_WRITE,
    Card,
    card,
    code_parts,
)
from crossfade.reports.report import Cause, Report
from crossfade.shadow.evidence.gate_settings import GateSettings
from crossfade.shadow.evidence.records import SignatureCount
from crossfade.shadow.evidence.view import AcceptRule

GATE = GateSettings(routes=("*",))
ORDER = AcceptRule(route="*", path="body/list", kind="order", reason="sorted by the client", expires=None)


def _report(
    make: Any, *, name: str = "GET /b/{id}", path: str = "body/a", kind: str = "value", **values: Any
) -> Report:
    mark = make.fingerprint(path, kind)
    seen = {(mark,): SignatureCount(count=3, distinct=3)}
    report: Report = make.report(make.route(name, matched=1, signatures=seen, clusters=(make.cluster(mark, **values),)))
    return report


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("use `a()` not `b`", ["use ", "<a()>", " not ", "<b>"]),
        ("`a`", ["<a>"]),
        ("no code", ["no code"]),
        ("one ` tick", ["one ` tick"]),
        ("`a` and ` tick", ["<a>", " and ` tick"]),
        ("", []),
        ("`\x1b`", [r"<\x1b>"]),
    ],
)
def test_code(text: str, parts: list[str]) -> None:
    """Backticks in pairs are code, a single one is itself."""
    assert [f"<{part.text}>" if part.changed else part.text for part in code_parts(text)] == parts


def test_what_needs_no_rule_offers_none(make: Any) -> None:
    """Noise breaks nothing and is excused already, an accepted cluster has its rule, and no answer is never accepted."""
    report = build_report(make.rich_run(), gate=GATE, accepted=(ORDER,), now=make.started)
    found = {shown.status: shown for shown in _cards(report)}
    assert {status: bool(shown.accept) for status, shown in found.items()} == {
        "open": True,
        "accepted": False,
        "noise": False,
    }
    assert {status: shown.severity for status, shown in found.items()} == {
        "open": "breaking",
        "accepted": "breaking",
        "noise": "",
    }
    failed = make.fingerprint("answer", "failed")
    seen = {(failed,): SignatureCount(count=1, distinct=1)}
    other = make.report(make.route(signatures=seen, clusters=(make.cluster(failed),)))
    assert _cards(other)[0].accept == ""


def test_a_card_is_bounded(make: Any) -> None:
    """Few examples of the root, few parts, fewer of them with an example; the rest is counted."""
    report = _report(make, examples=(make.example("1", "2"),) * (MAX_EXAMPLES + 2))
    (shown,) = _cards(report)
    assert (len(shown.examples), shown.more) == (MAX_EXAMPLES, 2)
    mark = make.fingerprint("header.expires", "added")
    routes = [
        make.route(f"GET /{at}", signatures={(mark,): SignatureCount(count=1)}, clusters=(make.cluster(mark),))
        for at in range(MAX_PARTS + 3)
    ]
    (many,) = _cards(make.report(*routes))
    assert (len(many.rows), many.parts) == (MAX_PARTS, MAX_PARTS + 3)
    assert sum(row.example is not None for row in many.rows) == MAX_PARTS_WITH_EXAMPLE
    assert many.rows[0].example is None  # it stands above them all


def test_a_part_says_what_sets_it_apart(make: Any) -> None:
    """A transition, another status, no certain cause."""
    (caused, other) = (make.fingerprint("body/a", cause="A1"), make.fingerprint("body/a", transition="x -> y"))
    seen = {(caused,): SignatureCount(count=3), (other,): SignatureCount(count=1)}
    route = make.route(signatures=seen, clusters=(make.cluster(caused, count=3), make.cluster(other, count=1)))
    (shown,) = _cards(make.report(route))
    assert [row.note for row in shown.rows] == ["", "x -> y, not explained by the cause"]
    assert [row.seen for row in shown.rows] == ["75 % (3)", "25 % (1)"]


def test_the_command_names_the_finding(make: Any) -> None:
    """It can be pasted: only the reason is left to write."""
    (shown,) = _cards(_report(make))
    assert shown.accept == f"crossfade accept {shown.id} --reason '{REASON_TO_WRITE}'"


def test_words_to_find_it_by(make: Any) -> None:
    """The filter finds a card by title, severity, id and cause, and by route, path, kind and id of each part."""
    (plain,) = _cards(_report(make))
    assert plain.why is None
    report = _report(make)
    cause = Cause(id="A1", title="Floats", confidence=0.8, explanation="", java_fix="")
    finding = report.findings[0].model_copy(update={"cause": cause})
    (shown,) = _cards(report.model_copy(update={"findings": (finding,)}))
    assert shown.find == (
        f"body/a differs on get /b/{{id}} breaking {finding.id} a1 floats get /b/{{id}} body/a value {finding.parts[0]}"
    )
    assert shown.why is not None
    assert shown.why.sure == "80 % sure"


def _cards(report: Report) -> list[Card]:
    clusters = {cluster.id: cluster for cluster in report.clusters}
    return [card(finding, clusters, report, {}) for finding in report.findings]
