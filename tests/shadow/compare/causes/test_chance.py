"""How often a cause is named for two values that have nothing to do with one another."""

import importlib.util
import random
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from crossfade.shadow.compare.causes import cause_finder
from crossfade.shadow.compare.diff import Place, diff

PAIRS = 1500
"""For each kind of field."""
MAX_RATE = 0.01
"""Of a cause in a kind of field."""
MAX_CAUSE_RATE, MAX_TOTAL_RATE = 0.002, 0.004
"""Of a cause over all kinds, and of all causes together."""
KNOWN = {("nullable_count", "K3"): 0.1}
"""A count of 0 to 3 that is null in a third of the answers is null here and 0 there by chance: only samples can tell."""


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"causes_tests_{name}", Path(__file__).parent / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


KINDS = _load("kinds").KINDS


def causes_of_unrelated(kind: str, rng: random.Random) -> Iterator[str]:
    """The causes that are named for pairs of one kind, "" where none is."""
    make: Any = KINDS[kind]
    seen = 0
    while seen < PAIRS:
        ours, theirs = make(rng), make(rng)
        differences = diff({kind: ours}, {kind: theirs}, Place.at("body"))
        if differences:
            seen += 1
            cause_of = cause_finder(differences)
            yield next((cause for item in differences if (cause := cause_of(item))), "")


@pytest.fixture(scope="module")
def named() -> dict[str, Counter[str]]:
    """How often each cause was named, by kind."""
    rng = random.Random(20_26)
    return {kind: Counter(filter(None, causes_of_unrelated(kind, rng))) for kind in KINDS}


@pytest.mark.slow
def test_no_cause_is_named_by_chance_in_a_kind_of_field(named: dict[str, Counter[str]]) -> None:
    """Each in less than 1 % of unrelated pairs, but for what is known."""
    rates = {(kind, cause): count / PAIRS for kind, counts in named.items() for cause, count in counts.items()}
    assert {key: rate for key, rate in rates.items() if rate >= KNOWN.get(key, MAX_RATE)} == {}


@pytest.mark.slow
def test_few_causes_are_named_by_chance(named: dict[str, Counter[str]]) -> None:
    """Over all kinds of field."""
    total: Counter[str] = sum(named.values(), Counter())
    pairs = PAIRS * len(KINDS)
    assert {cause: count / pairs for cause, count in total.items() if count / pairs >= MAX_CAUSE_RATE} == {}
    assert total.total() / pairs < MAX_TOTAL_RATE


def test_there_are_kinds_enough() -> None:
    """Those among them in which causes used to be named by chance."""
    assert len(KINDS) >= 48
    assert {*KINDS} >= {"weekday", "utc_offset_hours", "version", "price", "score", "lat", "code", "opens_at"}
