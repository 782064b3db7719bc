"""A snapshot as Prometheus reads it."""

import dataclasses
import os
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.operate.buckets import BOUNDS_S, Buckets
from crossfade.shadow.operate.metrics import IngestSnapshot, Serving, Snapshot, render
from crossfade.shadow.operate.status import Load
from crossfade.shadow.serving.counts import ServedCounts, ServedRoute, SideCounts
from crossfade.shadow.serving.weights import RouteWeight, Weights

A = ("GET /a", "http")
SNAPSHOT = Snapshot(
    now=1010.0,
    run={"run_id": "run-1", "service": 'b"u\nilds'},
    entered={A: 10, ("GET /b", "http"): 1},
    ends={(A, "matched", ""): 6, (A, "shed", "queue_full"): 2},
    latency={(A, "legacy"): Buckets()},
    added={"request": Buckets(), "answer": Buckets()},
    loop_lag=Buckets(),
    open_flows=1,
    pipe_waiting_bytes=77,
    mirror_on=True,
    compare_up=True,
    compare_pid=os.getpid(),
    load=Load(
        pending=3,
        held_bytes=99,
        slots_in_use=2,
        flushed_at=1008.5,
        notes=(("candidate", "closed_as_used", 4),),
        heavy_waiting=5,
        heavy_pid=os.getpid(),
    ),
)


def _samples(snapshot: Snapshot | IngestSnapshot) -> dict[tuple[str, ...], float]:
    found: dict[tuple[str, ...], float] = {}
    for family in text_string_to_metric_families(render(snapshot).decode()):
        for sample in family.samples:
            key = (sample.name.removeprefix("crossfade_"), *(sample.labels[name] for name in sorted(sample.labels)))
            assert key not in found
            found[key] = sample.value
    return found


def test_counters() -> None:
    """Entered by route and port, outcomes also by outcome and reason; what is left is in flight."""
    found = _samples(SNAPSHOT)
    assert found["requests_entered_total", "http", "GET /a"] == 10
    assert found["outcomes_total", "http", "matched", "", "GET /a"] == 6
    assert found["outcomes_total", "http", "shed", "queue_full", "GET /a"] == 2
    assert found["in_flight",] == 11 - 8
    assert found["run_info", "run-1", 'b"u\nilds'] == 1


def test_gauges() -> None:
    """The state of both processes."""
    found = _samples(SNAPSHOT)
    names = ("open_flows", "pipe_waiting_bytes", "mirror_on", "compare_up", "compare_pending", "compare_held_bytes")
    assert [found[name,] for name in names] == [1, 77, 1, 1, 3, 99]
    assert (found["compare_slots_in_use",], found["flush_age_seconds",]) == (2, 1.5)
    assert found["side_notes_total", "closed_as_used", "candidate"] == 4
    assert found["engine_process_resident_memory_bytes",] > 1e6
    assert found["compare_process_resident_memory_bytes",] > 1e6
    assert found["compare_heavy_waiting",] == 5
    assert found["heavy_process_resident_memory_bytes",] > 1e6


def test_a_compare_process_that_is_gone() -> None:
    """It is said to be down, and of its memory nothing is said; so it is before it first spoke."""
    found = _samples(dataclasses.replace(SNAPSHOT, compare_up=False, mirror_on=False, load=None))
    assert (found["compare_up",], found["mirror_on",]) == (0, 0)
    assert not [key for key in found if key[0].startswith(("compare_p", "compare_h", "compare_s", "flush"))]


def test_histograms() -> None:
    """Cumulative buckets, count and sum."""
    buckets = Buckets()
    for seconds in (0.002, 0.2, 60.0):
        buckets.observe(seconds)
    snapshot = dataclasses.replace(SNAPSHOT, latency={(A, "candidate"): buckets}, added={"answer": buckets})
    found = _samples(snapshot)
    assert found["side_latency_seconds_bucket", "0.0025", "http", "GET /a", "candidate"] == 1
    assert found["side_latency_seconds_count", "http", "GET /a", "candidate"] == 3
    assert found["added_latency_seconds_sum", "answer"] == buckets.sum_s
    assert found["added_latency_seconds_bucket", "answer", "+Inf"] == 3


def test_how_many_series() -> None:
    """Bounded by routes, sides and closed lists; nothing grows with traffic."""

    def size(routes: int) -> int:
        names = [(f"GET /{number}", "http") for number in range(routes)]
        latency: Any = {(name, side): Buckets() for name in names for side in ("legacy", "candidate")}
        return len(_samples(dataclasses.replace(SNAPSHOT, entered=dict.fromkeys(names, 1), latency=latency)))

    per_route = 1 + 1 + 2 * (len(BOUNDS_S) + 3) - 1
    assert size(20) - size(10) == 10 * per_route


def test_an_ingest_server() -> None:
    """It has the figures of a run in common with a proxy, and its own; nothing of an engine or a pipe."""
    snapshot = IngestSnapshot(
        now=1010.0,
        run={"run_id": "run-1"},
        entered={("a.B/C", ""): 10},
        ends={(("a.B/C", ""), "matched", ""): 6},
        latency={(("a.B/C", ""), "legacy"): Buckets()},
        loop_lag=Buckets(),
        connections=3,
        held_bytes=77,
        complaints={"json": 2},
        flushed_at=1008.5,
    )
    found = _samples(snapshot)
    assert (found["requests_entered_total", "", "a.B/C"], found["outcomes_total", "", "matched", "", "a.B/C"]) == (
        10,
        6,
    )
    assert (found["in_flight",], found["flush_age_seconds",]) == (4, 1.5)
    assert (found["ingest_connections",], found["ingest_held_bytes",]) == (3, 77)
    assert found["ingest_complaints_total", "json"] == 2
    assert found["ingest_process_resident_memory_bytes",] > 1e6
    assert not [key for key in found if key[0].startswith(("compare", "engine", "pipe", "mirror", "added", "open"))]


def test_who_serves() -> None:
    """Weights that hold, what each side served, and what fell back; nothing of it where nothing can be shifted."""
    counts = ServedRoute(
        route="GET /a",
        legacy=SideCounts(requests=90, errors=1),
        candidate=SideCounts(requests=10, errors=2),
        fallback=3,
    )
    weight = RouteWeight(route="GET /a", stage=Stage.CANARY, candidate_pct=12.5)
    serving = Serving(
        weights=Weights(generation=7, lease_s=10.0, routes=(weight,)),
        lease_remaining_s=8.5,
        counts=ServedCounts(epoch="e", at=0.0, routes=(counts,)),
    )
    found = _samples(dataclasses.replace(SNAPSHOT, serving=serving))
    assert (found["weights_generation",], found["lease_remaining_seconds",]) == (7, 8.5)
    assert found["route_weight_pct", "GET /a"] == 12.5
    assert [found["served_total", "GET /a", side] for side in ("legacy", "candidate")] == [90, 10]
    assert [found["served_errors_total", "GET /a", side] for side in ("legacy", "candidate")] == [1, 2]
    assert found["served_fallback_total", "GET /a"] == 3
    assert not [key for key in _samples(SNAPSHOT) if key[0].startswith(("weights", "lease", "route_w", "served"))]
