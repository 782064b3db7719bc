"""What was kept, in words."""

from typing import Any

from crossfade.parity_tests.minimise.choosing import choose
from crossfade.parity_tests.minimise.pairs import shown_by
from crossfade.parity_tests.minimise.told import selection_lines, selection_record


def test_lines_and_record(session_of: Any) -> None:
    """Totals, and for each session how far it is kept and why."""
    sessions = [session_of("a", {"size": 5}, {"size": -5}), session_of("b", {"size": 5}), session_of("c", {"size": 5})]
    selection = choose(shown_by(sessions, None), diverged={"b"}, tail_pct=1, seed=0)
    lines = list(selection_lines(selection))
    assert lines[0] == "kept 4 of 4 calls (100.00 %) in 3 of 3 sessions"
    assert "  b  1 of 1 calls  diverged before" in lines
    assert "  c  1 of 1 calls  random tail" in lines
    (shows,) = (line for line in lines if line.startswith("  a"))
    assert "POST /notes request body/size neg" in shows
    record = selection_record(selection)
    assert (record["calls"], record["kept_calls"], len(record["kept"])) == (4, 4, 3)
    assert record["kept"][1]["example"][0]["route"] == "POST /notes"


def test_what_there_was_no_room_for(session_of: Any) -> None:
    """It is told, and never called all."""
    sessions = [session_of("a", {"size": 5}, {"size": -5}), session_of("b", {"size": 0}, {"size": 5})]
    selection = choose(shown_by(sessions, None), diverged=(), tail_pct=0, seed=0, whole=True, at_most_pct=50)
    assert (
        f"they show {selection.kept_features} of {selection.features} features" in list(selection_lines(selection))[1]
    )
    record = selection_record(selection)
    assert record["kept_features"] < record["features"]
