"""What a verdict rests on: each line only where it applies, and never more than can be read."""

from typing import Any

import pytest

from crossfade.reports.details import CHECKS, Detail, details, flag_words, places_by_cluster, standing
from crossfade.reports.place_names import MAX_PLACES
from crossfade.reports.report import LeftOut
from crossfade.shadow.exchange.observations import Check


def _lines(tell: Any, route: Any, **values: Any) -> dict[str, Detail]:
    return {line.label: line for line in details(route, tell.report(route, **values))}


def test_a_clean_route(tell: Any) -> None:
    """Of a route without noise the transient bound and the looks are told, and only that nothing was injected weighs."""
    lines = _lines(tell, tell.route())
    assert {label: line.text for label, line in lines.items()} == {
        "transient": "0 of 400 differed at the first look only, at most 0.79 %",
        "secondary": "40 of 400 answers; 3 second looks",
        "injected faults": "none",
    }
    assert [label for label, line in lines.items() if line.tone] == ["injected faults"]


def test_without_a_secondary(tell: Any) -> None:
    """Nobody knows noise then, and that is said in place of the rest."""
    text = "not measured, there is no secondary: every difference counts"
    lines = _lines(tell, tell.route(has_secondary=False, surfaced=tell.surfaced(value=(1, 1))))
    assert list(lines) == ["noise", "injected faults"]
    assert lines["noise"] == Detail(label="noise", text=text, tone="inconclusive")


def test_nothing_compared_tells_nothing_of_noise(tell: Any) -> None:
    """Without a comparison there is no bound and no look."""
    assert _lines(tell, tell.route(distinct=0)) == {}


def test_what_was_left_out_is_a_share_of_all(tell: Any) -> None:
    """Not of the eligible requests: 72 % compared is not 100 %. Shares are rounded up."""
    left_out = {
        "foreign_handle": LeftOut(requests=170, of_all_pct=28.15),
        "policy": LeftOut(requests=1, of_all_pct=0.17),
    }
    line = _lines(tell, tell.route(left_out=left_out, total=604))["not compared"]
    assert line.text == "171 of all 604 requests (28.4 %): foreign_handle 170 (28.2 %), policy 1 (0.2 %)"


def test_streams_that_were_cut(tell: Any) -> None:
    """They were compared, in part; other reasons are not among them."""
    line = _lines(tell, tell.route(reasons={"cut_by_client": 3, "refused": 4}))["streams compared in part"]
    assert line.text == "cut_by_client 3"


def test_noisy_places_with_what_was_checked(tell: Any) -> None:
    """By name; what always differs stands apart, because its values were not compared with each other."""
    places = (
        tell.place("body/at", always=True, checks=(tell.check("distance"), tell.check("relation"))),
        tell.place("body/rank", checks=(tell.check("distance", 0),)),
        tell.place("body/ok", status="accepted"),
        tell.place("body/bad", status="open"),
    )
    places = (*places, tell.place("body/drifted", drift=3, self_differs=0))
    lines = _lines(tell, tell.route(places=places))
    assert lines["noisy"].text == "body/rank (value, unchecked)"
    assert lines["always different"].text == "body/at (value, distance + relation)"


def test_few_places_are_named(tell: Any) -> None:
    """The rest is counted."""
    places = tuple(tell.place(f"body/n{at}") for at in range(MAX_PLACES + 3))
    text = _lines(tell, tell.route(places=places))["noisy"].text
    assert text.count("body/") == MAX_PLACES
    assert text.endswith(" and 3 more")


def test_suspicious_fails(tell: Any) -> None:
    """With the check that the candidate fails most, and how often legacy itself fails it."""
    checks = (
        tell.check("form", 40, 9, 2, flagged=True),
        tell.check("repeats", 40, 38, 0, flagged=True),
        tell.check("distance", 40, 40, 0),
    )
    line = _lines(tell, tell.route(places=(tell.place("body/ms", status="suspicious", checks=checks),)))["suspicious"]
    assert line.tone == "fail"
    assert line.text == "body/ms (value): the same value for two requests, in 38 of 40 checks (the secondary in 0)"


def test_an_open_place_that_fails_a_check_is_told(tell: Any) -> None:
    """Where the stores have parted too, the check is what refutes the claim."""
    checks = (tell.check("distance", 69, 69, 0, flagged=True),)
    places = (tell.place("body/at", status="open", checks=checks), tell.place("body/b", status="open"))
    text = _lines(tell, tell.route(places=places))["suspicious"].text
    assert text.startswith("body/at (value): farther from legacy's value than the secondary's, in 69 of 69 checks")
    assert "body/b" not in text


