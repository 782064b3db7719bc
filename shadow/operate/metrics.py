"""The figures of a run as Prometheus reads them. A pure function of one snapshot, so any thread may do it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Metric, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, InfoMetricFamily
from prometheus_client.registry import Collector

from crossfade.shadow.exchange.served import Served
from crossfade.shadow.operate.buckets import Buckets
from crossfade.shadow.operate.status import Ends, Load, Place
from crossfade.shadow.serving.carrier import Carrier
from crossfade.shadow.serving.counts import ServedCounts
from crossfade.shadow.serving.weights import Weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What is told of any run, taken at one moment (``now``, seconds since the epoch); nothing in it changes any more.

    ``latency`` is by route and side.
    """

    now: float
    run: Mapping[str, str]
    entered: Mapping[Place, int]
    ends: Ends
    latency: Mapping[tuple[Place, str], Buckets]
    loop_lag: Buckets


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot(Figures):
    """A proxy. ``added`` is by direction (request, answer). ``load`` is None before the compare process first spoke.

    ``serving`` is None where nothing can be shifted.
    """

    added: Mapping[str, Buckets]
    open_flows: int
    pipe_waiting_bytes: int
    mirror_on: bool
    compare_up: bool
    compare_pid: int
    load: Load | None
    serving: "Serving | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """Who answers clients: the weights that hold now, for how long, and what was served."""

    weights: Weights
    lease_remaining_s: float
    counts: ServedCounts

    @classmethod
    def of(cls, carrier: Carrier) -> "Serving":
        """What a carrier of weights tells now."""
        return cls(weights=carrier.weights(), lease_remaining_s=carrier.lease_remaining_s(), counts=carrier.served())


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestSnapshot(Figures):
    """An ingest server. ``complaints`` are counted by kind; ``flushed_at`` is when evidence was last committed."""

    connections: int
    held_bytes: int
    complaints: Mapping[str, int]
    flushed_at: float


class _Families(Collector):
    def __init__(self, snapshot: Snapshot | IngestSnapshot) -> None:
        self._snapshot = snapshot

    def collect(self) -> Iterator[Metric]:
        yield from _counters(self._snapshot)
        if isinstance(self._snapshot, Snapshot):
            yield from _proxy(self._snapshot)
            if self._snapshot.serving is not None:
                yield from _serving(self._snapshot.serving)
        else:
            yield from _ingest(self._snapshot)
        yield from _histograms(self._snapshot)


def render(snapshot: Snapshot | IngestSnapshot) -> bytes:
    """The text of a scrape, with what the system knows of the processes."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Families(snapshot))
    if isinstance(snapshot, IngestSnapshot):
        ProcessCollector(namespace="crossfade_ingest", registry=registry)
        return generate_latest(registry)
    ProcessCollector(namespace="crossfade_engine", registry=registry)
    if snapshot.compare_up:
        ProcessCollector(namespace="crossfade_compare", pid=lambda: snapshot.compare_pid, registry=registry)
    if (load := snapshot.load) is not None and (pid := load.heavy_pid):
        ProcessCollector(namespace="crossfade_heavy", pid=lambda: pid, registry=registry)
    return generate_latest(registry)


def _counters(snapshot: Figures) -> Iterator[Metric]:
    yield InfoMetricFamily("crossfade_run", "The current run.", value=dict(snapshot.run))
    entered = CounterMetricFamily("crossfade_requests_entered", "Requests that entered.", labels=["route", "listener"])
    for route, count in snapshot.entered.items():
        entered.add_metric(route, count)
    yield entered
    labels = ["route", "listener", "outcome", "reason"]
    outcomes = CounterMetricFamily("crossfade_outcomes", "Requests by outcome and reason.", labels=labels)
    for (route, *end), count in snapshot.ends.items():
        outcomes.add_metric([*route, *end], count)
    yield outcomes
    in_flight = sum(snapshot.entered.values()) - sum(snapshot.ends.values())
    yield _gauge("in_flight", "Requests that entered and have no outcome yet that the engine knows of.", in_flight)


