"""From evidence to the report: one record, the same for the same input."""

import datetime
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crossfade.codegen.pitfalls import find_pitfall
from crossfade.reports.build import build_report
from crossfade.reports.json_document import to_json
from crossfade.reports.repro import Listener, ReproSettings, Side
from crossfade.shadow.evidence.gate_settings import GateSettings
from crossfade.shadow.evidence.records import SignatureCount
from crossfade.shadow.evidence.view import AcceptRule
from crossfade.shadow.exchange.observations import RequestSample
from crossfade.shadow.exchange.outcome import Outcome, Reason

GOLDEN = Path(__file__).parent / "golden" / "report.json"
GATE = GateSettings(routes=("p.v1.S/Get", "GET *", "POST *"))
DAY = datetime.date(2026, 9, 21)  # of the fixed clock


def _rule(path: str = "body/list", expires: datetime.date | None = None) -> AcceptRule:
    return AcceptRule(route="p.v1.S/*", path=path, kind="order", reason="sorted by the client", expires=expires)


def _golden_text(make: Any) -> str:
    return to_json(build_report(make.rich_run(), gate=GATE, accepted=(_rule(),), now=make.started + 100))


def test_golden(make: Any) -> None:
    """The report of a fixed run, byte for byte; the environment variable GOLDEN=write writes it anew."""
    text = _golden_text(make)
    if os.environ.get("GOLDEN") == "write":
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_the_same_input_gives_the_same_bytes(make: Any) -> None:
    """Nothing but the arguments is in a report."""
    assert _golden_text(make) == _golden_text(make)


@pytest.mark.parametrize("entered", [10, 14, 500])
def test_conservation(make: Any, entered: int) -> None:
    """What entered is the sum of outcomes and of what is in flight, for each route and for all."""
    run = make.rich_run()
    first = make.route("GET /open", matched=7, settled={(Outcome.SHED, Reason.SHUTDOWN): 3}, entered=entered)
    report = build_report(make.run(*run.routes, first), gate=GATE, accepted=(), now=make.started)
    for route in report.routes:
        assert route.total == sum(route.outcomes.values()) + route.in_flight
    assert report.entered == sum(report.totals.outcomes.values()) + report.in_flight
    assert report.in_flight == entered - 10 + 3  # three of the rich run


def test_outcomes_of_the_rich_run(make: Any) -> None:
    """A signature is diverged if one of its places is open, noise if all are noise or accepted, matched if empty."""
    report = build_report(make.rich_run(), gate=GATE, accepted=(_rule(),), now=make.started)
    outcomes = {name: number for name, number in report.routes[0].outcomes.items() if number}
    assert outcomes == {"matched": 50, "diverged": 30, "noise": 97, "shed": 2, "skipped": 4}
    assert (report.routes[0].distinct, report.routes[0].divergent, report.routes[0].in_flight) == (162, 25, 3)


@pytest.mark.parametrize(
    ("expires", "status"),
    [
        (None, "accepted"),
        (DAY, "accepted"),
        (DAY - datetime.timedelta(days=1), "open"),
        (datetime.date.max, "accepted"),
    ],
)
def test_a_rule_holds_to_the_end_of_its_day(make: Any, expires: datetime.date | None, status: str) -> None:
    """A rule that has expired accepts nothing: its cluster is open again, and counts."""
    report = build_report(make.rich_run(), gate=GATE, accepted=(_rule(expires=expires),), now=make.started)
    (cluster,) = (cluster for cluster in report.clusters if cluster.kind == "order")
    assert cluster.status == status
    assert report.routes[0].outcomes["diverged"] == (37 if status == "open" else 30)


def test_a_cause_is_the_entry_of_the_catalogue(make: Any) -> None:
    """An id of the catalogue becomes why and what to write; one that it does not have becomes nothing."""
    known, unknown = make.fingerprint("body/a", "value", "A1"), make.fingerprint("body/b", "value", "ZZ99")
    seen = {(known,): SignatureCount(count=1, distinct=1), (unknown,): SignatureCount(count=1, distinct=1)}
    report = make.report(make.route(signatures=seen, clusters=(make.cluster(known), make.cluster(unknown))))
    entry, cause = find_pitfall("A1"), report.findings[0].cause
    assert entry is not None
    assert cause is not None
    assert report.clusters[0].cause == "A1"
    assert (cause.id, cause.title, cause.explanation, cause.java_fix) == (
        entry.id,
        entry.title,
        entry.why,
        entry.java_fix,
    )
    assert report.clusters[1].cause is report.findings[1].cause is None


def test_100_percent_is_said_of_all_only(make: Any) -> None:
    """One request of a hundred thousand that was not compared is not rounded away."""
    route = make.route(matched=99_999, settled={(Outcome.SHED, Reason.QUEUE_FULL): 1})
    assert make.report(route).routes[0].compared_pct == 99.99


def test_an_empty_run_has_all_counters(make: Any) -> None:
    """No request is not no figure: the eight outcomes are there, and nothing is proven."""
    report = make.report()
    assert report.totals.outcomes == dict.fromkeys((outcome.value for outcome in Outcome), 0)
    assert (report.entered, report.verdict) == (0, "inconclusive")


