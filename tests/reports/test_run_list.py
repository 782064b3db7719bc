"""The runs of a store as a list."""

from crossfade.reports.run_list import runs_json, runs_text
from crossfade.shadow.evidence.records import RunSummary

LIVE = RunSummary(run_id="20260921T100000Z-" + "a" * 60, started_at=1_790_000_000.0, ended_at=None, entered=0)


def test_a_live_run() -> None:
    """It has no end; a line is never folded, so that an id can be copied from a narrow terminal."""
    _, line = runs_text([LIVE]).splitlines()
    assert line.split()[0] == LIVE.run_id
    assert line.split()[-2:] == ["live", "0"]
    assert '"ended_at": null' in runs_json([LIVE])


def test_no_run() -> None:
    """An empty list is a list."""
    assert runs_json([]) == "[]"
