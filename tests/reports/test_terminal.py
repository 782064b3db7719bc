"""The report in a terminal: nothing lost, nothing that acts."""

import io
from typing import Any

import pytest
from rich.console import Console

from crossfade.codegen.pitfalls import find_pitfall
from crossfade.reports.build import build_report
from crossfade.reports.formats import Lead
from crossfade.reports.report import Report
from crossfade.reports.terminal import print_report, to_text
from crossfade.shadow.evidence.gate_settings import GateSettings
from crossfade.shadow.evidence.records import SignatureCount

LONG = "GET /organisations/{organisation}/projects/{project}/pipelines/{pipeline}/builds/{build}/artifacts/{artifact}"


def _printed(report: Report, width: int = 80, *, colour: bool = False) -> str:
    file = io.StringIO()
    print_report(
        report,
        None,
        Console(file=file, width=width, force_terminal=colour, color_system="standard" if colour else None),
    )
    return file.getvalue()


def _with_example(
    make: Any, legacy: str, candidate: str, *, route: str = "GET /b/{id}", path: str = "body/a"
) -> Report:
    mark = make.fingerprint(path)
    item = make.cluster(mark, examples=(make.example(legacy, candidate),))
    seen = {(mark,): SignatureCount(count=5, distinct=5)}
    report: Report = make.report(make.route(route, signatures=seen, clusters=(item,)))
    return report


def _rich(make: Any, **values: Any) -> Report:
    gate = GateSettings(routes=("p.v1.S/Get", "GET *", "POST *"))
    return build_report(make.rich_run(**values), gate=gate, accepted=(), now=make.started)


@pytest.mark.parametrize("width", [40, 80, 120])
def test_no_line_is_wider_than_the_terminal(make: Any, width: int) -> None:
    """Lines fold by themselves, not at the terminal's edge."""
    assert max(map(len, _printed(_rich(make), width).splitlines())) <= width


@pytest.mark.parametrize("width", [80, 120])
def test_long_texts_are_folded_not_cut(make: Any, width: int) -> None:
    """Every character of a route, a path and a value can be read at any width."""
    value, path = '"' + "0123456789abcdef" * 12 + '"', "body/" + "level/" * 30 + "end"
    text = _printed(_with_example(make, value, "null", route=LONG, path=path), width)
    folded = "".join(text.split())
    for part in (LONG, path, value):
        assert "".join(part.split()) in folded
    assert folded.count("".join(LONG.split())) >= 2  # in the table and at the cluster


def test_one_line_for_each_route_of_the_usual_length(make: Any) -> None:
    """At 80 columns a route, its figures and its verdict stand on one line, the refuted ones first."""
    lines = [" ".join(line.split()) for line in _printed(_rich(make)).splitlines()]
    at = lines.index("S/Get 177/186 32/162 > 8.42 % fail")
    assert lines[at + 1 : at + 4] == [
        "GET /few 20/20 0/20 < 14.62 % inconclusive",
        "GET /ok 400/400 0/400 < 0.79 % pass",
        "S/Watch 0/3 - - not claimed",
    ]
    assert "gRPC routes without their package, p.v1" in lines


def test_the_balance_comes_first_and_the_verdict_last(make: Any) -> None:
    """The figures add up at the top; the last line is the verdict."""
    lines = _printed(_rich(make)).splitlines()
    assert "609 entered = 470 matched + 37 diverged + 90 noise + 2 shed + 4 skipped + 3 " in lines
    assert lines[-1] == "verdict: fail"
    assert "4 with a value that only legacy knows" in [" ".join(line.split()) for line in lines]
    assert "inconclusive: POST *: claimed, but no matching request was seen" in lines


def test_a_cause_is_explained(make: Any) -> None:
    """Why, and what to write in Java, stand at the cluster."""
    mark = make.fingerprint(cause="A1")
    route = make.route(signatures={(mark,): SignatureCount(count=1, distinct=1)}, clusters=(make.cluster(mark),))
    entry = find_pitfall("A1")
    assert entry is not None
    words = _printed(make.report(route), 2000)
    assert f"why        A1 {entry.title}. {entry.why}" in words
    assert f"in Java    {entry.java_fix}" in words


@pytest.mark.parametrize("width", [20, 40, 80])
def test_code_is_folded_at_blanks_only(make: Any, width: int) -> None:
    """What is copied from a terminal holds no broken name; one that is too long stays whole."""
    mark = make.fingerprint(cause="G5")
    route = make.route(signatures={(mark,): SignatureCount(count=1, distinct=1)}, clusters=(make.cluster(mark),))
    entry = find_pitfall("G5")
    assert entry is not None
    lines = _printed(make.report(route), width).splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith("  in Java"))
    told = [lines[start].removeprefix("  in Java")]
    for line in lines[start + 1 :]:
        if not line.startswith(" " * 13):
            break
        told.append(line)
    assert " ".join(told).split() == entry.java_fix.split()


def test_one_open_finding(make: Any) -> None:
    """Is one finding, with the number of its clusters."""
    text = _printed(_with_example(make, "1", "2"))
    assert text.count("1 open finding (1 cluster)\n") == text.count("1 open finding (1 cluster), 0 noise") == 1
    assert "open findings" not in text