def test_bytes_that_are_no_text_can_be_written(make: Any) -> None:
    """Lone surrogates, which stand for raw bytes, are escaped in the report; it is UTF-8 whatever came."""
    mark = make.fingerprint("header.x-\udcff")
    item = make.cluster(mark, examples=(make.example('"\udc80"', '"\ud800"'),))
    route = make.route("GET /\udc80", signatures={(mark,): SignatureCount(count=1, distinct=1)}, clusters=(item,))
    loaded = json.loads(to_json(make.report(route)).encode())
    assert loaded["routes"][0]["route"] == r"GET /\udc80"
    assert loaded["clusters"][0]["path"] == r"header.x-\udcff"
    assert loaded["clusters"][0]["examples"][0]["candidate"] == r'"\ud800"'


def test_one_name_on_two_ports(make: Any) -> None:
    """Each is a row with the name of its port in front, judged by its own figures; one on one port keeps its name."""
    fingerprint = make.fingerprint()
    bad = make.route(
        "GET /items/{id}",
        signatures={(fingerprint,): SignatureCount(count=4, distinct=4)},
        clusters=(make.cluster(fingerprint, count=4),),
        listener="internal",
    )
    good, alone = make.route("GET /items/{id}", matched=400, listener="public"), make.route("GET /b", listener="public")
    gate = GateSettings(routes=("GET /items/{id}",))
    report = build_report(make.run(bad, good, alone), gate=gate, accepted=(), now=make.started)
    found = [(route.route, route.distinct, route.divergent, route.verdict) for route in report.routes]
    assert found == [
        ("internal GET /items/{id}", 4, 4, "fail"),
        ("public GET /items/{id}", 400, 0, "pass"),
        ("GET /b", 0, 0, None),
    ]
    assert (report.verdict, report.clusters[0].route) == ("fail", "internal GET /items/{id}")


@pytest.mark.parametrize(("tls", "legacy_is_told"), [(False, True), (True, False)])
def test_http_2_in_the_lines_of_both_sides(make: Any, *, tls: bool, legacy_is_told: bool) -> None:
    """Legacy is asked for it where the proxy did so, not where TLS ended before it; a candidate never."""
    request = RequestSample(protocol="http", method="GET", target="/b/1", headers=(), body="", h2c=True)
    mark = make.fingerprint()
    item = make.cluster(mark, examples=(make.example("1", "2", request),))
    run = make.run(make.route(signatures={(mark,): SignatureCount(count=1, distinct=1)}, clusters=(item,)))
    port = Listener(name="", legacy=Side(url="http://l:1"), candidate=Side(url="http://c:1"), tls=tls)
    repro = ReproSettings(listeners=(port,))
    report = build_report(run, gate=GATE, accepted=(), now=make.started, repro=repro)
    (example,) = report.clusters[0].examples
    asks = [
        "--http2-prior-knowledge" in line for line in (example.repro_legacy, example.repro, example.repro_candidate)
    ]
    assert asks == [legacy_is_told, legacy_is_told, False]
    assert example.repro_candidate.startswith("curl -sS ")


@pytest.mark.parametrize(
    ("claim", "verdict"), [("public GET /a", "pass"), ("internal GET /a", "fail"), ("other GET /a", "inconclusive")]
)
def test_a_claim_of_one_port(make: Any, claim: str, verdict: str) -> None:
    """The other port's figures say nothing of it, and a port without a request is not proven."""
    signatures = {(make.fingerprint(),): SignatureCount(count=9, distinct=9)}
    run = make.run(
        make.route("GET /a", signatures=signatures, listener="internal"),
        make.route("GET /a", matched=400, listener="public"),
    )
    report = build_report(run, gate=GateSettings(routes=(claim,)), accepted=(), now=make.started)
    assert (report.verdict, sum(route.claimed for route in report.routes)) == (verdict, verdict != "inconclusive")


@pytest.mark.parametrize(
    ("route", "open_clusters"), [("GET /a", 0), ("public GET /a", 1), ("other GET /a", 2), ("*", 0)]
)
def test_an_accept_rule_of_one_port(make: Any, route: str, open_clusters: int) -> None:
    """It says nothing of the other."""
    fingerprint = make.fingerprint()
    signatures = {(fingerprint,): SignatureCount(count=9, distinct=9)}
    ports = (
        make.route("GET /a", signatures=signatures, clusters=(make.cluster(fingerprint),), listener=port)
        for port in ("public", "internal")
    )
    rule = AcceptRule(route=route, path="*", kind="*", reason="known", expires=None)
    report = build_report(make.run(*ports), gate=GATE, accepted=(rule,), now=make.started)
    assert report.totals.open_clusters == open_clusters
    assert len({cluster.id for cluster in report.clusters}) == 2


def test_a_claim_of_no_port_that_came_on_one(make: Any) -> None:
    """What stands for a claimed RPC without a request is no second route."""
    waiting, came = make.route("p.S/Get"), make.route("p.S/Get", matched=400, listener="grpc")
    report = build_report(make.run(waiting, came), gate=GateSettings(routes=("p.S/*",)), accepted=(), now=make.started)
    assert [(route.route, route.verdict) for route in report.routes] == [("p.S/Get", "pass")]


@pytest.mark.parametrize(("ended_at", "counted"), [(None, 399), (1_790_000_100.0, 400)])
def test_a_minute_that_is_going_on_does_not_count_yet(make: Any, ended_at: float | None, counted: int) -> None:
    """N of the report is n of the bound: of a live run without the unit that is under way."""
    run = make.run(make.route(matched=400), ended_at=ended_at)
    run = replace(run, info=replace(run.info, unit="minute"))
    report = build_report(run, gate=GateSettings(routes=("*",), unit="minute"), accepted=(), now=make.started)
    assert (report.unit, report.routes[0].distinct) == ("minute", counted)
