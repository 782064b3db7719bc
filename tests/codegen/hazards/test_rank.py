"""Which hazards stand in a stub."""

from dataclasses import replace

from crossfade.codegen.hazards import Hazard
from crossfade.codegen.hazards.rank import MAX_ALIKE, MAX_SHOWN, shown_of

ONE = Hazard(path="a.py", line=1, pitfall_id="B6", code="n // 2", advice="Division: floorDiv", score=5)


def test_shows_what_is_worth_most_first() -> None:
    """Of two that are worth the same the one nearer to the handler."""
    best = replace(ONE, line=2, pitfall_id="A1", advice="Text: repr", score=9)
    far = replace(ONE, line=3, pitfall_id="C1", advice="Length: len")
    shown = shown_of({"handler": (ONE,), "far": (far,), "best": (best,)}, {"handler": 0, "far": 2, "best": 1})
    assert shown == (best, ONE, far)


def test_shows_at_most_twenty() -> None:
    """Whatever lies behind the RPC."""
    many = tuple(replace(ONE, line=i, pitfall_id=f"X{i}", advice=f"a: {i}") for i in range(100))
    assert len(shown_of({"handler": many}, {"handler": 0})) == MAX_SHOWN


def test_leaves_room_for_others() -> None:
    """A few of one pitfall are shown, and one of those on a line for which the same is to be written."""
    alike = tuple(replace(ONE, line=i) for i in range(1, 20))
    same = replace(ONE, line=1, pitfall_id="B7", advice="Remainder: floorDiv")
    shown = shown_of({"handler": (*alike, same)}, {"handler": 0})
    assert [hazard.pitfall_id for hazard in shown] == ["B6"] * MAX_ALIKE


def test_leaves_out_what_is_minor() -> None:
    """It may be nothing."""
    assert shown_of({"handler": (replace(ONE, is_minor=True),)}, {"handler": 0}) == ()
