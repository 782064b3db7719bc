"""Which services are let in, and when another run begins."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crossfade.shadow.config import parse_config
from crossfade.shadow.errors import ShadowError
from crossfade.shadow.evidence import EvidenceError, store_in
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.ingest.complaints import Complaints
from crossfade.shadow.ingest.protocol import Counts, Hello, Pair, read_line
from crossfade.shadow.ingest.runs import Runs
from crossfade.shadow.ingest.service import TimeAndIds

TEXT = """\
[service]
name = "builds"
{build}
[ingest]
address = "127.0.0.1:0"
"""


class Bench:
    """Runs in a folder; ``clock`` is the time."""

    def __init__(self, folder: Path, build: str, more: str = "") -> None:
        self.clock = 1000.0
        line = f'candidate_build = "{build}"' if build else ""
        self.config = parse_config(TEXT.format(build=line) + more, folder / "crossfade.toml")
        self.folder = self.config.evidence.dir
        source = TimeAndIds(now=lambda: self.clock, new_id=lambda: "id")
        self.runs = Runs(self.config, source, Complaints(lambda: self.clock), lambda: False)

    def hello(self, build: str = "unknown", service: str = "builds", greeted: int = 0) -> str:
        """What is wrong with it."""
        return self.runs.welcome(Hello(service=service, candidate_build=build), greeted)

    def take(self, line: bytes) -> None:
        """Takes counts."""
        counts = read_line(line)
        assert isinstance(counts, Counts)
        list(self.runs.service().take_counts(counts))


@pytest.fixture
def bench_of(tmp_path: Path) -> Callable[..., Bench]:
    """Begins a run under a config with this build of the candidate, or none."""
    return lambda build="", more="": Bench(tmp_path, build, more)


def test_a_run_begins_at_once(bench_of: Callable[..., Bench]) -> None:
    """Before any service came, so that a gate on it is inconclusive and not one on an older run."""
    bench = bench_of()
    evidence = store_in(bench.folder).read()
    assert (evidence.info.run_id, evidence.info.engine) == (bench.runs.run_ids[0], "ingest")
    assert (evidence.info.candidate_build, evidence.ended_at) == ("unknown", None)
    bench.runs.finish()


def test_another_service(bench_of: Callable[..., Bench]) -> None:
    """Its evidence belongs elsewhere."""
    bench = bench_of()
    assert bench.hello(service="users") == (
        "expected service builds, got users; set CROSSFADE_SERVICE, or send it to an ingest of its own"
    )
    bench.runs.finish()


def test_the_build_of_the_config(bench_of: Callable[..., Bench]) -> None:
    """No other is let in, nor one that is not said."""
    bench = bench_of("j-1")
    assert bench.hello("j-1") == ""
    bench.clock += 100
    for other in ("j-2", "unknown"):
        assert bench.hello(other) == (
            f"expected build j-1, got {other}; set CROSSFADE_BUILD, or change service.candidate_build and start a new run"
        )
    bench.runs.finish()


def test_the_first_build_names_the_run(bench_of: Callable[..., Bench]) -> None:
    """Where the config names none; the report shows it."""
    bench = bench_of()
    assert (bench.hello("j-1"), bench.hello("j-1", greeted=1)) == ("", "")
    bench.runs.flush()
    assert store_in(bench.folder).read().info.candidate_build == bench.runs.build == "j-1"
    bench.runs.finish()


def test_services_that_do_not_say_their_build(bench_of: Callable[..., Bench]) -> None:
    """They are a build of their own, before one that is named and after it: no run has evidence of both."""
    bench = bench_of()
    assert (bench.hello(), bench.hello(greeted=1)) == ("", "")
    assert bench.hello("j-1", greeted=2).startswith("expected build unknown, got j-1; its run begins when")
    bench.clock += 10
    assert (bench.hello("j-1"), bench.runs.build) == ("", "j-1")
    assert bench.hello(greeted=1).startswith("expected build j-1, got unknown; its run begins when")
    bench.clock += 10
    assert (bench.hello(), bench.runs.build) == ("", "unknown")
    bench.runs.finish()
    named = [store_in(bench.folder).read(run_id).info.candidate_build for run_id in bench.runs.run_ids]
    assert named == ["unknown", "j-1", "unknown"]


def test_another_build_begins_another_run(bench_of: Callable[..., Bench], lines: Any) -> None:
    """When the services of the first have left; the first run is whole, and figures go on."""
    bench = bench_of()
    assert bench.hello("j-1") == ""
    bench.take(lines.counts(3, "00000000000000aa", shed={"queue_full": 1}))
    waits = "expected build j-1, got j-2; its run begins when the services of the other build have left, after 10 s"
    assert bench.hello("j-2") == waits
    bench.clock += 10
    assert bench.hello("j-2", greeted=1) == waits
    assert bench.hello("j-2") == ""
    assert bench.hello("j-1") != ""
    bench.take(lines.counts(2, "00000000000000bb"))
    assert bench.runs.entered() == {(lines.get, ""): 5}
    assert bench.runs.status().ends[(lines.get, ""), "matched", ""] == 2
    bench.runs.finish()
    first, second = (store_in(bench.folder).read(run_id) for run_id in bench.runs.run_ids)
    assert (first.info.candidate_build, second.info.candidate_build) == ("j-1", "j-2")
    assert dict(first.routes[0].settled) == {(Outcome.SHED, Reason.QUEUE_FULL): 1, (Outcome.SHED, Reason.SHUTDOWN): 1}
    assert (first.routes[0].entered, second.routes[0].entered) == (3, 2)
    assert None not in {first.ended_at, second.ended_at}


def test_a_run_that_can_not_be_ended_goes_on(bench_of: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch) -> None:
    """The new build is told why and may come again."""
    bench = bench_of()
    bench.hello("j-1")
    bench.clock += 10

    def fail(*_: object) -> None:
        raise EvidenceError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(bench.runs._writer, "finish", fail)
        assert bench.hello("j-2") == "expected to begin a run of build j-2, but disk full"
    assert bench.runs.build == "j-1"
    assert bench.hello("j-1") == ""
    assert bench.hello("j-2") == ""
    bench.runs.finish()
    assert len(store_in(bench.folder).runs()) == 2


def test_the_end_is_the_sum(bench_of: Callable[..., Bench], lines: Any) -> None:
    """What no service told the end of is shed."""
    bench = bench_of()
    bench.take(lines.counts(7, "00000000000000aa"))
    bench.runs.flush()
    assert store_in(bench.folder).read().routes[0].entered == 7
    bench.runs.finish()
    (route,) = store_in(bench.folder).read().routes
    assert sum(route.settled.values()) + sum(seen.count for seen in route.signatures.values()) == route.entered == 7


async def test_a_secondary(bench_of: Callable[..., Bench], lines: Any, tmp_path: Path) -> None:
    """It is asked; what waits for it holds up a new build, and is judged before the run ends."""
    proto = tmp_path / "things.proto"
    proto.write_text(
        'syntax = "proto3";package t.v1;message Ask{}message Thing{string name=1;}'
        "service Things{rpc Get(Ask)returns(Thing){option idempotency_level=NO_SIDE_EFFECTS;}}"
    )
    more = 'secondary = "http://127.0.0.1:1"\n[mirror]\nsecondary_pct = 100\n[contract]\nprotos = ["things.proto"]\n'
    bench = bench_of(more=more)
    bench.hello("j-1")
    bench.clock += 10
    pair = read_line(lines.pair(lines.answer(lines.message("a")), lines.answer(lines.message("b"))))
    assert isinstance(pair, Pair)
    bench.runs.service().take_pair(pair)
    assert bench.runs.intake.is_busy()
    assert bench.hello("j-2") != ""
    await bench.runs.drain()
    assert bench.hello("j-2") == ""
    bench.runs.finish()
    (route,) = store_in(bench.folder).read(bench.runs.run_ids[0]).routes
    assert [seen.count for seen in route.signatures.values()] == [1]


def test_a_store_that_can_not_be(tmp_path: Path) -> None:
    """It is said at the start."""
    (tmp_path / ".crossfade").write_text("x")
    with pytest.raises((EvidenceError, ShadowError)):
        Bench(tmp_path, "")
