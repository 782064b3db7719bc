"""Differences as the differ makes them."""

from collections.abc import Callable

import pytest

from crossfade.shadow.compare.causes import cause_finder, find_cause
from crossfade.shadow.compare.diff import Place, diff
from crossfade.shadow.exchange.difference import Difference, Kind, Value


@pytest.fixture(scope="session")
def cause_of_pair() -> Callable[..., str]:
    """The cause of the only difference between two values of a JSON member."""

    def cause_of(legacy: Value, candidate: Value, name: str = "field") -> str:
        (difference,) = diff({name: legacy}, {name: candidate}, Place.at("body"))
        return find_cause(difference)

    return cause_of


@pytest.fixture(scope="session")
def causes_of() -> Callable[..., dict[str, str]]:
    """The causes of all differences between two values, by path."""

    def causes(legacy: Value, candidate: Value) -> dict[str, str]:
        differences = diff(legacy, candidate, Place.at("body"))
        cause_of = cause_finder(differences)
        return {difference.path: cause_of(difference) for difference in differences}

    return causes


@pytest.fixture(scope="session")
def causes_at() -> Callable[..., dict[str, str]]:
    """The causes of differences given as (template, legacy, candidate), by template."""

    def causes(*given: tuple[str, Value, Value]) -> dict[str, str]:
        differences = [
            Difference(
                path=template,
                template=template,
                kind=Kind.MISSING if theirs is None else Kind.ADDED if ours is None else Kind.VALUE,
                legacy=ours,
                candidate=theirs,
            )
            for template, ours, theirs in given
        ]
        cause_of = cause_finder(differences)
        return {difference.template: cause_of(difference) for difference in differences}

    return causes
