"""Rules that accept what was named, and nothing else."""

from typing import Any

import pytest

from crossfade.reports.accepting import Accepted, AcceptingError, acceptable, also_accepted, named, rules_for
from crossfade.reports.report import Report
from crossfade.shadow.evidence.records import SignatureCount


def _report(make: Any, **routes: tuple[Any, ...]) -> Report:
    """A route for each name with these fingerprints; ``a_b`` is GET /a/b."""
    found = [
        make.route(
            f"GET /{name.replace('_', '/')}",
            matched=5,
            signatures={tuple(sorted(marks)): SignatureCount(count=5, distinct=5)} if marks else {},
            clusters=tuple(map(make.cluster, marks)),
        )
        for name, marks in routes.items()
    ]
    report: Report = make.report(*found)
    return report


def test_ids_of_findings_and_clusters(make: Any) -> None:
    """A finding stands for its parts; what is named twice is there once."""
    mark = make.fingerprint("header.expires", "added")
    report = _report(make, a=(mark,), b=(mark,))
    (finding,) = report.findings
    assert {cluster.id for cluster in named(report, [finding.id])} == set(finding.parts)
    assert [cluster.id for cluster in named(report, [finding.parts[0], finding.parts[0]])] == [finding.parts[0]]
    with pytest.raises(AcceptingError, match=f"got {finding.id}x; the nearest is {finding.id}"):
        named(report, [f"{finding.id}x"])
    with pytest.raises(AcceptingError, match=r"expected the id of a finding or cluster of run run-1, got \?$"):
        named(report, ["?"])


@pytest.mark.parametrize(
    ("status", "kind", "error"),
    [
        ("accepted", "value", "got one that is accepted already"),
        ("noise", "value", "got one that is noise already"),
        ("open", "failed", "got no answer at all"),
    ],
)
def test_what_cannot_be_accepted(make: Any, status: str, kind: str, error: str) -> None:
    """What is so already, noise, and a missing answer; of a finding the rest is left."""
    cluster = _report(make, a=(make.fingerprint(kind=kind),)).clusters[0].model_copy(update={"status": status})
    with pytest.raises(AcceptingError, match=error):
        acceptable([cluster])
    is_open = _report(make, b=(make.fingerprint(),)).clusters[0]
    if kind != "failed":
        assert acceptable([cluster, is_open]) == (is_open,)


@pytest.mark.parametrize("told", ["(other)", "beside (other)", "(other) beside 404 -> 401"])
def test_transitions_that_are_not_told(make: Any, told: str) -> None:
    """A rule for them would hide what nobody saw: the first 404 -> 200 of a later day."""
    report = _report(make, a=(make.fingerprint(transition=told),))
    with pytest.raises(AcceptingError) as error:
        acceptable(report.clusters)
    assert f"got {told} (" in str(error.value)
    assert "which stands for those that come later" in str(error.value)


@pytest.mark.parametrize(
    ("routes", "globs"),
    [
        ({"a": True, "b": True}, {"GET /*"}),
        ({"a": True, "b": True, "c": False}, {"GET /a", "GET /b"}),
        ({"x_a": True, "x_b": True, "y": False}, {"GET /x/*"}),
        ({"x_a": True, "y_a": True, "z": False}, {"GET /*/a"}),
        ({"a": True, "b": False}, {"GET /a"}),
    ],
)
def test_a_glob_names_these_routes_and_no_other(make: Any, routes: dict[str, bool], globs: set[str]) -> None:
    """The narrowest that does; else each route has a rule of its own."""
    mark = make.fingerprint("header.expires", "added")
    report = _report(make, **{name: (mark,) if has else () for name, has in routes.items()})
    rules = rules_for(report.clusters, report)
    assert {rule.route for rule in rules} == globs
    assert all(any(rule.matches(cluster) for rule in rules) for cluster in report.clusters)
    assert also_accepted(rules, report.clusters, report) == ()


def test_a_route_without_requests_needs_no_rule_of_its_own(make: Any) -> None:
    """Nothing was seen there that a glob could hide."""
    mark = make.fingerprint("header.expires", "added")
    found = {"signatures": {(mark,): SignatureCount(count=5, distinct=5)}, "clusters": (make.cluster(mark),)}
    seen = [make.route(f"GET /{name}", **found) for name in "ab"]
    report = make.report(*seen, make.route("GET /never"))
    assert [route.total for route in report.routes] == [5, 5, 0]
    assert {rule.route for rule in rules_for(report.clusters, report)} == {"GET /*"}


def test_a_glob_that_names_no_port_holds_on_each(make: Any) -> None:
    """So no glob is written that also names a route which several ports carry, and shows the port in front."""
    mark = make.fingerprint("header.expires", "added")
    found = {
        "signatures": {(mark,): SignatureCount(count=5, distinct=5)},
        "clusters": (make.cluster(mark),),
    }
    ports = [make.route("GET /a", listener=port, **found) for port in ("public", "internal")]
    report = make.report(*ports, *(make.route(route, listener="public", **found) for route in ("GET /b", "GET /c")))
    meant = [cluster for cluster in report.clusters if not cluster.route.endswith("/a")]
    rules = rules_for(meant, report)
    assert {rule.route for rule in rules} == {"GET /b", "GET /c"}
    assert also_accepted(rules, meant, report) == ()
    wide = Accepted(route="GET /*", path=mark.template, kind=mark.kind)
    others = also_accepted([wide], meant, report)
    assert {cluster.route for cluster in others} == {"public GET /a", "internal GET /a"}


def test_a_transition_is_written_where_its_place_tells_some(make: Any) -> None:
    """So that 404 -> 200 stays open; where none is told the rule needs none."""
    one, other = (make.fingerprint("status", transition=f"404 -> {code}") for code in (401, 200))
    report = _report(make, a=(one, other, make.fingerprint()))
    by_path = {cluster.transition or cluster.path: cluster for cluster in report.clusters}
    (rule,) = rules_for([by_path["404 -> 401"]], report)
    assert rule == Accepted(route="GET /a", path="status", kind="value", transition="404 -> 401")
    assert str(rule) == "GET /a  status  value  404 -> 401"
    assert [rule.matches(cluster) for cluster in by_path.values()] == [key == "404 -> 401" for key in by_path]
    (rule,) = rules_for([by_path["body/a"]], report)
    assert rule.transition is None
    assert str(rule) == "GET /a  body/a  value  any transition"


def test_what_was_seen_beside_a_status_is_accepted_beside_it(make: Any) -> None:
    """Not what is at the same place beside another one, nor what is there by itself."""
    told = ("beside 404 -> 410", "beside 404 -> 400", "")
    report = _report(make, a=tuple(make.fingerprint(transition=transition) for transition in told))
    by_transition = {cluster.transition: cluster for cluster in report.clusters}
    for transition in told:
        (rule,) = rules_for([by_transition[transition]], report)
        assert [rule.matches(by_transition[other]) for other in told] == [other == transition for other in told]
    assert str(rule) == "GET /a  body/a  value  no transition"


def test_a_path_that_is_a_glob_is_told(make: Any) -> None:
    """A star in a path stands for any text in a rule: what else it would accept is named."""
    wide, hidden = make.fingerprint("body/*"), make.fingerprint("body/price")
    report = _report(make, a=(wide, hidden))
    clusters = {cluster.path: cluster for cluster in report.clusters}
    rules = rules_for([clusters["body/*"]], report)
    assert also_accepted(rules, [clusters["body/*"]], report) == (clusters["body/price"],)
    assert also_accepted(rules, list(clusters.values()), report) == ()
