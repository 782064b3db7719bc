"""Cards hold what a person triages by, bounded."""

import tomllib
from typing import Any

import pytest

from crossfade.reports.build import build_report
from crossfade.reports.html.cards import (
    MAX_EXAMPLES,
    MAX_REPRO_CHARS,
    REASON_TO_WRITE,
    accept_lines,
    card,
    code_parts,
)
from crossfade.reports.report import Cause, Report
from crossfade.shadow.config import AcceptSettings
from crossfade.shadow.evidence.claims import GateSettings
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


@pytest.mark.parametrize("path", ["body/a", 'body/"q"\\', "body/\x7f\x1f\n", "body/[*]/é", "header.x-\udc80"])
def test_the_rule_accepts_its_cluster(make: Any, path: str) -> None:
    """What the card says to add is TOML that loads as it is, and accepts this very cluster."""
    report = _report(make, path=path)
    (entry,) = tomllib.loads("\n".join(accept_lines(report.clusters[0])))["accept"]
    rule = AcceptSettings(**entry)
    assert rule.route == "GET /b/{id}"
    assert rule.path == report.clusters[0].path
    assert rule.reason == REASON_TO_WRITE
    again = AcceptRule(route=rule.route, path=rule.path, kind=rule.kind, reason="known", expires=None)
    assert again.kind == report.clusters[0].kind


def test_what_needs_no_rule_offers_none(make: Any) -> None:
    """Noise breaks nothing and is excused already, an accepted cluster has its rule, and no answer is never accepted."""
    report = build_report(make.rich_run(), gate=GATE, accepted=(ORDER,), now=make.started)
    found = {cluster.status: card(cluster, report) for cluster in report.clusters}
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
    assert card(other.clusters[0], other).accept == ()


def test_a_card_is_bounded(make: Any) -> None:
    """Few examples, of bounded length, each cut said; a command that is too long is left out, never cut."""
    request = make.example("", "").request
    huge = make.example(
        "x" * 100_000,
        "y",
        type(request)(protocol="http", method="POST", target="/", headers=(), body="b" * MAX_REPRO_CHARS),
    )
    report = _report(make, examples=(huge,) * (MAX_EXAMPLES + 2))
    shown = card(report.clusters[0], report)
    assert (len(shown.examples), shown.more) == (MAX_EXAMPLES, 2)
    text = "".join(part.text for part in shown.examples[0].legacy)
    assert len(text) < 5000
    assert text.endswith("… (100,000 characters in all)")
    assert shown.examples[0].repros == ()


def test_a_line_for_each_side(make: Any) -> None:
    """Where the sides are known; else one for whatever ``$ADDRESS`` names."""
    report = _report(make, examples=(make.example("1", "2"),))
    assert [who for who, _ in card(report.clusters[0], report).examples[0].repros] == ["$ADDRESS"]
    known = report.clusters[0].examples[0].model_copy(update={"repro_legacy": "curl l", "repro_candidate": "curl c"})
    cluster = report.clusters[0].model_copy(update={"examples": (known,)})
    assert card(cluster, report).examples[0].repros == (("legacy", "curl l"), ("candidate", "curl c"))


@pytest.mark.parametrize(
    ("kind", "legacy", "candidate"),
    [("missing", "null", "(absent)"), ("added", "(absent)", "null"), ("value", "null", "null")],
)
def test_absent_is_marked(make: Any, kind: str, legacy: str, candidate: str) -> None:
    """A side without the field says so, and that is what is marked."""
    report = _report(make, kind=kind, examples=(make.example("null", "null"),))
    (side,) = card(report.clusters[0], report).examples
    assert [(part.text, part.changed) for part in side.legacy] == [(legacy, legacy == "(absent)")]
    assert [(part.text, part.changed) for part in side.candidate] == [(candidate, candidate == "(absent)")]
    assert bool(side.note) is (kind == "value")  # the same as far as shown: said


def test_words_to_find_it_by(make: Any) -> None:
    """The filter finds a card by route, path, kind, severity, id and cause."""
    report = _report(make)
    cause = Cause(id="A1", title="Floats", confidence=0.8, explanation="", java_fix="")
    cluster = report.clusters[0].model_copy(update={"cause": cause})
    shown = card(cluster, report)
    assert shown.find == f"get /b/{{id}} body/a value breaking {cluster.id} a1 floats"
    assert shown.why is not None
    assert shown.why.sure == "80 % sure"
    assert card(report.clusters[0], report).why is None


def test_an_order_says_what_moved(make: Any) -> None:
    """Both sides on one line, and a sentence below."""
    example = make.example('at 3: {"id": 7}', 'at 0: {"id": 7}')
    report = _report(make, path="body/list", kind="order", examples=(example,))
    (shown,) = card(report.clusters[0], report).examples
    assert ["".join(part.text for part in parts) for parts in (shown.legacy, shown.candidate)] == [
        "id 7 at 3",
        "id 7 at 0",
    ]
    assert shown.note == "moved: id 7 from 3 to 0"
