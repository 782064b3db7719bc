"""The metrics, read from a scrape in which each of them has a sample."""

import os
from collections.abc import Iterator

from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from crossfade.shadow.operate.buckets import Buckets
from crossfade.shadow.operate.metrics import IngestSnapshot, Snapshot, render
from crossfade.shadow.operate.status import Load
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
    load=Load(pending=0, held_bytes=0, slots_in_use=0, flushed_at=0.0, notes=(("candidate", "not_processed", 1),)),
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
_PROCESS = "_process_"
_SUFFIX = {"counter": "_total", "info": "_info"}


def metrics(_: str) -> str:
    """The table of all metrics, with who has them; those of a process are one row."""
    proxy, ingest = _families(_PROXY), _families(_INGEST)
    families = {**proxy, **ingest}.values()
    rows = [_row(family, proxy, ingest) for family in families if _PROCESS not in family.name]
    rows += [_process_row(prefix) for prefix in processes()]
    return table(("Metric", "Type", "Labels", "Served by", "Meaning"), rows)


def processes() -> tuple[str, ...]:
    """What the names of metrics of a process begin with, one for each process."""
    names = (name for name in sample_names() if _PROCESS in name)
    return tuple(sorted({name.partition(_PROCESS)[0] + _PROCESS for name in names}))


def sample_names() -> set[str]:
    """The names that a query may use."""
    scrapes = (_families(_PROXY), _families(_INGEST))
    return {sample.name for families in scrapes for family in families.values() for sample in family.samples}


def _families(snapshot: Snapshot | IngestSnapshot) -> dict[str, Metric]:
    return {family.name: family for family in text_string_to_metric_families(render(snapshot).decode())}


def _row(family: Metric, proxy: dict[str, Metric], ingest: dict[str, Metric]) -> tuple[str, ...]:
    served = ", ".join(name for name, of in (("`shadow`", proxy), ("`ingest`", ingest)) if family.name in of)
    labels = ", ".join(map(code, _labels(family)))
    name = code(family.name + ("" if family.name.endswith("_info") else _SUFFIX.get(family.type, "")))
    return name, _type(family), labels, served, family.documentation


def _process_row(prefix: str) -> tuple[str, ...]:
    served = "`ingest`" if "ingest" in prefix else "`shadow`"
    return code(f"{prefix}*"), "", "", served, "Memory, CPU, open files and start time of the process (Linux)."


def _type(family: Metric) -> str:
    return "info" if family.name.endswith("_info") else str(family.type)


def _labels(family: Metric) -> Iterator[str]:
    return (label for label in family.samples[0].labels if label != "le")
