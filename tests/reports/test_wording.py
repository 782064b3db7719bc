"""Sentences that every format shares."""

from typing import Any

import pytest

from crossfade.reports.wording import (
    NOT_COVERED,
    REASONS,
    balance,
    by_verdict,
    caveats,
    further_findings_of,
    headline,
    is_refuted,
    not_compared,
    open_findings_of,
    part_note,
    raised_budget,
    reason_in_words,
    second_looks,
    sides,
)
from crossfade.shadow.evidence.records import SignatureCount
from crossfade.shadow.exchange.outcome import Outcome, Reason


def _bad(make: Any, name: str) -> Any:
    return make.route(name, matched=80, signatures={(make.fingerprint(),): SignatureCount(count=20, distinct=20)})


def _headline(make: Any, names: str, claimed: tuple[str, ...] = ("*",)) -> str:
    """``p``, ``f`` and ``i`` are routes that are proven, refuted, and with too little evidence."""
    kinds = {"p": lambda name: make.route(name, matched=400), "f": lambda name: _bad(make, name), "i": make.route}
    return headline(make.report(*(kinds[kind](f"GET /{kind}{at}") for at, kind in enumerate(names)), claimed=claimed))


@pytest.mark.parametrize(
    ("names", "claimed", "sentence"),
    [
        ("p", ("*",), "Proven: the claimed route diverges in less than 1 % of requests, at 95 % confidence."),
        ("pp", ("*",), "Proven: each of 2 claimed routes diverges in less than 1 % of requests, at 95 % confidence."),
        ("fp", ("*",), "Refuted: 1 of 2 claimed routes diverges in more than 1 % of requests, at 95 % confidence."),
        (
            "ffi",
            ("*", "POST *"),
            "Refuted: 2 of 3 claimed routes diverge in more than 1 % of requests, at 95 % confidence. 2 claims are not proven either way.",
        ),
        ("", ("*",), "Nothing is proven: no request was captured."),
        ("p", (), "Nothing is proven: no route is claimed."),
        ("p", ("POST *",), "Not proven: 1 claim is without enough evidence for less than 1 %, at 95 % confidence."),
    ],
)
def test_headlines(make: Any, names: str, claimed: tuple[str, ...], sentence: str) -> None:
    """The verdict in a sentence; it claims no more than the verdict."""
    assert _headline(make, names, claimed) == sentence


def test_every_reason_has_words() -> None:
    """A person never reads a code; one of a newer list stays as it is."""
    assert set(REASONS) == set(Reason)
    assert reason_in_words("queue_full") == "while a queue was full"
    assert reason_in_words("newer") == "newer"


def test_the_balance_adds_up(make: Any) -> None:
    """The parts are what entered, in flight included, even where it is 0."""
    route = make.route(matched=5, settled={(Outcome.SHED, Reason.QUEUE_FULL): 2}, entered=10)
    report = make.report(route)
    assert balance(report) == (("matched", 5), ("shed", 2), ("in flight", 3))
    assert not_compared(report) == "5 of 10 requests were not compared (50 %)"
    assert not_compared(make.report(make.route(matched=5))) == ""


def test_caveats(make: Any) -> None:
    """What is not claimed, not ended, and never covered is said."""
    live = make.report(
        make.route("GET /a", matched=1), make.route("GET /b", matched=1), claimed=("GET /a",), ended_at=None
    )
    assert list(caveats(live)) == [
        "1 route is seen but not claimed; the verdict does not cover it.",
        "Noise was not measured on 2 routes, for want of a secondary: every difference counts.",
        "The run has not ended. These are its figures so far; the bounds hold however often you look.",
        NOT_COVERED,
    ]
    assert caveats(make.report(make.route(matched=1, secondary_asked=1))) == (NOT_COVERED,)


def test_a_raised_budget_is_told_with_its_reason(tell: Any) -> None:
    """Where transient differences may be more frequent than others, and nowhere else."""
    assert raised_budget(tell.report()) == ()
    (told,) = raised_budget(tell.report(transient_budget=0.02, transient_reason="a cache"))
    assert told == "Transient differences have a budget of their own, 2 %: a cache."
    assert told in caveats(tell.report(transient_budget=0.02, transient_reason="a cache"))


@pytest.mark.parametrize(
    ("verdict", "lower", "refuted"), [("fail", 0.02, True), ("fail", 0.01, False), ("inconclusive", 0.02, False)]
)
def test_refuted_by_k(tell: Any, verdict: str, lower: float, refuted: bool) -> None:
    """A claim that fails for what stands in noise is not said to be refuted by its bound."""
    route = tell.route()
    divergence = route.divergence.model_copy(update={"lower": lower})
    shown = route.model_copy(update={"verdict": verdict, "divergence": divergence})
    assert is_refuted(shown, tell.report(shown)) is refuted


def test_what_second_looks_cost(tell: Any) -> None:
    """So many requests more; nothing where there was none."""
    report = tell.report()
    totals = report.totals.model_copy(update={"asked_again": 1200})
    assert second_looks(report) == ""
    assert second_looks(report.model_copy(update={"totals": totals})) == (
        "1,200 requests sent once more to candidate and secondary"
    )


def test_how_many_findings(make: Any, tell: Any) -> None:
    """With the clusters in them; suspicious and undecided ones are named, where there are any."""
    report = tell.report()
    assert open_findings_of(report) == "0 open findings"
    assert further_findings_of(report) == "0 noise or accepted"
    rich = make.report(*make.rich_run().routes)
    first, second, third = rich.clusters
    shown = tell.found_in(
        rich,
        clusters=(
            first,
            second.model_copy(update={"status": "suspicious"}),
            third.model_copy(update={"status": "noise"}),
        ),
    )
    assert open_findings_of(shown) == "1 open finding (1 cluster)"
    assert further_findings_of(shown) == "1 suspicious, 1 noise or accepted"


def test_what_sets_a_part_apart(make: Any) -> None:
    """Another status than its finding's, and that the finding's cause does not explain it."""
    mark = make.fingerprint(cause="A1")
    report = make.report(
        make.route(signatures={(mark,): SignatureCount(count=1)}, distinct=1, clusters=(make.cluster(mark),))
    )
    (finding,), (part,) = report.findings, report.clusters
    assert part_note(part, finding) == ""
    accepted = part.model_copy(update={"status": "accepted", "cause": None})
    assert part_note(accepted, finding) == "not explained by the cause, accepted"


def test_routes_by_verdict(make: Any) -> None:
    """What needs a person comes first."""
    routes = (
        make.route("a", matched=1),
        make.route("GET /p", matched=400),
        make.route("GET /i", matched=1),
        _bad(make, "GET /f"),
    )
    report = make.report(*routes, claimed=("GET *",))
    assert [route.route for route in by_verdict(report)] == ["GET /f", "GET /i", "GET /p", "a"]


@pytest.mark.parametrize(
    ("kind", "shown"), [("missing", ("1", "(absent)")), ("added", ("(absent)", "2")), ("value", ("1", "2"))]
)
def test_sides(make: Any, kind: str, shown: tuple[str, str]) -> None:
    """A side that does not have the field has no value, not null."""
    mark = make.fingerprint(kind=kind)
    route = make.route(signatures={(mark,): SignatureCount(count=1, distinct=1)}, clusters=(make.cluster(mark),))
    cluster = make.report(route).clusters[0]
    assert sides(cluster.kind, cluster.examples[0]) == shown
