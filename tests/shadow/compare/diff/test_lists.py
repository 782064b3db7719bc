"""Which elements of two lists belong together."""

import json
import time
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.compare.decode.json_text import decode_json
from crossfade.shadow.compare.diff.equality import Equality
from crossfade.shadow.compare.diff.lists import Pairing, pair_elements


def pair(legacy: Any, candidate: Any) -> Pairing:
    return pair_elements(tuple(legacy), tuple(candidate), Equality())


def pairing(
    changed: tuple[tuple[int, int], ...] = (),
    missing: tuple[int, ...] = (),
    added: tuple[int, ...] = (),
    moved: tuple[tuple[int, int], ...] = (),
) -> Pairing:
    return Pairing(changed=changed, missing=missing, added=added, moved=moved)


def row(**fields: Any) -> dict[str, Any]:
    return fields


ROWS = [row(id=1, ok=True), row(id=2, ok=True), row(id=3, ok=False)]


@pytest.mark.parametrize(
    ("legacy", "candidate", "expected"),
    [
        ("", "", pairing()),
        ("ab", "ab", pairing()),
        ("", "ab", pairing(added=(0, 1))),
        ("ab", "", pairing(missing=(0, 1))),
        ("abc", "cab", pairing(moved=((2, 0),))),
        ("ab", "ba", pairing(moved=((0, 1),))),
        ("abc", "xabc", pairing(added=(0,))),
        ("abc", "abxc", pairing(added=(2,))),
        ("abc", "abcx", pairing(added=(3,))),
        ("abc", "bc", pairing(missing=(0,))),
        ("abc", "axc", pairing(changed=((1, 1),))),
        ("aab", "ab", pairing(missing=(1,))),
        ("ab", "aab", pairing(added=(1,))),
        ("aab", "aba", pairing(moved=((1, 2),))),
        ("xbc", "bcy", pairing(missing=(0,), added=(2,))),
        ("xaybz", "1a2b3", pairing(changed=((0, 0), (2, 2), (4, 4)))),
        ("xya", "1a", pairing(changed=((0, 0),), missing=(1,))),
        ("axb", "by1a", pairing(missing=(1,), added=(1, 2), moved=((0, 3),))),
        ([1, 2], [True, 2], pairing(changed=((0, 0),))),
        ([1, [2]], [[2], 1], pairing(moved=((0, 1),))),
        ([1, 0, 1], [0, 0, 1], pairing(changed=((0, 0),))),
        ([5, 5], [9, 5], pairing(changed=((0, 0),))),
        ([0, 1, 0, 0, 1], [0, 1, 1, 0, 0, 1], pairing(added=(2,))),
        ([1, 0, 1, 5], [0, 0, 1, 6], pairing(changed=((0, 0), (3, 3)))),
        ("abc", "ecf", pairing(changed=((0, 0),), missing=(1,), added=(2,))),
        ("abcdef", "efghij", pairing(missing=(0, 1, 2, 3), added=(2, 3, 4, 5))),
        ([7, {"a": 1}], [{"b": 1}, 8], pairing(changed=((0, 0), (1, 1)))),
        ([7, {"a": 1}], [{"b": 1}], pairing(changed=((1, 0),), missing=(0,))),
    ],
    ids=str,
)
def test_plain_elements(legacy: Any, candidate: Any, expected: Pairing) -> None:
    """Equal ones first where they stand, the others by position between them."""
    frozen = [[tuple(item) if isinstance(item, list) else item for item in side] for side in (legacy, candidate)]
    assert pair(*frozen) == expected


@pytest.mark.parametrize(
    ("candidate", "expected"),
    [
        (ROWS[::-1], pairing(moved=((0, 2), (1, 1)))),
        ([row(id=0, ok=True), *ROWS], pairing(added=(0,))),
        ([row(id=1, ok=False), *ROWS[1:]], pairing(changed=((0, 0),))),
        ([row(id=2, ok=None), row(id=1, ok=None), ROWS[2]], pairing(changed=((0, 1), (1, 0)), moved=((0, 1),))),
        ([ROWS[1], row(id=1, ok=None), ROWS[2]], pairing(changed=((0, 1),), moved=((0, 1),))),
        ([row(id=3, ok=True), row(id=9, ok=True)], pairing(changed=((2, 0),), missing=(0, 1), added=(1,))),
        ([row(id=7, ok=1), row(id=8, ok=2), row(id=9, ok=3)], pairing(missing=(0, 1, 2), added=(0, 1, 2))),
        (ROWS[:2], pairing(missing=(2,))),
    ],
)
def test_keyed_elements(candidate: Any, expected: Pairing) -> None:
    """Objects that share a unique field belong together wherever they stand."""
    assert pair(ROWS, candidate) == expected


def test_a_key_is_unique_and_scalar() -> None:
    """Neither a repeated value, nor a bool, a list or a missing field is a key."""
    legacy = [row(kind="a", n=1, tags=()), row(kind="a", n=2, tags=())]
    candidate = [row(kind="a", n=3, tags=()), row(kind="a", n=4, tags=())]
    assert pair(legacy, candidate) == pairing(changed=((0, 0), (1, 1)))
    assert pair([row(id=1), row(n=1)], [row(n=2), row(id=2)]) == pairing(changed=((0, 0), (1, 1)))


