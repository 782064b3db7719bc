"""When a live run was last flushed."""

import time
from typing import Any

from crossfade.shadow.evidence.stores.sqlite.last_flush import flush_times
from crossfade.shadow.evidence.stores.sqlite.schema import connected


def _times(store: Any) -> dict[str, float]:
    with connected(store.path) as engine, engine.connect() as connection:
        return flush_times(connection)


def test_a_run_has_a_time_while_it_lives(store: Any) -> None:
    """Each flush tells when; the end removes the time, and other runs keep theirs."""
    before = time.time()
    first, second = store.begin("100%_a", 1.0), store.begin("b", 2.0)
    times = _times(store)
    assert set(times) == {"100%_a", "b"}
    assert all(before <= at <= time.time() for at in times.values())
    first.flush({})
    assert _times(store)["100%_a"] > times["100%_a"]
    first.finish({}, now=3.0)
    assert set(_times(store)) == {"b"}
    second.finish({}, now=3.0)
