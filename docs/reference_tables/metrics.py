"""The metrics, read from a scrape in which each of them has a sample."""

import os
from collections.abc import Iterator

from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from crossfade.shadow.canary.control.metrics import Figures
from crossfade.shadow.canary.control.metrics import render as render_canary
from crossfade.shadow.canary.control.status import PlaneStatus, RouteStatus
from crossfade.shadow.canary.control.status import Status as CanaryStatus
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.operate.buckets import Buckets
from crossfade.shadow.operate.metrics import IngestSnapshot, Serving, Snapshot, render
from crossfade.shadow.operate.status import Load
from crossfade.shadow.serving.counts import ServedCounts, ServedRoute
from crossfade.shadow.serving.weights import RouteWeight, Weights
from reference_tables.markdown import code, table

_PLACE = ("GET /a", "http")
_PROXY = Snapshot(
    now=1.0,
    run=dict.fromkeys(("run_id", "service", "legacy_build", "candidate_build"), "a"),
    entered={_PLACE: 1},
    ends={(_PLACE, "matched", ""): 1},
    latency={(_PLACE, "legacy"): Buckets()},
    loop_lag=Buckets(),
    added={"request": Buckets()},
    open_flows=0,
    pipe_waiting_bytes=0,
    mirror_on=True,
    compare_up=True,
    compare_pid=os.getpid(),
    serving=Serving(
        weights=Weights(
            generation=1, lease_s=1.0, routes=(RouteWeight(route="GET /a", stage=Stage.CANARY, candidate_pct=1.0),)
        ),
        lease_remaining_s=1.0,
        counts=ServedCounts(epoch="a", at=0.0, routes=(ServedRoute(route="GET /a"),)),
    ),
    load=Load(
        pending=0,
        held_bytes=0,
        slots_in_use=0,
        flushed_at=0.0,
        notes=(("candidate", "not_processed", 1),),
        heavy_pid=os.getpid(),
    ),
)
_INGEST = IngestSnapshot(
    now=1.0,
    run=_PROXY.run,
    entered=_PROXY.entered,
    ends=_PROXY.ends,
    latency=_PROXY.latency,
    loop_lag=Buckets(),
    connections=0,
    held_bytes=0,
    complaints={"protocol": 1},
    flushed_at=0.0,
)
_ROUTE = RouteStatus(
    route="GET /a",
    group="a",
    plane="a",
    stage="canary",
    phase="Progressing",
    outcome=None,
    step=1,
    steps=1,
    step_text="",
    since=0.0,
    weight_pct=1.0,
    wanted_pct=1.0,
)
_CANARY = Figures(
    status=CanaryStatus(
        service="a",
        at=0.0,
        pid=1,
        lease_s=1.0,
        planes=(PlaneStatus(name="a"),),
        routes=(_ROUTE,),
        evidence_age_s=0.0,
    ),
    tick_age_s=0.0,
    journal_up=True,
    transitions={"step_done": 1},
    notices={("notify.0", "sent"): 1},
)
_PROCESS = "_process_"
_OF_A_PROCESS = "Memory, CPU, open files and start time of the process (Linux)."
_SUFFIX = {"counter": "_total", "info": "_info"}


def metrics(served_by: str) -> str:
    """The table of the metrics that ``shadow``, ``ingest`` or ``canary`` alone serves, or the first two (``both``).

    Those of a process are one row.

    Raises: KeyError: another word.
    """
    proxy, ingest, canary = _families(_PROXY), _families(_INGEST), _read(render_canary(_CANARY))
    names = {
        "both": proxy.keys() & ingest.keys(),
        "shadow": proxy.keys() - ingest.keys(),
        "ingest": ingest.keys() - proxy.keys(),
        "canary": canary.keys(),
    }[served_by]
    families = [family for name, family in {**proxy, **ingest, **canary}.items() if name in names]
    rows = [_row(family) for family in families if _PROCESS not in family.name]
    prefixes = {family.name.partition(_PROCESS)[0] for family in families if _PROCESS in family.name}
    rows += [(code(f"{prefix}{_PROCESS}*"), "gauges, counters", _OF_A_PROCESS) for prefix in sorted(prefixes)]
    return table(("Metric", "Type", "Meaning"), rows)


def sample_names() -> set[str]:
    """The names that a query may use."""
    scrapes = (_families(_PROXY), _families(_INGEST), _read(render_canary(_CANARY)))
    return {sample.name for families in scrapes for family in families.values() for sample in family.samples}


def _families(snapshot: Snapshot | IngestSnapshot) -> dict[str, Metric]:
    return _read(render(snapshot))


def _read(scrape: bytes) -> dict[str, Metric]:
    return {family.name: family for family in text_string_to_metric_families(scrape.decode())}


def _row(family: Metric) -> tuple[str, ...]:
    labels = ", ".join(map(code, _labels(family)))
    kind = "info" if family.name.endswith("_info") else family.type
    name = family.name.removesuffix("_info") + _SUFFIX.get(kind, "")
    return code(name), f"{kind} by {labels}" if labels else kind, family.documentation


def _labels(family: Metric) -> Iterator[str]:
    return (label for label in family.samples[0].labels if label != "le")
