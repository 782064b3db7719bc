"""Values at which two languages part."""

import re
from pathlib import Path

import pytest
from hypothesis import find, given
from hypothesis import strategies as st

from crossfade.parity_tests.fuzz import hazards

EXAMPLES = Path(__file__).parents[3] / "examples"


@given(hazards.integers(-(2**31), 2**31 - 1))
def test_integers_stay_in_their_range(number: int) -> None:
    """Whatever the range is."""
    assert -(2**31) <= number < 2**31


@given(hazards.integers(0, 2**64 - 1))
def test_unsigned_integers_are_not_negative(number: int) -> None:
    """Their range begins at 0."""
    assert 0 <= number < 2**64


@pytest.mark.parametrize("wanted", [-(2**31), 2**31 - 1, -1, 7], ids=str)
def test_bounds_are_drawn(wanted: int) -> None:
    """The lowest, the highest, and small ones of both signs."""
    assert find(hazards.integers(-(2**31), 2**31 - 1), lambda number: number == wanted) == wanted


@given(hazards.floats(), hazards.floats(width=32))
def test_no_nan_by_default(double: float, single: float) -> None:
    """NaN equals nothing, not even itself."""
    assert double == double  # noqa: PLR0124 - NaN
    assert abs(single) < 2.0**128


@pytest.mark.parametrize("width", [32, 64])
@pytest.mark.parametrize("wanted", ["nan", "inf", "-inf", "-0.0"])
def test_what_is_no_number_and_the_other_zero(wanted: str, width: int) -> None:
    """They are drawn for fields of a message."""
    assert repr(find(hazards.floats(width=width, allow_nan=True), lambda value: repr(value) == wanted)) == wanted


@given(hazards.texts())
def test_texts_can_be_encoded(text: str) -> None:
    """No text holds half of a surrogate pair."""
    assert text.encode().decode() == text


@given(st.data())
def test_pieces_are_one_text(data: st.DataObject) -> None:
    """However it is cut."""
    assert b"".join(hazards.pieces(data.draw)).decode()


def test_a_text_is_cut_within_a_letter() -> None:
    """What each piece is read by itself shows then."""

    @st.composite
    def drawn(draw: st.DrawFn) -> tuple[bytes, ...]:
        return hazards.pieces(draw)

    assert find(drawn(), lambda found: any(b"\xc3" in piece[-1:] for piece in found))


def test_no_value_is_taken_from_the_examples() -> None:
    """Neither from their planted bugs nor from their data: more than two letters of either stand nowhere."""
    told = (EXAMPLES / "buildqueue" / "divergences.toml").read_text(encoding="utf-8")
    told += (EXAMPLES / "buildqueue" / "seed" / "__main__.py").read_text(encoding="utf-8")
    quoted = set(re.findall(r"'([^'\n]{3,})'|\"([^\"\n]{3,})\"", told))
    texts = {text for pair in quoted for text in pair if text}
    assert texts.isdisjoint(hazards.TEXTS)
