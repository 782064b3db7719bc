"""The list of a store's runs. Pure."""

import datetime
import json
from collections.abc import Sequence

from crossfade.reports.figures import count, moment
from crossfade.reports.visible import visible
from crossfade.shadow.evidence.records import RunSummary


def runs_text(runs: Sequence[RunSummary]) -> str:
    """One line for each run, in the order given; never folded, so that an id can be copied."""
    rows = [("run", "started", "ended", "entered"), *(_cells(run) for run in runs)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            (*(cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=False)), row[-1].rjust(widths[-1]))
        )
        for row in rows
    )


def _cells(run: RunSummary) -> tuple[str, ...]:
    ended = "live" if run.ended_at is None else moment(_time(run.ended_at))
    return visible(run.run_id), moment(_time(run.started_at)), ended, count(run.entered)


def runs_json(runs: Sequence[RunSummary]) -> str:
    """A list of objects with ``run_id``, ``started_at``, ``ended_at`` (null while live; RFC 3339) and ``entered``."""
    told = [
        {
            "run_id": run.run_id,
            "started_at": _time(run.started_at),
            "ended_at": None if run.ended_at is None else _time(run.ended_at),
            "entered": run.entered,
        }
        for run in runs
    ]
    return json.dumps(told, indent=2)


def _time(seconds: float) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).isoformat(timespec="milliseconds")
