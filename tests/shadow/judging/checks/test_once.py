"""What the only answer of a secondary's may be: noise that checks can judge, or another state."""

from decimal import Decimal
from typing import Any

import pytest

from crossfade.shadow.exchange.difference import Difference, Kind
from crossfade.shadow.exchange.observations import Unjudged
from crossfade.shadow.judging.checks.once import unjudged


def apart(legacy: Any, secondary: Any, kind: Kind = Kind.VALUE) -> Difference:
    return Difference(path="body/a", template="body/a", kind=kind, legacy=legacy, candidate=secondary)


@pytest.mark.parametrize(
    ("legacy", "secondary"),
    [
        ("2026-07-30T10:00:00Z", "2026-07-30T10:00:01.5Z"),
        ("2026-07-30", "2026-07-31"),
        (1_790_000_000, 1_790_000_001),
        ("550e8400-e29b-41d4-a716-446655440000", "6ba7b810-9dad-41d1-80b4-00c04fd430c8"),
        ("tok_k3jh45k2jh4", "tok_9s8df7gs9d8"),
        ("/files/a.pdf?sig=8f3a9c2d1e", "/files/a.pdf?sig=77bc31ff02"),
        ("a3f9c2d1", "a7b1d4e1"),
        ("8f3a123456789012c9c2d1e77bc31ff0", "77bc31ff028f3a9c2d1ea9c2d18f3a9c"),
        ("seen 2026-07-30 10:00:01 by a", "seen 2026-07-31 10:00:02 by a"),
        ("at 10:00:01 by 8f3a9c2d1e", "at 10:00:02 by 77bc31ff02"),
        ("eyJ." + "a1B2" * 200, "eyJ." + "Z9y8" * 200),
        (b"\x01" * 16, b"\x02" * 16),
    ],
)
def test_what_checks_can_judge(legacy: Any, secondary: Any) -> None:
    """Times and ids, also within a text."""
    assert unjudged([apart(legacy, secondary)]) is None


@pytest.mark.parametrize(
    ("legacy", "secondary", "side"),
    [
        (35, 30, Unjudged.BELOW),
        (Decimal("9.5"), Decimal("9.75"), Unjudged.ABOVE),
        ("12", "13", Unjudged.ABOVE),
        ("took 13 ms", "took 9 ms", Unjudged.BELOW),
        ("SKU-0999", "SKU-1001", Unjudged.ABOVE),
        ("web-1", "web-2", Unjudged.ABOVE),
    ],
)
def test_numbers_are_on_one_side(legacy: Any, secondary: Any, side: Unjudged) -> None:
    """Of legacy's; a text that differs in a number is one."""
    assert unjudged([apart(legacy, secondary)]) is side


@pytest.mark.parametrize(
    ("legacy", "secondary", "kind"),
    [
        ("paid", "open", Kind.VALUE),
        ("Ada Lovelace", "Grace Hopper", Kind.VALUE),
        ("Ada", "Ada Lovelace", Kind.VALUE),
        ("item-old12-x", "item-new34-x", Kind.VALUE),
        ("1.0", "1.00", Kind.FORMAT),
        (True, False, Kind.VALUE),
        (b"a", b"b", Kind.VALUE),
        ("2026-07-30", 5, Kind.TYPE),
        ("x", None, Kind.MISSING),
        (None, {"a": 1}, Kind.ADDED),
        (404, 200, Kind.ADDED),
    ],
)
def test_what_may_be_another_state(legacy: Any, secondary: Any, kind: Kind) -> None:
    """Words, flags and structures: no check knows the right one."""
    assert unjudged([apart(legacy, secondary, kind)]) is Unjudged.OTHER


def test_all_elements_of_a_list_are_looked_at() -> None:
    """The worst one counts; another order of the same elements is no other state."""
    time, number, word = apart("2026-07-30", "2026-07-31"), apart(1, 2), apart("a", "b")
    assert unjudged([time, number]) is Unjudged.ABOVE
    assert unjudged([time, number, word]) is Unjudged.OTHER
    assert unjudged([apart((1, 2), (2, 1), Kind.ORDER)]) is None
    assert unjudged([]) is None
