"""What is measured on: the same numbers give the same comparisons, and as many routes and clusters as were asked for."""

import importlib
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crossfade.shadow.evidence import store_in

FOLDER = Path(__file__).parents[3] / "bench" / "evidence"


@pytest.fixture(scope="module")
def bench() -> Iterator[Any]:
    """The modules of bench/evidence, which find each other by their folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FOLDER))
        yield importlib.import_module("stored")
    for name in ("stored", "traffic"):
        del sys.modules[name]


def test_the_same_again(bench: Any) -> None:
    """And others where another stretch of it is wanted."""
    traffic = bench.Traffic(comparisons=300, routes=10, clusters=40)
    assert list(traffic.observations()) == list(traffic.observations())
    assert list(traffic.observations()) != list(traffic.observations(300))


def test_a_store_as_large_as_asked_for(bench: Any, tmp_path: Path) -> None:
    """All that entered was compared, on every route, and each cluster has examples."""
    bench.make_folder(tmp_path, bench.Traffic(comparisons=6000, routes=10, clusters=45))
    run = store_in(tmp_path / ".crossfade").read()
    assert len(run.routes) == 10
    assert Counter(len(route.clusters) for route in run.routes) == {4: 5, 5: 5}
    assert [route.entered for route in run.routes] == [600] * 10
    assert sum(seen.count for route in run.routes for seen in route.signatures.values()) == 6000
    assert all(cluster.examples for route in run.routes for cluster in route.clusters)