def test_the_field_with_most_in_common_is_the_key() -> None:
    """An id that one side minted anew is not."""
    legacy = [row(id=n, name=f"n{n}", at=1) for n in range(4)]
    candidate = [row(id=n + 3, name=f"n{n}", at=2) for n in range(4)]
    assert pair(legacy, candidate) == pairing(changed=((0, 0), (1, 1), (2, 2), (3, 3)))


_items = st.lists(
    st.integers(0, 3) | st.fixed_dictionaries({"id": st.integers(0, 3), "n": st.integers(0, 1)}), max_size=7
)


@given(_items, _items)
def test_each_element_is_accounted_for(legacy: list[Any], candidate: list[Any]) -> None:
    """Each index stands once: changed, missing, added, or paired with an equal one; all equal means the same list."""
    found = pair(legacy, candidate)
    ours = Counter([one for one, _ in found.changed] + list(found.missing))
    theirs = Counter([two for _, two in found.changed] + list(found.added))
    assert max((*ours.values(), *theirs.values()), default=1) == 1
    rest = Counter(json.dumps(item, sort_keys=True) for index, item in enumerate(legacy) if index not in ours)
    others = [json.dumps(item, sort_keys=True) for index, item in enumerate(candidate) if index not in theirs]
    assert rest == Counter(others)
    assert (found == pairing()) == (legacy == candidate)


def _alike(elements: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[list[Any], list[Any]]]:
    lists = st.lists(elements, max_size=9)
    return st.tuples(lists, lists)


_two_lists = (
    _alike(st.integers(0, 3))
    | _alike(st.fixed_dictionaries({"id": st.integers(0, 6), "n": st.integers(0, 2), "t": st.sampled_from("abc")}))
    | _alike(st.fixed_dictionaries({"n": st.integers(0, 2), "t": st.sampled_from("abc")}))
    | _alike(st.integers(0, 2) | st.text("ab", max_size=1) | st.lists(st.integers(0, 1), max_size=2).map(tuple))
)


@given(_two_lists)
def test_what_is_reported_turns_one_list_into_the_other(both: tuple[list[Any], list[Any]]) -> None:
    """Without the missing, the moved put in their places, the added put in theirs: then changed ones stand right."""
    legacy, candidate = map(tuple, both)
    found = pair(legacy, candidate)
    slots: dict[int, int] = {two: one for one, two in found.moved}
    rest = [one for one in range(len(legacy)) if one not in {*found.missing, *slots.values()}]
    free = [two for two in range(len(candidate)) if two not in {*found.added, *slots}]
    slots |= dict(zip(free, rest, strict=True))
    changed = {two: one for one, two in found.changed}
    assert changed.items() <= slots.items()
    assert all(Equality().same(legacy[one], candidate[two]) for two, one in slots.items() if two not in changed)


@given(_two_lists)
def test_exchanged_sides_give_exchanged_kinds(both: tuple[list[Any], list[Any]]) -> None:
    """As many changed, missing and added; of two orders either may be told as the one that moved."""
    one, other = pair(*both), pair(*both[::-1])
    assert bool(one.moved) == bool(other.moved)
    if not one.moved:
        assert len(one.changed) == len(other.changed)
        assert (len(one.missing), len(one.added)) == (len(other.added), len(other.missing))


@given(st.lists(st.integers(0, 2) | st.booleans() | st.text("ab", max_size=1), min_size=1, max_size=12), st.data())
def test_a_single_edit_is_told_as_it_was_made(items: list[Any], data: st.DataObject) -> None:
    """One changed at its index, one added or missing at an index that gives the same list, one that moved."""
    at, new = data.draw(st.integers(0, len(items) - 1)), data.draw(st.integers(3, 4))
    rest = [*items[:at], *items[at + 1 :]]
    assert pair(items, [*items[:at], new, *items[at + 1 :]]) == pairing(changed=((at, at),))
    assert pair(items, [*items[:at], new, *items[at:]]) == pairing(added=(at,))
    removed = pair(items, rest)
    assert removed == pairing(missing=removed.missing)
    assert [item for index, item in enumerate(items) if index not in removed.missing] == rest
    to = data.draw(st.integers(0, len(rest)))
    moved = pair(items, [*rest[:to], items[at], *rest[to:]])
    assert moved == pairing(moved=moved.moved)


def test_long_lists_take_linear_time() -> None:
    """20,000 objects, each with another value, reversed."""
    legacy = [row(id=n, name=f"n{n}", price=n) for n in range(20_000)]
    candidate = [row(id=n, name=f"n{n}", price=n + 1) for n in reversed(range(20_000))]
    started = time.process_time()
    assert len(pair(legacy, candidate).changed) == 20_000
    assert time.process_time() - started < 5


@pytest.mark.parametrize("form", ["{}", "{}.5", "{}e0"])
def test_numbers_of_one_hash_take_linear_time(form: str) -> None:
    """Whoever writes an answer can choose numbers that Python gives one hash: as elements, and as keys of objects."""
    numbers = [decode_json(form.format((2**61 - 1) * n)) for n in range(1, 20_000)]
    started = time.process_time()
    assert len(pair(numbers, numbers[1:]).missing) == 1
    rows = [row(id=number, price=1) for number in numbers]
    assert len(pair(rows, [row(id=number, price=2) for number in numbers]).changed) == len(rows)
    assert time.process_time() - started < 5
