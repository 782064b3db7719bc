"""The mark of a live run."""

import time
from typing import Any

from crossfade.shadow.evidence.marks import flush_marks
from crossfade.shadow.evidence.schema import connect


def _marks(store: Any) -> dict[str, float]:
    engine = connect(store.folder)
    with engine.connect() as connection:
        marks = flush_marks(connection)
    engine.dispose()
    return marks


def test_a_run_is_marked_while_it_lives(store: Any) -> None:
    """Each flush says when; the end removes the mark, and other runs keep theirs."""
    before = time.time()
    first, second = store.begin("100%_a", 1.0), store.begin("b", 2.0)
    marks = _marks(store)
    assert set(marks) == {"100%_a", "b"}
    assert all(before <= at <= time.time() for at in marks.values())
    first.flush({})
    assert _marks(store)["100%_a"] > marks["100%_a"]
    first.finish({}, now=3.0)
    assert set(_marks(store)) == {"b"}
    second.finish({}, now=3.0)