@pytest.mark.parametrize("text", ["[bold]x[/bold]", "[/]", "[link=file:///]x[/link]", ":smile:", "\\[x]", "[red]"])
def test_markup_in_values_is_text(make: Any, text: str) -> None:
    """What looks like markup is printed as it is."""
    for colour in (False, True):
        printed = _printed(_with_example(make, text, "null", route=f"GET /{text}", path=f"body/{text}"), colour=colour)
        assert printed.count(text) >= 4


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J\x1b]0;title\x07", r"\x1b[2J\x1b]0;title\x07"),
        ("\x9b31m", r"\x9b31m"),
        ("a\r\nb\tc\x00", r"a\r\nb\tc\x00"),
        ("\u202eabc\u2066", r"\u202eabc\u2066"),
        ("zero\u200bwidth", r"zero\u200bwidth"),
        ("no\xa0break", r"no\xa0break"),
        ("\udc80", r"\udc80"),
        ("\x7f", r"\x7f"),
    ],
)
def test_control_characters_are_shown(make: Any, text: str, shown: str) -> None:
    """Nothing from traffic reaches the terminal as a control character, in colour or without."""
    report = _with_example(make, text, text, route=f"GET /{text}", path=f"body/{text}")
    for colour in (False, True):
        printed = _printed(report, 120, colour=colour)
        assert printed.count(shown) >= 4
        assert (
            not set(printed.replace("\x1b[", ""))
            & set(text)
            & {"\x1b", "\x9b", "\r", "\t", "\x00", "\x07", "\x7f", "\u202e"}
        )
    assert "\x1b" not in _printed(report)


def test_absent_is_not_null(make: Any) -> None:
    """A field that the candidate does not have is not shown as null."""
    mark = make.fingerprint(kind="missing")
    item = make.cluster(mark, examples=(make.example("null", "null"),))
    route = make.route(signatures={(mark,): SignatureCount(count=1, distinct=1)}, clusters=(item,))
    lines = [" ".join(line.split()) for line in _printed(make.report(route)).splitlines()]
    assert "legacy null" in lines
    assert "candidate (absent)" in lines


@pytest.mark.parametrize(
    ("legacy", "candidate", "shown"),
    [
        ('at 3: {"id": 7}\n2 more', 'at 0: {"id": 7}\n2 more', "moved id 7 from 3 to 0, 2 more"),
        ("[1, 2]", "[2, 1]", "candidate [2, 1]"),
    ],
)
def test_an_order_says_what_moved(make: Any, legacy: str, candidate: str, shown: str) -> None:
    """In one line instead of two values; two lists that an older version stored are shown as they are."""
    mark = make.fingerprint("body/list", "order")
    cluster = make.cluster(mark, examples=(make.example(legacy, candidate),))
    route = make.route(signatures={(mark,): SignatureCount(count=1, distinct=1)}, clusters=(cluster,))
    assert shown in [" ".join(line.split()) for line in _printed(make.report(route)).splitlines()]


def test_no_examples_is_said(make: Any) -> None:
    """Without a key there are no examples: that is said, at the cluster and at the end."""
    mark = make.fingerprint()
    route = make.route(
        signatures={(mark,): SignatureCount(count=1, distinct=1)}, clusters=(make.cluster(mark, examples=()),)
    )
    text = _printed(make.report(route, examples_stored=False))
    assert "example  none stored" in text
    assert "no examples are stored: there is no redaction key" in text


def test_an_empty_live_run(make: Any) -> None:
    """Nothing captured is said, and is no proof."""
    lines = _printed(make.report(ended_at=None)).splitlines()
    assert "0 entered = 0 in flight" in lines
    assert "Nothing is proven: no request was captured." in lines
    assert lines[-1] == "verdict: inconclusive"


def test_a_lead(make: Any) -> None:
    """Its lines stand before the report, never folded, with nothing in them that acts; a file is as wide as any."""
    report = make.report(make.route("GET /ok", matched=400))
    lead = Lead(name="rediff", lines=("[red]" + "x" * 200, "\x1b[2J"), record={})
    alone, behind = to_text(report), to_text(report, lead)
    assert behind == f"[red]{'x' * 200}\n\\x1b[2J\n\n{alone}"
    assert max(map(len, alone.splitlines())) <= 120


def test_suspicious_and_undecided_findings_follow_the_open_ones(make: Any, tell: Any) -> None:
    """Each with what is known of its place; noise is only counted."""
    rich = _rich(make)
    statuses = ("open", "suspicious", "undecided")
    clusters = tuple(
        cluster.model_copy(update={"status": status, "path": f"body/{status}", "route": "GET /x"})
        for cluster, status in zip(rich.clusters, statuses, strict=True)
    )
    flagged = tell.check("repeats", 40, 38, 0, flagged=True)
    places = (
        tell.place("body/suspicious", clusters[1].kind, status="suspicious", checks=(flagged,)),
        tell.place("body/undecided", clusters[2].kind, status="undecided", self_differs=1, more_pairs=60),
    )
    report = tell.found_in(rich, routes=(tell.route("GET /x", places=places),), clusters=clusters)
    lines = [" ".join(line.split()) for line in _printed(report, 200).splitlines()]
    told = [
        "1 open finding (1 cluster)",
        "body/open has another type on GET /x",
        "1 suspicious finding (1 cluster): noisy in legacy, and the candidate fails a check",
        "body/suspicious in another order on GET /x",
        "suspicious the same value for two requests, in 38 of 40 checks (the secondary in 0)",
        "1 undecided finding (1 cluster): noise or not is not known yet",
        "body/undecided differs on GET /x",
        "undecided legacy differed from itself in 1 request; 60 more pairs decide it",
        "what the claims rest on",
        "1 open finding (1 cluster), 1 suspicious, 1 undecided, 0 noise or accepted",
    ]
    assert [line for line in lines if line in told] == told


def test_routes_with_the_same_details_stand_together(make: Any) -> None:
    """What is to be told of both is told once."""
    lines = [line.strip() for line in _printed(_rich(make)).splitlines()]
    at = lines.index("GET /few, GET /ok")
    assert " ".join(lines[at + 1].split()) == "noise not measured, there is no secondary: every difference counts"
