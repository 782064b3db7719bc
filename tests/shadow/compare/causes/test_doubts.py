"""Fields whose names tell of more than one cause."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from crossfade.codegen.pitfalls import find_pitfall
from crossfade.shadow.compare.causes.doubts import DOUBTS
from crossfade.shadow.exchange.difference import Value


@pytest.mark.parametrize(
    ("name", "legacy", "candidate"),
    [
        ("utc_offset_hours", -5, -4),
        ("utcOffsetHours", -5, -4),
        ("tempC", -12, -11),
        ("LAT", -33, -32),
        ("account_balance", -1050, -1049),
        ("lon", Decimal("13.404954"), Decimal("13.404955")),
        ("avg_rating", Decimal("4.57"), Decimal("4.58")),
        ("apiVersion", "1.10", "1.1"),
        ("version", Decimal("2.5"), 2),
        ("rssi", -70, -69),
        ("sensor_temperature", Decimal("21.37"), Decimal("21.38")),
        ("phone_number", "1,234", "1.234"),
        ("maxItems", 10_000_000_000, 2_147_483_647),
        ("valid_until", "2024-12-31", "2025-12-31"),
        ("country", "USA", 840),
        ("currencies", "EUR", 978),
    ],
)
def test_a_name_that_tells_of_another_cause_leaves_none(
    cause_of_pair: Callable[..., str], name: str, legacy: Value, candidate: Value
) -> None:
    """Another place, another vote, another version: the pair fits a rule, and that too."""
    assert cause_of_pair(legacy, candidate, "value")
    assert cause_of_pair(legacy, candidate, name) == ""


@pytest.mark.parametrize(
    ("name", "cause", "legacy", "candidate"),
    [
        ("page", "B6", -4, -3),
        ("platform", "B6", -4, -3),  # lat is no word of it
        ("items", "B3", 10_000_000_000, 2_147_483_647),
        ("created", "H13", "2024-12-31", "2025-12-31"),
        ("versions_total", "B1", 2147483648, -2147483648),
        ("lat", "A3", Decimal("0.10000000149011612"), Decimal("0.1")),
    ],
)
def test_other_names_and_other_causes_are_left_alone(
    cause_of_pair: Callable[..., str], name: str, cause: str, legacy: Value, candidate: Value
) -> None:
    """Only what such a field holds by its nature is in doubt."""
    assert cause_of_pair(legacy, candidate, name) == cause


def test_elements_of_a_list_have_the_name_of_the_list(causes_of: Callable[..., dict[str, str]]) -> None:
    """They have none of their own."""
    assert causes_of({"offsets": (-5,)}, {"offsets": (-4,)}) == {"body/offsets/0": ""}
    assert causes_of({"pages": (-5,)}, {"pages": (-4,)}) == {"body/pages/0": "B6"}


def test_every_doubt_is_about_entries_of_the_catalogue() -> None:
    """One without would be dead."""
    assert all(find_pitfall(cause) for doubt in DOUBTS for cause in doubt.causes)
