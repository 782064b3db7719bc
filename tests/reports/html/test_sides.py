"""An example beside its command lines, bounded."""

from typing import Any

import pytest

from crossfade.reports.html.sides import MAX_REPRO_CHARS, side
from crossfade.reports.report import Example


def _example(legacy: str, candidate: str, **values: Any) -> Example:
    told = {"comparison_id": "c1", "path": "body/a", "legacy": legacy, "candidate": candidate, "repro": "curl $ADDRESS"}
    return Example(**(told | values))


def test_a_side_is_bounded() -> None:
    """Of bounded length, each cut said; a command that is too long is left out, never cut."""
    shown = side("value", _example("x" * 100_000, "y", repro="c" * (MAX_REPRO_CHARS + 1)))
    text = "".join(part.text for part in shown.legacy)
    assert len(text) < 5000
    assert text.endswith("… (100,000 characters in all)")
    assert shown.repros == ()


def test_a_line_for_each_side() -> None:
    """Where the sides are known; else one for whatever ``$ADDRESS`` names."""
    assert [who for who, _ in side("value", _example("1", "2")).repros] == ["$ADDRESS"]
    known = _example("1", "2", repro_legacy="curl l", repro_candidate="curl c")
    assert side("value", known).repros == (("legacy", "curl l"), ("candidate", "curl c"))


@pytest.mark.parametrize(
    ("kind", "legacy", "candidate"),
    [("missing", "null", "(absent)"), ("added", "(absent)", "null"), ("value", "null", "null")],
)
def test_absent_is_marked(kind: str, legacy: str, candidate: str) -> None:
    """A side without the field says so, and that is what is marked."""
    shown = side(kind, _example("null", "null"))
    assert [(part.text, part.changed) for part in shown.legacy] == [(legacy, legacy == "(absent)")]
    assert [(part.text, part.changed) for part in shown.candidate] == [(candidate, candidate == "(absent)")]
    assert bool(shown.note) is (kind == "value")  # the same as far as shown: said


def test_an_order_says_what_moved() -> None:
    """Both sides on one line, and a sentence below."""
    shown = side("order", _example('at 3: {"id": 7}', 'at 0: {"id": 7}'))
    assert ["".join(part.text for part in parts) for parts in (shown.legacy, shown.candidate)] == [
        "id 7 at 3",
        "id 7 at 0",
    ]
    assert shown.note == "moved: id 7 from 3 to 0"
