"""How routes stand: the same verdicts, figures and findings as in the report, by the keys of the routes."""

from typing import Any

from crossfade.reports.standings import standings
from crossfade.shadow.evidence.gate_settings import GateSettings
from crossfade.shadow.evidence.records import SignatureCount


def _standings(make: Any, *routes: Any, claimed: tuple[str, ...] = ("*",)) -> Any:
    return standings(make.run(*routes), gate=GateSettings(routes=claimed), accepted=(), now=make.started + 100)


def test_a_route_that_is_proven(make: Any) -> None:
    """It passes, with the sentence of the gate and the builds of the run."""
    (found,) = _standings(make, make.route("GET /ok", matched=400)).values()
    assert (found.verdict, found.reason, found.n, found.k) == ("pass", "", 400, 0)
    assert found.claim.startswith("PASS GET /ok diverges in less than 1 % of requests, at 95 % confidence: 0 of 400")
    assert (found.run_id, found.candidate_build, found.open_findings) == ("run-1", "java 1", ())
    assert 0 == found.lower < found.upper < 0.01


def test_what_is_open_on_a_route(make: Any) -> None:
    """A route that diverges fails, and names its findings; those of other routes are not in its way."""
    mark = make.fingerprint()
    signatures = {(mark,): SignatureCount(count=20, distinct=20)}
    bad = make.route("GET /bad", matched=80, signatures=signatures, clusters=(make.cluster(mark),))
    found = _standings(make, bad, make.route("GET /ok", matched=400))
    assert found["GET /bad"].verdict == "fail"
    assert [finding[:2] for finding in found["GET /bad"].open_findings] == ["f-"]
    assert found["GET /ok"].open_findings == ()


def test_the_key_of_a_route(make: Any) -> None:
    """It has its port in front even where the report, which tells of one port only, leaves that out."""
    found = _standings(make, make.route("GET /ok", matched=1, listener="http"))
    assert list(found) == ["http GET /ok"]
    assert found["http GET /ok"].route == "http GET /ok"


def test_a_route_that_nobody_claims(make: Any) -> None:
    """It has no verdict and no claim, and says so."""
    (found,) = _standings(make, make.route("GET /ok", matched=400), claimed=()).values()
    assert (found.verdict, found.claim) == (None, "")
    assert found.reason == "not claimed: not listed in gate.routes"


def test_what_the_candidate_served_and_wrote(make: Any) -> None:
    """Reads of what it wrote count for the route on which it was written, whichever routes read it."""
    mark = make.fingerprint()
    read = make.route(
        "GET /b",
        signatures={(): SignatureCount(count=10, distinct=10, by_candidate=4), (mark,): SignatureCount(count=1)},
        clusters=(make.cluster(mark),),
        cross_reads={("POST /b", ()): 3, ("POST /b", (mark,)): 1},
    )
    found = _standings(make, read, make.route("POST /b"), make.route("GET /c", cross_reads={("POST /b", ()): 2}))
    assert (found["POST /b"].cross_reads, found["POST /b"].cross_matched) == (6, 5)
    assert (found["GET /b"].served_compared, found["GET /b"].served_diverged) == (4, 0)
    assert found["GET /b"].cross_reads == 0
