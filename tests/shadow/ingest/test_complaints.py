"""Complaints are counted all and logged some."""

import logging

import pytest

from crossfade.shadow.ingest.complaints import Complaints


def test_one_line_a_second_for_each_kind(caplog: pytest.LogCaptureFixture) -> None:
    """The next line says how many were not logged; another kind has its own."""
    clock = [0.0]
    complaints = Complaints(lambda: clock[0])
    with caplog.at_level(logging.WARNING):
        for number in range(100):
            complaints.add("json", f"line {number}")
        complaints.add("slow", "one")
        clock[0] = 1.0
        complaints.add("json", "later")
        clock[0] = 2.0
        complaints.add("json", "last")
    assert caplog.messages == [
        "ingest.json line 0",
        "ingest.slow one",
        "ingest.json later (99 more of this kind since the last line)",
        "ingest.json last",
    ]
    assert complaints.totals == {"json": 102, "slow": 1}
