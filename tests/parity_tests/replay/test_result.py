"""What a replay tells."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from crossfade.parity_tests.corpus.records import Half
from crossfade.parity_tests.replay.result import Noise, ReplayResult, engine_of, result_lines, result_record, unclean_of

RESULT = ReplayResult(
    run_id="r", corpus="/corpora/builds", half=Half.OPEN, sessions=2, entered=1234, otherwise={}, noise=Noise.SECONDARY
)


def _place(path: str, *checks: str, kind: str = "value", self_differs: int = 1, status: str = "noise") -> Any:
    made = tuple(SimpleNamespace(check=check, trials=3) for check in checks)
    return SimpleNamespace(path=path, kind=kind, self_differs=self_differs, drift=0, checks=made, status=status)


def _report(*places: Any) -> Any:
    return SimpleNamespace(routes=(SimpleNamespace(route="GET /a", places=places),))


@pytest.mark.parametrize(
    ("half", "name"), [(Half.ALL, "replay of builds"), (Half.HELD_OUT, "replay of builds (held-out half)")]
)
def test_which_half(half: Half, name: str) -> None:
    """A run says which part of a corpus it is of."""
    assert engine_of("builds", half) == name


def test_a_selection() -> None:
    """A run says if it is not of all sessions."""
    assert (
        engine_of("builds", Half.OPEN, "2 of 30 sessions chosen")
        == "replay of builds (open half), 2 of 30 sessions chosen"
    )


def test_unclean_is_what_no_check_judges() -> None:
    """A time, a number, another order and what is accepted are judged otherwise."""
    report = _report(
        _place("body/word", "parts", "form"),
        _place("body/at", "relation"),
        _place("body/n", "distance"),
        _place("body/list", kind="order"),
        _place("body/ok", status="accepted"),
        _place("body/same", self_differs=0),
    )
    assert unclean_of(report) == ("GET /a body/word (value)",)


def test_lines() -> None:
    """What was played, how noise was measured, and what is not as it was."""
    result = replace(RESULT, otherwise={"GET /a": 2, "GET /b": 5}, untold=3, interrupted=True)
    assert result_lines(result, _report(*(_place(f"body/{name}") for name in "abcdefg"))) == (
        "replay of builds (open half): 1,234 calls of 2 sessions, interrupted",
        "legacy against legacy: the secondary was asked, too",
        "  without 3 answers of the first time, for which there was no room",
        (
            "  not clean: nothing can be said of GET /a body/a (value), GET /a body/b (value), GET /a body/c (value), "
            "GET /a body/d (value), GET /a body/e (value) and 2 more"
        ),
        "7 calls no longer answer as recorded: legacy gives another status; put its data back",
        "  ([replay] reset_legacy), and review which values are ids (`crossfade corpus bindings`)",
        "   GET /b 5, GET /a 2",
    )


def test_legacy_out_of_its_recording() -> None:
    """Then nothing is said of another run of legacy's."""
    assert result_lines(replace(RESULT, is_recorded=True), _report()) == (
        "replay of builds (open half): 1,234 calls of 2 sessions",
        "legacy's answers are those of the recording; no legacy was contacted",
    )


def test_a_record_for_programs() -> None:
    """It has the figures of the lines."""
    record = result_record(replace(RESULT, otherwise={"GET /b": 5}), _report(_place("body/a")))
    assert record["not_as_recorded"] == {"GET /b": 5}
    assert record["unclean"] == ["GET /a body/a (value)"]
    assert (record["half"], record["legacy"], record["legacy_against_legacy"]) == ("open", "live", "secondary")


def test_writes_that_the_secondary_lacks() -> None:
    """From there on it says less of noise, so that is not left unsaid."""
    result = replace(RESULT, lacking={"GET /a": 2, "PUT /b": 5})
    lines = result_lines(result, _report())
    assert lines[2:] == (
        "the secondary did not get 7 writes: it is not known what it calls an id in them",
        "   PUT /b 5, GET /a 2",
    )
    assert result_record(result, _report())["secondary_lacks"] == {"GET /a": 2, "PUT /b": 5}
