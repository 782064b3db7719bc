"""The figures of a running ingest server."""

import time

from crossfade.shadow.config import Config
from crossfade.shadow.ingest.connection import Shared
from crossfade.shadow.ingest.server import IngestServer
from crossfade.shadow.operate.buckets import Buckets
from crossfade.shadow.operate.metrics import IngestSnapshot


def snapshot(config: Config, server: IngestServer, shared: Shared, lag: Buckets) -> IngestSnapshot:
    """All figures at this moment; ``lag`` is that of the event loop."""
    runs = shared.runs
    status = runs.status()
    return IngestSnapshot(
        now=time.time(),
        run={
            "run_id": runs.run_ids[-1],
            "service": config.service.name,
            "legacy_build": config.service.legacy_build,
            "candidate_build": runs.build,
        },
        entered=runs.entered(),
        ends=dict(status.ends),
        latency={key: buckets.copy() for key, buckets in status.latency.items()},
        loop_lag=lag.copy(),
        connections=server.connections(),
        held_bytes=shared.held_bytes,
        complaints=dict(shared.complaints.totals),
        flushed_at=runs.flushed_at,
    )
