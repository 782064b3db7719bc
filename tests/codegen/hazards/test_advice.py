"""What each hazard says about Java."""

import re

import pytest

from crossfade.codegen.hazards import advice
from crossfade.codegen.hazards.advice import advice_on
from crossfade.codegen.pitfalls import all_pitfalls


@pytest.mark.parametrize("pitfall_id", all_pitfalls())
def test_says_one_line_for_each_pitfall(pitfall_id: str) -> None:
    """The title, and something to do; backticks are closed."""
    text = advice_on(pitfall_id)
    title = all_pitfalls()[pitfall_id].title
    assert text.startswith(f"{title}: ")
    assert len(text) > len(title) + 2
    assert "\n" not in text
    assert text.count("`") % 2 == 0


def test_takes_the_java_call_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The catalogue may name a call; else the first sentence of the fix counts."""

    class WithCall:
        title, java_fix, java_call = "A trap", "`Math.a(b)`; more.", "PySemantics.a(b)"

    class Without:
        title, java_fix = "A trap", "Write `x. y` first. Then more."

    monkeypatch.setattr(advice, "find_pitfall", lambda pitfall_id: WithCall() if pitfall_id == "X1" else Without())
    assert advice_on("X1") == "A trap: PySemantics.a(b)"
    assert advice_on("X2") == "A trap: Write `x. y` first"


def test_knows_its_own_pitfalls_only() -> None:
    """A detector that names another is a bug."""
    with pytest.raises(ValueError, match=re.escape("no pitfall Z9")):
        advice_on("Z9")
