"""What the example's visitors report."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

_FILE = Path(__file__).parents[2] / "examples" / "buildqueue" / "visitors" / "journal.py"


@pytest.fixture
def journal() -> ModuleType:
    """The module, which is imported by its file as the program does."""
    spec = importlib.util.spec_from_file_location("visitors_journal", _FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_visitor_that_moves_once_has_moved_and_not_returned(journal: ModuleType) -> None:
    kept = journal.Journal()
    for at_s, side in enumerate(("legacy", "legacy", "candidate", "candidate")):
        kept.note("GET /a", "user-1", side, "", at_s)
    found = kept.summary()
    assert (found["moved"], found["returned"]) == (1, 0)


def test_a_visitor_that_comes_back_to_legacy_has_returned(journal: ModuleType) -> None:
    kept = journal.Journal()
    for at_s, side in enumerate(("candidate", "legacy")):
        kept.note("GET /a", "user-1", side, "", at_s)
    assert kept.summary()["returned"] == 1


def test_wrong_answers_are_counted_and_shown(journal: ModuleType) -> None:
    kept = journal.Journal()
    kept.note("GET /a", "user-1", "candidate", "HTTP 500", 1.234)
    found = kept.summary()
    assert found["routes"]["GET /a"] == {"sent": 1, "wrong": 1, "candidate": 1}
    assert found["wrong_answers"][0]["at_s"] == 1.23
