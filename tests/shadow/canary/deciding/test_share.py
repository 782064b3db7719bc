"""Whether clients are split by the weight."""

import random

import pytest

from crossfade.shadow.canary.deciding.share import is_off
from crossfade.shadow.serving.counts import ServedRoute, SideCounts


def _served(candidate: int, legacy: int, expected_pct: float) -> ServedRoute:
    return ServedRoute(
        route="a",
        candidate=SideCounts(clients=candidate),
        legacy=SideCounts(clients=legacy),
        expected_pct=expected_pct,
    )


@pytest.mark.parametrize(
    ("candidate", "legacy", "expected_pct", "off"),
    [
        (100, 900, 10.0, False),
        (115, 885, 10.0, False),
        (300, 700, 10.0, True),
        (0, 1000, 10.0, True),
        (100, 900, 50.0, True),
        (3, 7, 10.0, False),
        (1000, 0, 100.0, False),
        (5, 0, 0.0, False),
    ],
)
def test_a_split(candidate: int, legacy: int, expected_pct: float, off: bool) -> None:
    """Chance explains some, and a few clients prove nothing."""
    assert is_off(_served(candidate, legacy, expected_pct)) is off


def test_a_right_split_is_hardly_ever_called_wrong() -> None:
    """Looked at after each client."""
    rng = random.Random(3)
    for _ in range(40):
        candidate = 0
        for number in range(1, 500):
            candidate += rng.random() < 0.2
            assert not is_off(_served(candidate, number - candidate, 20.0))
