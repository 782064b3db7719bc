"""Records are values: they can't be changed after they were counted, and equal ones are equal."""

import dataclasses
from typing import Any

import pytest

from crossfade.shadow.evidence import records

RECORDS = [
    kind for kind in vars(records).values() if dataclasses.is_dataclass(kind) and kind.__module__ == records.__name__
]


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
def test_frozen(kind: Any) -> None:
    """Frozen, without room for other fields, and built by name."""
    params = kind.__dataclass_params__
    assert (params.frozen, hasattr(kind, "__slots__")) == (True, True)
    assert all(field.kw_only for field in dataclasses.fields(kind))


def test_a_route_is_a_key(make: Any) -> None:
    """The engine's counts are kept by it."""
    assert {make.route(): 1} == {make.route(): 1}
    assert len({make.route("a"), make.route("b"), make.route("a")}) == 2
