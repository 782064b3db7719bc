"""Marks show where two texts differ, and lose nothing of either."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.reports.html.highlight import Parts, mark
from crossfade.reports.visible import visible


def _bracketed(parts: Parts) -> str:
    return "".join(f"[{part.text}]" if part.changed else part.text for part in parts)


@pytest.mark.parametrize(
    ("legacy", "candidate", "left", "right"),
    [
        ("3.62", "3.63", "3.6[2]", "3.6[3]"),
        ("191.625", "191", "191[.625]", "191"),
        ("1985", '"1985"', "1985", '["]1985["]'),
        ('"app~1.jar"', '"app%7E1.jar"', '"app[~]1.jar"', '"app[%7E]1.jar"'),
        ('"2 days, 1:05:27"', '"PT49H5M27S"', '"[2 days, 1:05:27]"', '"[PT49H5M27S]"'),
        ("green=False x", "green=false x", "green=[F]alse x", "green=[f]alse x"),
        ("same", "same", "same", "same"),
        ("", "a", "", "[a]"),
        ("", "", "", ""),
        ("a b", "a\xa0b", "a[ ]b", r"a[\xa0]b"),
        ("ab", "a\u200bb", "ab", r"a[\u200b]b"),
        ("caf\xe9", "cafe\u0301", r"caf[\xe9]", r"caf[e\u0301]"),
    ],
)
def test_marks(legacy: str, candidate: str, left: str, right: str) -> None:
    """What differs is marked, short islands are not left between changes, and a difference is always seen."""
    assert tuple(map(_bracketed, mark(legacy, candidate))) == (left, right)


TEXTS = st.text(alphabet="ab01 \x1b\u202e", max_size=40)


@given(TEXTS, TEXTS)
def test_nothing_is_lost(legacy: str, candidate: str) -> None:
    """The parts together are the texts, and what is not marked is the same on both sides."""
    left, right = mark(legacy, candidate)
    assert "".join(part.text for part in left) == visible(legacy)
    assert "".join(part.text for part in right) == visible(candidate)
    assert [part.text for part in left if not part.changed] == [part.text for part in right if not part.changed]
    assert any(part.changed for part in (*left, *right)) == (legacy != candidate)


def test_the_work_is_bounded() -> None:
    """Past the bound the middle is marked as a whole, and no pair of texts takes long."""
    left, right = mark("x" + "ab" * 50_000 + "y", "x" + "ba" * 50_000 + "y")
    assert [part.changed for part in left] == [part.changed for part in right] == [False, True, False]
    started = time.process_time()
    for _ in range(5):
        mark("".join("ab"[at % 3 % 2] for at in range(300)), "".join("ab"[at % 5 % 2] for at in range(300)))
    assert time.process_time() - started < 2
