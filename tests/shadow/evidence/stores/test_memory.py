"""What holds for a store in memory alone; what holds for every store is in test_contract."""

from typing import Any

import pytest

from crossfade.shadow.evidence import EvidenceError, EvidenceWriter, open_store


def test_each_is_a_new_one(make: Any) -> None:
    """Two that were opened share nothing, and one begins empty."""
    one, other = open_store("memory:"), open_store("memory:")
    EvidenceWriter.begin(one, make.info(), None)
    assert one.exists()
    assert not other.exists()
    assert other.runs() == ()


def test_an_empty_one() -> None:
    """Has no run to read, and takes no room."""
    store = open_store("memory:")
    assert store.size_bytes() == 0
    with pytest.raises(EvidenceError, match=r"^memory: expected a run, got none; start one with `crossfade shadow`$"):
        store.read()


def test_what_is_read_does_not_change(make: Any) -> None:
    """A run that was read is as it was then, whatever is counted and committed afterwards."""
    store = open_store("memory:")
    writer = EvidenceWriter.begin(store, make.info(), make.redactor())
    judged = make.judged("body/a", noise=(), examples=(make.example(),), legacy_ms=1.0, candidate_ms=1.0)
    writer.add(judged)
    writer.flush(make.entered(1))
    run = store.read()
    before = repr(run)
    for number in range(5):
        writer.add(make.judged("body/b", request=number, noise=(), legacy_ms=9.0, candidate_ms=1.0))
        writer.add(make.settled())
    writer.add(judged)
    writer.finish(make.entered(12), now=9.0)
    assert repr(run) == before
    assert store.read().routes[0].entered == 12
