"""Whole runs on a small service, and what is told of them."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from crossfade.parity_tests.fuzz.fuzzing import Fuzzing, FuzzSettings
from crossfade.parity_tests.fuzz.result import Fuzzed
from crossfade.parity_tests.fuzz.result_text import fuzzed_lines, fuzzed_record
from crossfade.parity_tests.replay.pair import open_pair
from crossfade.shadow.config import load_config

pytestmark = pytest.mark.slow

TEMPLATES = ("GET /notes", "GET /notes/{id}", "POST /notes")


def _fuzz(config: Path, *, resets: bool = False, **settings: Any) -> Fuzzed:
    loaded = load_config(config)

    async def reset() -> None:
        """Nothing is written here that anything rests on."""

    with asyncio.Runner() as runner:
        opened = open_pair(loaded, None)
        pair = runner.run(opened.__aenter__())
        chosen = FuzzSettings(**({"seed": 1, "max_examples": 60} | settings))
        fuzzing = Fuzzing(pair, runner, chosen, lambda _: None, reset=reset if resets else None)
        try:
            return fuzzing.run(TEMPLATES)
        finally:
            runner.run(opened.__aexit__(None, None, None))


def test_a_divergence_and_its_smallest_sequence(notes: Any, config_file: Any) -> None:
    """A list gives the id, the get shows it; the same seed gives the same again."""
    runs = [_fuzz(config_file(notes(first=501, bug="size"), notes(), notes(first=901)), resets=True) for _ in range(2)]
    for fuzzed in runs:
        (case,) = fuzzed.steady
        assert (case.found.route, case.path, case.after_reset) == ("web GET /notes/{id}", "body/size", True)
        assert [call.route.route for call in case.session.calls] == ["GET /notes", "GET /notes/{id}"]
        assert (case.fields, case.minimal) == (1, True)
        assert fuzzed.ended == "60 examples"
    assert [case.id for case in runs[0].cases] == [case.id for case in runs[1].cases]
    record = fuzzed_record(runs[0], None)
    assert record["cases"][0]["calls"] == ["GET /notes", "GET /notes/n1"]
    text = "\n".join(fuzzed_lines(runs[0], None))
    assert "web GET /notes/{id}  body/size (type" in text
    assert '  legacy    2\n  candidate "2"' in text


def test_what_only_calls_in_front_showed(notes: Any, config_file: Any) -> None:
    """It is made smaller and told as well; writes came before it, and nothing undoes them."""
    fuzzed = _fuzz(config_file(notes(first=501, bug="size")), max_examples=1, routes=("GET /notes/{id}", "POST /notes"))
    (case,) = fuzzed.steady
    assert (case.path, case.fields, case.minimal) == ("body/size", 1, None)
    assert [call.route.route for call in case.session.calls] == ["POST /notes", "GET /notes/{id}"]
    assert "minimal unknown: it may rest on earlier writes" in "\n".join(fuzzed_lines(fuzzed, None))
    assert fuzzed_record(fuzzed, None)["cases"][0]["minimal"] is None


def test_the_same_services(notes: Any, config_file: Any) -> None:
    """Nothing is found, though ids differ and writes happen."""
    fuzzed = _fuzz(config_file(notes(first=501), notes(), notes(first=901)))
    assert fuzzed.cases == ()
    assert fuzzed.compared > 60
    assert all(tally.compared for tally in fuzzed.tallies.values())


def test_routes_that_are_wanted(notes: Any, config_file: Any) -> None:
    """No other is called."""
    fuzzed = _fuzz(config_file(notes(bug="size")), routes=("GET /notes",), max_examples=5)
    assert list(fuzzed.tallies) == ["web GET /notes"]
    assert fuzzed.cases == ()
