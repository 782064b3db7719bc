"""Causes of lists in another order."""

import itertools
from collections.abc import Callable, Sequence

import pytest

from crossfade.shadow.compare.causes.order import order_cause
from crossfade.shadow.exchange.difference import Value

LEGACY = ("banana", "apple", "cherry", "date", "elder", "fig", "grape")
UUIDS = tuple(f"{start}-0000-4000-8000-000000000000" for start in ("00000001", "40000000", "7fffffff", "ffffffff"))


# What OpenJDK 17 prints as the keys of HashMaps filled in the order of the texts on the left.
HASHED = {
    "banana apple cherry date": "banana date apple cherry",
    "banana apple cherry date elder": "banana date apple cherry elder",
    "banana apple cherry date elder fig": "banana date apple cherry fig elder",
    "banana apple cherry date elder fig grape": "banana date apple cherry fig elder grape",
    "k07 k08 k09 k10 k11 k12 k00 k01 k02 k03 k04 k05 k06": "k11 k00 k10 k02 k12 k01 k04 k03 k06 k05 k08 k07 k09",
}


def by_hash(keys: Sequence[str]) -> tuple[str, ...]:
    """The order in which a HashMap of OpenJDK returns these keys."""
    return tuple(HASHED[" ".join(keys)].split())


@pytest.mark.parametrize(
    ("cause", "legacy", "candidate"),
    [
        ("C4", ("nightly", "zeta", "\uff5ewide", "😀happy"), ("nightly", "zeta", "😀happy", "\uff5ewide")),
        ("C4", ("\uff5e", "😀"), ("😀", "\uff5e")),
        ("C5", ("A", "B", "Z", "_", "a", "b"), ("_", "A", "a", "B", "b", "Z")),
        ("E1", LEGACY, by_hash(LEGACY)),
        ("E14", UUIDS, (UUIDS[3], *UUIDS[:3])),
    ],
)
def test_explains_an_order_of_the_catalogue(
    causes_of: Callable[..., dict[str, str]], cause: str, legacy: Value, candidate: Value
) -> None:
    """The order that Java gives names its entry, for texts and for objects that hold them."""
    assert causes_of({"items": legacy}, {"items": candidate}) == {"body/items": cause}
    ours = tuple({"count": 1, "name": key} for key in legacy)
    theirs = tuple({"count": 1, "name": key} for key in candidate)
    assert causes_of({"items": ours}, {"items": theirs}) == {"body/items": cause}


@pytest.mark.parametrize(
    ("legacy", "candidate"),
    [
        (LEGACY[:5], by_hash(LEGACY[:5])),  # five keys stand so by chance once in 60 times
        (("😀", "\uff5e"), ("\uff5e", "😀")),  # legacy is not sorted
        (("B", "a"), ("a", "B")),  # two are sorted too easily
        (LEGACY, tuple(reversed(LEGACY))),
        (LEGACY, tuple(sorted(LEGACY))),
        ((1, 2, 3), (3, 1, 2)),
        (("a", 1), (1, "a")),
        (("a", ()), ((), "a")),
        (UUIDS[:2], UUIDS[1::-1]),
        ((("a",), ("b",)), (("b",), ("a",))),
        (({"x": 1}, {"y": 1}), ({"y": 1}, {"x": 1})),
    ],
)
def test_says_nothing_of_another_order(
    causes_of: Callable[..., dict[str, str]], legacy: Value, candidate: Value
) -> None:
    """An order that Java does not give, or that too few elements show, stays unexplained."""
    causes = causes_of({"items": legacy}, {"items": candidate})
    assert set(causes.values()) == {""}


def test_few_shuffles_are_taken_for_a_hash_map() -> None:
    """Of all orders of six keys at most two are a HashMap's."""
    six = LEGACY[:6]
    found = [order for order in itertools.permutations(six) if order_cause(six, order)]
    assert by_hash(six) in found
    assert len(found) <= 2


def test_more_keys_make_a_larger_table(causes_of: Callable[..., dict[str, str]]) -> None:
    """Thirteen keys stand in a table of 32 places."""
    ours = next(text for text in HASHED if text.startswith("k")).split()
    assert causes_of({"items": tuple(ours)}, {"items": by_hash(ours)}) == {"body/items": "E1"}


def test_long_lists_are_not_explained(causes_of: Callable[..., dict[str, str]]) -> None:
    """The cost of a comparison does not grow with the length of its lists."""
    for count, cause in ((300, "C4"), (302, "")):
        ours = tuple(sorted([*(f"k{number}" for number in range(count - 2)), "\uff5e", "\U0001f600"]))
        assert causes_of({"items": ours}, {"items": (*ours[:-2], ours[-1], ours[-2])}) == {"body/items": cause}