def test_undecided_says_what_it_takes(tell: Any) -> None:
    """How many units differ there alone, and how many more pairs decide it."""
    places = (
        tell.place("body/a", status="undecided", more_pairs=1200),
        tell.place("body/b", "order", status="undecided"),
    )
    line = _lines(tell, tell.route(places=places, undecided=2))["undecided"]
    assert line.tone == "inconclusive"
    assert line.text == "in 2 more distinct requests: body/a (value, 1,200 more pairs), body/b (order)"
    assert _lines(tell, tell.route(places=places), unit="client")["undecided"].text.startswith("body/a")


def test_drift_names_its_places(tell: Any) -> None:
    """And the requests that prove nothing because the candidate answered as the secondary."""
    route = tell.route(places=(tell.place("body/credit", drift=30),), reasons={"state_drift": 12})
    assert _lines(tell, route)["drift"].text == (
        "the secondary agrees with itself and not with legacy at body/credit (value); "
        "the candidate answered as it in 12, which prove nothing"
    )
    assert _lines(tell, tell.route(reasons={"state_drift": 12}))["drift"].text == (
        "the secondary agrees with itself and not with legacy; the candidate answered as it in 12, which prove nothing"
    )


def test_another_budget_of_transient_differences(tell: Any) -> None:
    """Stands beside the bound where it is another one."""
    text = _lines(tell, tell.route(transient=1), transient_budget=0.02)["transient"].text
    assert text == "1 of 400 differed at the first look only, at most 0.79 % (budget 2 %)"


@pytest.mark.parametrize(("ground", "tone"), [("proven", ""), ("not_surfaced", "inconclusive")])
def test_injected_faults(tell: Any, ground: str, tone: str) -> None:
    """How many surfaced, by what was made wrong."""
    route = tell.route(surfaced=tell.surfaced(constant=(5, 3), value=(20, 19)), ground=ground)
    line = _lines(tell, route)["injected faults"]
    assert (line.text, line.tone) == ("22 of 25 surfaced (constant 3/5, value 19/20)", tone)


def test_every_check_has_words(tell: Any) -> None:
    """A person never reads a code."""
    assert set(CHECKS) == set(Check)
    assert (
        flag_words(tell.check("form", 1000, 9, 1))
        == "a form that legacy does not use, in 9 of 1,000 checks (the secondary in 1)"
    )


def test_the_standing_of_a_cluster(tell: Any) -> None:
    """What its place tells: the checks that it fails, or what is not known yet."""
    flagged = tell.check("form", 40, 9, 2, flagged=True)
    places = (
        tell.place("body/a", status="suspicious", checks=(flagged, tell.check("distance"))),
        tell.place("body/b", status="undecided", self_differs=1, more_pairs=60),
        tell.place("body/c", status="undecided", self_differs=2),
        tell.place("body/d", status="open"),
        tell.place("body/e", status="undecided", self_differs=0, drift=3),
        tell.place("body/f", status="undecided", self_differs=0),
        tell.place("body/h", status="undecided", self_differs=40, asked_once=True),
    )
    found = places_by_cluster(tell.report(tell.route("GET /x", places=places)))
    told = [standing(found.get(("GET /x", path, "value"))) for path in (f"body/{name}" for name in "abcdefgh")]
    assert told == [
        "a form that legacy does not use, in 9 of 40 checks (the secondary in 2)",
        "legacy differed from itself in 1 request; 60 more pairs decide it",
        "legacy differed from itself in 2 requests",
        "",
        "the stores had parted there in 3 requests",
        "a second look did not show the difference again",
        "",
        "the secondary, which was asked once, differs there too: noise or another state",
    ]


def test_a_route_that_is_being_moved(tell: Any) -> None:
    """How far it has come, what the candidate answered, and what was found of that; in a shadow run nothing."""
    served = tell.route().served
    assert "served" not in _lines(tell, tell.route())
    moved = tell.route(stage="canary", served=served.model_copy(update={"candidate": 100, "compared": 20}))
    text = "stage canary; 100 of 400 requests answered by the candidate (25 %), 20 of them compared"
    assert _lines(tell, moved)["served"] == Detail(label="served", text=text)
    worse = served.model_copy(update={"candidate": 100, "compared": 20, "diverged": 3})
    line = _lines(tell, tell.route(stage="canary", served=worse))["served"]
    assert line == Detail(label="served", text=f"{text}, 3 diverged", tone="fail")


@pytest.mark.parametrize(("matched", "tone"), [(5, ""), (4, "fail")])
def test_what_the_candidate_wrote_is_read_through_both(tell: Any, matched: int, tone: str) -> None:
    """One that the sides do not read alike is told as a fault."""
    served = tell.route().served.model_copy(update={"cross_reads": 5, "cross_matched": matched})
    line = _lines(tell, tell.route(served=served))["cross-read"]
    text = f"{matched} of 5 reads of what the candidate wrote were alike"
    assert line == Detail(label="cross-read", text=text, tone=tone)
