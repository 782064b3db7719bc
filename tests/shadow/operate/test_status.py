"""What the compare process says arrives in the engine as it was counted."""

import dataclasses
import json

import pytest

from crossfade.shadow.exchange.difference import Fingerprint, Kind
from crossfade.shadow.exchange.observations import Judged, Observation, Settled
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.operate.status import Load, Status, Totals

A = ("GET /a", "http")
LOAD = Load(pending=3, held_bytes=99, slots_in_use=2, flushed_at=1000.5, notes=(("candidate", "closed_as_used", 3),))
SHED = (Outcome.SHED, Reason.QUEUE_FULL)


def _route(name: str, listener: str = "http") -> RouteInfo:
    return RouteInfo(route=name, protocol="http", call_type="http", stage="shadow", listener=listener)


def _settled(name: str, end: tuple[Outcome, Reason]) -> Settled:
    return Settled(route=_route(name), outcome=end[0], reason=end[1])


def _judged(name: str, *kinds: Kind, legacy_ms: float | None = 2.0, candidate_ms: float | None = 30.0) -> Judged:
    return Judged(
        route=_route(name),
        at=1.0,
        request_hash=1,
        signature=tuple(Fingerprint(template="body", kind=kind.value) for kind in kinds),
        noise=None,
        examples=(),
        legacy_ms=legacy_ms,
        candidate_ms=candidate_ms,
    )


def _hear(status: Status, totals: Totals) -> int:
    lines = list(totals.lines(LOAD))
    for line in lines:
        assert line.endswith(b"\n")
        assert line.count(b"\n") == 1
        status.take(line)
    return len(lines)


def test_every_end() -> None:
    """One count for each request, under the word that it will keep."""
    totals, status = Totals(), Status()
    observations: list[Observation] = [
        _settled("GET /a", SHED),
        dataclasses.replace(_settled("GET /a", SHED), count=4),
        _judged("GET /a"),
        _judged("GET /a", Kind.VALUE),
        _judged("GET /b é\udcff", Kind.FAILED, candidate_ms=None),
    ]
    for observation in observations:
        totals.add(observation)
    assert _hear(status, totals) == 3
    assert status.ends == {
        (A, "shed", "queue_full"): 5,
        (A, "matched", ""): 1,
        (A, "differed", ""): 1,
        (("GET /b é\udcff", "http"), "candidate_failed", ""): 1,
    }
    assert status.load == LOAD


def test_one_name_on_two_ports() -> None:
    """Each port has counts of its own."""
    totals, status = Totals(), Status()
    for port in ("http", "internal", "internal"):
        totals.add(dataclasses.replace(_judged("GET /a"), route=_route("GET /a", port)))
    _hear(status, totals)
    assert status.ends == {(A, "matched", ""): 1, (("GET /a", "internal"), "matched", ""): 2}


def test_latency_comes_in_pairs() -> None:
    """Both sides of the same comparisons, in seconds; without one answer there is no pair."""
    totals, status = Totals(), Status()
    totals.add(_judged("GET /a"))
    totals.add(_judged("GET /a", Kind.FAILED, candidate_ms=None))
    _hear(status, totals)
    assert {key: (sum(b.counts), b.sum_s) for key, b in status.latency.items()} == {
        (A, "legacy"): (1, 0.002),
        (A, "candidate"): (1, 0.03),
    }


def test_only_what_changed_is_said() -> None:
    """A quiet route costs nothing, and totals go on from where they were."""
    totals, status = Totals(), Status()
    totals.add(_judged("GET /a"))
    _hear(status, totals)
    totals.add(_judged("GET /b"))
    assert _hear(status, totals) == 2
    totals.add(_judged("GET /a"))
    assert _hear(status, totals) == 2
    assert _hear(status, totals) == 1
    assert status.ends == {(A, "matched", ""): 2, (("GET /b", "http"), "matched", ""): 1}


@pytest.mark.parametrize("line", [b"a library prints\n", b"[]\n", b"3\n", b'{"load": {}}\n', b"{}\n", b"\xff\n"])
def test_a_line_of_someone_else(line: bytes) -> None:
    """It is refused and changes nothing."""
    status = Status()
    with pytest.raises((ValueError, KeyError, TypeError)):
        status.take(line)
    assert (status.ends, status.load) == ({}, None)


def test_a_line_holds_no_more_than_a_route() -> None:
    """Its length is bounded by the name of the route: every end and 2 x 15 buckets."""
    totals = Totals()
    for outcome in Outcome:
        for reason in Reason:
            totals.add(_settled("r", (outcome, reason)))
    totals.add(_judged("r"))
    _, line = totals.lines(LOAD)
    assert len(json.loads(line)["ends"]) == len(Outcome) * len(Reason) + 1
    assert len(line) < 10_000