def _proxy(snapshot: Snapshot) -> Iterator[Metric]:
    yield _gauge("open_flows", "Open requests: neither legacy nor the client has ended them.", snapshot.open_flows)
    yield _gauge("pipe_waiting_bytes", "Bytes on the way to the compare process.", snapshot.pipe_waiting_bytes)
    yield _gauge("mirror_on", "1 while mirroring is on, 0 while it is turned off.", int(snapshot.mirror_on))
    yield _gauge("compare_up", "1 while the compare process runs, else 0.", int(snapshot.compare_up))
    if (load := snapshot.load) is not None:
        yield _gauge("compare_pending", "Requests in the compare process without an outcome.", load.pending)
        yield _gauge("compare_held_bytes", "Bytes of bodies that the compare process holds.", load.held_bytes)
        yield _gauge("compare_slots_in_use", "Mirrored requests under way, of max_in_flight.", load.slots_in_use)
        text = "Heavy comparisons that are judged in a process of their own, or wait for that."
        yield _gauge("compare_heavy_waiting", text, load.heavy_waiting)
        yield _flush_age(snapshot, load.flushed_at)
        text = "Mirrored requests that were sent again, and bytes after an answer, by side."
        notes = CounterMetricFamily("crossfade_side_notes", text, labels=["side", "note"])
        for side, note, count in load.notes:
            notes.add_metric([side, note], count)
        yield notes
    text = "Time from reading a head to passing it on, of the request and of legacy's answer."
    added = HistogramMetricFamily("crossfade_added_latency_seconds", text, labels=["direction"])
    for direction, buckets in snapshot.added.items():
        added.add_metric([direction], buckets.cumulative(), buckets.sum_s)
    yield added


def _serving(serving: Serving) -> Iterator[Metric]:
    yield _gauge("weights_generation", "The number of the weights that hold now.", serving.weights.generation)
    yield _gauge("lease_remaining_seconds", "How long they hold without the controller.", serving.lease_remaining_s)
    text = "Share of clients whose requests the candidate answers, in percent."
    weights = GaugeMetricFamily("crossfade_route_weight_pct", text, labels=["route"])
    for weight in serving.weights.routes:
        weights.add_metric([weight.route], weight.candidate_pct)
    yield weights
    served = CounterMetricFamily("crossfade_served", "Answered requests, by side.", labels=["route", "side"])
    text = "Those of them that were 5xx, a gRPC status of a server's fault, or no answer."
    errors = CounterMetricFamily("crossfade_served_errors", text, labels=["route", "side"])
    text = "Requests that the candidate was to answer, and legacy answered because the candidate took no connection."
    fallback = CounterMetricFamily("crossfade_served_fallback", text, labels=["route"])
    for route in serving.counts.routes:
        for side in Served:
            served.add_metric([route.route, side], route.side(side).requests)
            errors.add_metric([route.route, side], route.side(side).errors)
        fallback.add_metric([route.route], route.fallback)
    yield from (served, errors, fallback)


def _ingest(snapshot: IngestSnapshot) -> Iterator[Metric]:
    yield _gauge("ingest_connections", "Connected services.", snapshot.connections)
    yield _gauge("ingest_held_bytes", "Bytes of incomplete lines, of ingest.buffer_bytes.", snapshot.held_bytes)
    yield _flush_age(snapshot, snapshot.flushed_at)
    text = "Refused lines and connections, by kind."
    complaints = CounterMetricFamily("crossfade_ingest_complaints", text, labels=["kind"])
    for kind, count in snapshot.complaints.items():
        complaints.add_metric([kind], count)
    yield complaints


def _histograms(snapshot: Figures) -> Iterator[Metric]:
    lag = HistogramMetricFamily(
        "crossfade_loop_lag_seconds", "How late the event loop runs a timer, sampled four times a second."
    )
    lag.add_metric([], snapshot.loop_lag.cumulative(), snapshot.loop_lag.sum_s)
    yield lag
    text = "Latency of each side, in comparisons that have both answers."
    sides = HistogramMetricFamily("crossfade_side_latency_seconds", text, labels=["route", "listener", "side"])
    for (route, side), buckets in snapshot.latency.items():
        sides.add_metric([*route, side], buckets.cumulative(), buckets.sum_s)
    yield sides


def _flush_age(snapshot: Figures, flushed_at: float) -> Metric:
    return _gauge(
        "flush_age_seconds", "Seconds since evidence was last committed.", max(0.0, snapshot.now - flushed_at)
    )


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"crossfade_{name}", text, value=value)
