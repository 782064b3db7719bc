"""What the demo found, held against what was planted."""

import re
from pathlib import Path

import pytest

from crossfade.reports.report import Cluster, Latency, Quantiles, Report, Route
from crossfade.tools.demo.expected import Planted, count_mismatches, hunt, read_planted

ROUTE = "ci.builds.v1.BuildService/GetBuild"
PLANTED = Planted(route=ROUTE, paths=("message.labels", "message.id"), bugs=("order",), pitfall="C4", note="")
NOTHING = Quantiles(p50=None, p95=None, p99=None)


def cluster(path: str, *, route: str = ROUTE, status: str = "open") -> Cluster:
    return Cluster.model_construct(route=route, path=path, status=status)


def report(*clusters: Cluster, routes: tuple[Route, ...] = ()) -> Report:
    return Report.model_construct(clusters=clusters, routes=routes)


def route(*, total: int, matched: int, in_flight: int = 0) -> Route:
    latency = Latency(legacy=NOTHING, candidate=NOTHING, paired_ratio=NOTHING)
    return Route.model_construct(
        route=ROUTE, total=total, outcomes={"matched": matched}, in_flight=in_flight, latency_ms=latency
    )


def test_an_entry_is_found_when_all_its_paths_have_open_clusters() -> None:
    """Both paths of the entry are open: found, and nothing is unexpected."""
    caught = hunt(report(cluster("message.labels"), cluster("message.id")), [PLANTED])
    assert (caught.found, caught.missed, caught.unexpected) == ((PLANTED,), (), ())


def test_a_suspicious_cluster_is_found() -> None:
    """A bug in a noisy field is found by its checks; what is undecided is not found yet."""
    clusters = (cluster("message.labels"), cluster("message.id", status="suspicious"))
    assert hunt(report(*clusters), [PLANTED]).found == (PLANTED,)
    undecided = cluster("message.branch", status="undecided")
    assert hunt(report(*clusters, undecided), [PLANTED]).unexpected == ()


@pytest.mark.parametrize(
    "clusters",
    [
        (),
        (cluster("message.labels"),),
        (cluster("message.labels"), cluster("message.id", status="noise")),
        (cluster("message.labels"), cluster("message.id", route="other.Service/GetBuild")),
    ],
)
def test_an_entry_is_missed_when_a_path_is_not_open(clusters: tuple[Cluster, ...]) -> None:
    """A path that was not seen, is noise, or stands on another route does not count."""
    assert hunt(report(*clusters), [PLANTED]).missed == (PLANTED,)


def test_an_open_cluster_that_nobody_planted_is_unexpected() -> None:
    """What is open beside the planted bugs is named with its route and path."""
    caught = hunt(report(cluster("message.branch")), [])
    assert caught.unexpected == (f"{ROUTE} message.branch",)


def test_counts_that_agree_give_no_line() -> None:
    """Sent, entered, and outcomes with what is in flight are one number."""
    assert count_mismatches(report(routes=(route(total=5, matched=4, in_flight=1),)), {ROUTE: 5}) == ()


def test_every_disagreement_of_counts_is_a_line() -> None:
    """A lost request, a lost outcome and an unseen route are each told."""
    lines = count_mismatches(report(routes=(route(total=5, matched=4),)), {ROUTE: 6, "GET /x": 1})
    assert lines == (
        "GET /x: the client sent 1, 0 entered",
        f"{ROUTE}: the client sent 6, 5 entered",
        f"{ROUTE}: 5 entered, 4 outcomes, 0 in flight",
    )


def test_every_bug_of_the_candidate_shows_somewhere() -> None:
    """By the name with which it is switched on alone."""
    example = Path(__file__).parents[3] / "examples" / "buildqueue"
    named = {bug for entry in read_planted(example / "divergences.toml") for bug in entry.bugs}
    source = (example / "candidate/src/main/java/dev/crossfade/buildqueue/Bug.java").read_text(encoding="utf-8")
    assert named == {bug.lower() for bug in re.findall(r"^  ([A-Z_]+)[,;]$", source, re.MULTILINE)}


def test_the_examples_list_is_as_varied_as_it_claims() -> None:
    """At least 15 different catalogue entries of eight groups, over both protocols, two rare and one noisy.

    And in streams: in a message, in trailing metadata, in how one ends; and in the details of an error.
    """
    path = Path(__file__).parents[3] / "examples" / "buildqueue" / "divergences.toml"
    planted = read_planted(path)
    entries = {entry.pitfall for entry in planted}
    assert len(entries) >= 15
    assert len({entry[0] for entry in entries}) >= 8
    paths = {path for entry in planted for path in entry.paths}
    assert all(
        any(path.startswith(place) for path in paths) for place in ("message[*]", "trailer", "status.details[*]")
    )
    assert {" " in entry.route for entry in planted} == {True, False}
    text = path.read_text(encoding="utf-8")
    assert text.count("rare = true") >= 2
    assert text.count("noisy = true") >= 1
