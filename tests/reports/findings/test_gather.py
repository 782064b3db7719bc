"""Clusters become findings: each is a part of one, nothing is lost, nothing depends on the order of what came."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossfade.reports.findings import find_findings

STATUS = "value status 404 -> 500"
ERROR = ("value body/error", "value header.content-type")
_PLACES = (
    STATUS,
    "value status 404 -> 200",
    *ERROR,
    "missing body/a",
    "missing body/b",
    "added body/c",
    "added header.expires",
    "value body/n #B11",
    "value body/n",
    "value body/line[1]",
    "value body/line[2]",
)


def test_one_status_with_its_parts(make: Any, found: Any) -> None:
    """The status is the root; message, body and content type are its parts, with ids and counts of their own."""
    report = found.report(make, {"GET /x": ((5, (STATUS, *ERROR)), (1, (STATUS,)))})
    ((title, parts),) = found.told(report)
    assert title == "404 becomes 500 on GET /x"
    assert parts[0] == "GET /x value status 404 -> 500"
    assert set(parts[1:]) == {"GET /x value body/error", "GET /x value header.content-type"}
    assert (found.one(report).count, found.one(report).rate) == (6, round(6 / 106, 6))
    assert sorted(cluster.count for cluster in report.clusters) == [5, 5, 6]


def test_two_transitions_are_two_findings(make: Any, found: Any) -> None:
    """Two that turn 404 into 200 do not hide behind eight that turn it into 401."""
    seen = ((8, ("value status 404 -> 401",)), (2, ("value status 404 -> 200",)))
    titles = [finding.title for finding in found.report(make, {"GET /x": seen}).findings]
    assert titles == ["404 becomes 401 on GET /x", "404 becomes 200 on GET /x"]


def test_a_header_field_on_all_routes_is_one(make: Any, found: Any) -> None:
    """Also on the route where it came beside errors alone."""
    routes = {f"GET /{at}": ((5, ("added header.expires",)),) for at in range(12)}
    routes["GET /z"] = ((5, (STATUS, "added header.expires")),)
    report = found.report(make, routes)
    assert {finding.title for finding in report.findings} == {
        "Header expires added on 13 routes",
        "404 becomes 500 on GET /z",
    }


def test_the_id_is_the_same_in_another_run(make: Any, found: Any) -> None:
    """Whatever the counts, and on how many more routes it shows; another root has another id."""
    few = found.report(make, {"GET /a": ((5, ("added header.expires",)),)})
    many = found.report(make, {f"GET /{at}": ((9, ("added header.expires", "value body")),) for at in "abc"})
    expires, *others = sorted(many.findings, key=lambda finding: not finding.title.startswith("Header"))
    assert found.one(few).id == expires.id
    assert expires.id.startswith("f-")
    assert len({finding.id for finding in many.findings}) == len(many.findings) == 1 + len(others)


def test_what_is_accepted_is_not_counted(make: Any, found: Any) -> None:
    """A finding is open while one part is; its routes, share and severity are those of what is not accepted."""
    report = found.report(make, {f"GET /{at}": ((5, ("value body/n #B11",)),) for at in "abc"})
    seen = {
        cluster.route: found.clusters((5, ("value body/n #B11",)), route=cluster.route)[1]
        for cluster in report.clusters
    }
    statuses = ("accepted", "accepted", "open")
    clusters = [one.model_copy(update={"status": of}) for one, of in zip(report.clusters, statuses, strict=True)]
    (finding,) = find_findings(clusters, report.routes, seen)
    assert (finding.status, finding.routes, finding.count, len(finding.parts)) == ("open", (clusters[2].route,), 5, 3)
    all_accepted = [one.model_copy(update={"status": "accepted"}) for one in clusters]
    (finding,) = find_findings(all_accepted, report.routes, seen)
    assert (finding.status, len(finding.routes)) == ("accepted", 3)


def test_noise_is_gathered_by_itself(make: Any, found: Any) -> None:
    """It explains nothing, and the same difference that is open elsewhere is another finding with another id."""
    routes = {f"GET /{at}": ((5, ("added header.date",)),) for at in "abc"}
    report = found.report(make, routes)
    seen = {
        cluster.route: found.clusters((5, ("added header.date",)), route=cluster.route)[1]
        for cluster in report.clusters
    }
    first, *others = report.clusters
    noisy = [first, *(one.model_copy(update={"status": "noise"}) for one in others)]
    is_open, noise = find_findings(noisy, report.routes, seen)
    assert (is_open.status, noise.status, len(noise.parts)) == ("open", "noise", 2)
    assert is_open.id != noise.id


_SEEN = st.lists(
    st.tuples(st.integers(1, 50), st.sets(st.sampled_from(_PLACES), min_size=1).map(sorted).map(tuple)),
    min_size=1,
    max_size=6,
    unique_by=lambda item: item[1],
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the fixtures are classes without a state
@given(st.dictionaries(st.sampled_from(["GET /a", "GET /b", "GET /c"]), _SEEN.map(tuple), min_size=1), st.randoms())
def test_each_cluster_is_a_part_of_one_finding(found: Any, make: Any, routes: Any, random: Any) -> None:
    """None is lost or doubled; two statuses are never one finding; ids are unique; the order of clusters is of no account."""
    report = found.report(make, routes)
    parts = [part for finding in report.findings for part in finding.parts]
    assert sorted(parts) == sorted(cluster.id for cluster in report.clusters)
    assert len({finding.id for finding in report.findings}) == len(report.findings)
    clusters = {cluster.id: cluster for cluster in report.clusters}
    for finding in report.findings:
        assert sum(clusters[part].path == "status" for part in finding.parts) <= 1
        assert finding.count >= max(clusters[part].count for part in finding.parts)
        assert set(finding.routes) == {clusters[part].route for part in finding.parts}
    mixed = list(report.clusters)
    random.shuffle(mixed)
    seen = {route: found.clusters(*its, route=route)[1] for route, its in routes.items()}
    assert find_findings(mixed, report.routes, seen) == report.findings
