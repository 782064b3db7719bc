"""A run whose compare process was lost keeps what was committed, and counts the rest as shed."""

from dataclasses import replace
from pathlib import Path

import pytest

from crossfade.shadow.evidence import EvidenceError, EvidenceWriter, close_lost_run, read_run
from crossfade.shadow.evidence.marks import flush_marks
from crossfade.shadow.evidence.records import RunInfo
from crossfade.shadow.evidence.schema import connect
from crossfade.shadow.exchange.observations import Judged, Settled
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo

OK = RouteInfo(route="GET /ok", protocol="http", call_type="http", stage="shadow")
NEW = RouteInfo(route="GET /new", protocol="http", call_type="http", stage="shadow")
INFO = RunInfo(
    run_id="r1",
    service="s",
    engine="mitmproxy",
    legacy_build="a",
    candidate_build="b",
    rules_digest="",
    contract_digest="",
    started_at=1.0,
)
MATCHED = Judged(
    route=OK, at=2.0, request_hash=1, signature=(), noise=None, examples=(), legacy_ms=1.0, candidate_ms=2.0
)


@pytest.fixture
def lost(tmp_path: Path) -> Path:
    """A store whose writer committed two requests, knew of another, and is gone."""
    with EvidenceWriter.open(tmp_path, INFO, None) as writer:
        writer.add(MATCHED)
        writer.add(Settled(route=OK, outcome=Outcome.SHED, reason=Reason.COMPARE_DOWN))
        writer.flush({OK: 2})
        writer.add(MATCHED)
    return tmp_path


def test_the_sums_are_exact(lost: Path) -> None:
    """What entered is what ended; what was committed is as it was."""
    assert close_lost_run(lost, "r1", {OK: 7, NEW: 3}, now=9.0) == 8
    run = read_run(lost)
    assert run.ended_at == 9.0
    found = {route.info.route: route for route in run.routes}
    assert (found["GET /ok"].entered, found["GET /new"].entered) == (7, 3)
    assert found["GET /ok"].settled == {(Outcome.SHED, Reason.COMPARE_DOWN): 6}
    assert [seen.count for seen in found["GET /ok"].signatures.values()] == [1]
    assert found["GET /new"].settled == {(Outcome.SHED, Reason.COMPARE_DOWN): 3}
    assert found["GET /ok"].legacy_ms.p50 is not None


def test_it_no_longer_lives(lost: Path) -> None:
    """Nothing waits for a run that is closed: its mark of life is gone."""
    close_lost_run(lost, "r1", {OK: 7}, now=9.0)
    engine = connect(lost)
    with engine.connect() as connection:
        assert flush_marks(connection) == {}
    engine.dispose()


def test_nothing_was_lost(lost: Path) -> None:
    """An engine that knows of less than was committed changes no sum."""
    assert close_lost_run(lost, "r1", {OK: 1}, now=9.0) == 0
    (route,) = read_run(lost).routes
    assert route.entered == 2


def test_a_store_that_can_not_be_written(tmp_path: Path) -> None:
    """One line, and the caller goes on."""
    (tmp_path / "evidence.sqlite").write_text("no store")
    with pytest.raises(EvidenceError, match="expected a writable store"):
        close_lost_run(tmp_path, "r1", {OK: 1}, now=9.0)


def test_one_name_on_two_ports(tmp_path: Path) -> None:
    """Each port has sums of its own, also where two protocols are one route."""
    web, internal = (replace(OK, listener=port) for port in ("web", "internal"))
    with EvidenceWriter.open(tmp_path, INFO, None) as writer:
        writer.add(replace(MATCHED, route=web))
        writer.add(replace(MATCHED, route=internal))
        writer.flush({web: 1, internal: 1})
    other = replace(internal, protocol="grpc", call_type="unknown")
    assert close_lost_run(tmp_path, "r1", {web: 3, internal: 4, other: 5}, now=9.0) == 2 + 8
    found = [(route.info.key, route.entered, sum(route.settled.values())) for route in read_run(tmp_path).routes]
    assert found == [("internal GET /ok", 9, 8), ("web GET /ok", 3, 2)]
