"""A run holds what was counted, however it was flushed, and what changed or became known while it went on."""

import contextlib
from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.evidence import EvidenceError, EvidenceWriter, open_store
from crossfade.shadow.evidence.changes import Changes
from crossfade.shadow.evidence.records import RunInfo
from crossfade.shadow.evidence.redact import Unchanged
from crossfade.shadow.exchange.route import RouteInfo

INFO = RunInfo(
    run_id="run-1",
    service="builds",
    engine="mitmproxy",
    legacy_build="py",
    candidate_build="java",
    rules_digest="d0",
    contract_digest="c",
    started_at=1000.0,
)


def _digest_after(*digests: str) -> str:
    store = open_store("memory:")
    writer = EvidenceWriter.begin(store, INFO, None)
    for digest in digests:
        writer.note_rules(digest)
        writer.flush({})
    return store.read().info.rules_digest


def test_each_change_is_kept() -> None:
    """The digests stand in the order in which they were at work, from the next flush on."""
    assert _digest_after() == "d0"
    assert _digest_after("d1") == "d0+d1"
    assert _digest_after("d1", "d0") == "d0+d1+d0"


def test_many_changes() -> None:
    """The text is bounded: the first and the newest stay, and that some are left out is seen."""
    digests = [f"d{number}" for number in range(1, 30)]
    assert _digest_after(*digests) == "d0+...+d24+d25+d26+d27+d28+d29"


def test_a_build_that_is_known_later() -> None:
    """The run carries it from the next flush on."""
    store = open_store("memory:")
    writer = EvidenceWriter.begin(store, INFO, None)
    writer.note_candidate_build("java 2")
    assert store.read().info.candidate_build == "java"
    writer.finish({}, now=1001.0)
    assert store.read().info.candidate_build == "java 2"


# flushes


class Unreliable:
    """A run whose next flush may fail, as where the store is locked."""

    def __init__(self, run: Any) -> None:
        self.finish, self.close = run.finish, run.close
        self.run = run
        self.fails = False

    def flush(self, changes: Changes, *, now: float) -> None:
        if self.fails:
            raise EvidenceError("locked")
        self.run.flush(changes, now=now)


STEPS = st.lists(
    st.sampled_from(["flush", "fail"])
    | st.tuples(
        st.sampled_from(["GET /a", "GET /b"]),
        st.frozensets(st.sampled_from("abc")),
        st.integers(0, 5),
        st.none() | st.just(3.0),
    ),
    max_size=30,
)


@given(STEPS)
def test_changes_add_up_to_the_whole(make: Any, steps: Any) -> None:
    """Whenever it was flushed, and whichever flushes failed: the run is as if it had been flushed once, at its end."""
    stores = [open_store("memory:") for _ in range(2)]
    runs = [Unreliable(store.begin(INFO, examples_stored=True)) for store in stores]
    writers = [EvidenceWriter(run, INFO, Unchanged()) for run in runs]
    entered: Counter[RouteInfo] = Counter()
    for step in steps:
        if isinstance(step, str):
            runs[0].fails = step == "fail"
            with contextlib.suppress(EvidenceError):
                writers[0].flush(entered)
            continue
        name, templates, request, latency = step
        route = make.route(name)
        entered[route] += 1
        examples = tuple(make.example(make.fingerprint(template)) for template in sorted(templates))
        for writer in writers:
            writer.add(make.settled(route=name))
            writer.add(
                make.judged(
                    *templates,
                    route=route,
                    request=request,
                    noise=(),
                    examples=examples,
                    legacy_ms=latency,
                    candidate_ms=latency,
                )
            )
    for writer in writers:
        writer.finish(entered, now=2000.0)
    assert repr(stores[0].read()) == repr(stores[1].read())


def test_an_idle_flush_writes_no_route(make: Any) -> None:
    """Only that the run lives."""
    written: list[Changes] = []

    class Run:
        def flush(self, changes: Changes, *, now: float) -> None:
            assert now > 0
            written.append(changes)

    writer = EvidenceWriter(Run(), INFO, None)  # type: ignore[arg-type]
    writer.add(make.judged("a"))
    for entered in (1, 1, 2):
        writer.flush(make.entered(entered))
    assert [len(changes.routes) for changes in written] == [1, 0, 1]
    assert (written[2].routes[0].entered, written[2].routes[0].clusters) == (2, {})
