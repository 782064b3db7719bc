"""Ids of a service that counts all that it makes, among quantities, SKUs and pages."""

from types import SimpleNamespace
from typing import Any

import pytest

from crossfade.parity_tests.mining.mine import mine
from crossfade.shadow.bindings.edges import NO_EDGES, place_text

CONSUMERS = {
    "DELETE /orders/*/lines/* path/orders/*",
    "DELETE /orders/*/lines/* path/orders/*/lines/*",
    "GET /orders query/buyer",
    "GET /orders/* path/orders/*",
    "GET /track query/no",
    "POST /orders body/buyer",
    "POST /orders/*/lines path/orders/*",
    "POST /returns body/from",
    "POST /returns body/of",
}


@pytest.mark.slow
@pytest.mark.parametrize("lost", [0, 5])
@pytest.mark.parametrize("kind", ["numbers", "uuids"])
def test_no_wrong_binding_and_none_missed(mining: SimpleNamespace, kind: str, lost: int) -> None:
    """Also where recording began five calls later; names alone miss most of them."""
    write: Any = mining.run.uuids(1) if kind == "uuids" else lambda _, number: number
    groups = mining.recorded.record(1, 40, 10, write)
    mined = mine([mining.recorded.twice_of("s", steps[lost:]) for group in groups for steps in group], None)
    assert {place_text(item.edge.consumer) for item in mined} == CONSUMERS
    counted = mining.run.measure(groups, mining.run.edges_of(mined), lost)
    assert (counted.wrong, counted.missed, dict(counted.places)) == (0, 0, {})
    assert counted.right > 500
    assert mining.run.measure(groups, NO_EDGES, lost).missed > 500
