"""The compare process: counts once, commits with each counters frame, ends in order or with one line."""

import asyncio
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossfade.shadow.asking.worker import Worker, serve
from crossfade.shadow.capture.sink import RequestHead
from crossfade.shadow.config import MirrorAction, MirrorRule, MirrorSettings, State, load_config
from crossfade.shadow.errors import ShadowError
from crossfade.shadow.evidence import EvidenceError, store_in
from crossfade.shadow.exchange import Answer, Failure, FailureReason, Request
from crossfade.shadow.exchange.observations import Observation, Proof, Settled
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.mirror.feed import Feed
from crossfade.shadow.mirror.policy import Policy
from crossfade.shadow.operate.status import Load
from crossfade.shadow.pipe.frames import (
    LENGTH,
    AnswerFrame,
    CountsFrame,
    EndFrame,
    Frame,
    RequestFrame,
    RulesFrame,
    UnmirroredFrame,
    decode,
    encode,
)
from crossfade.shadow.routes.table import RouteTable
from crossfade.shadow.runs.run import RunWriter

WRITTEN = RouteInfo(route="POST /a", protocol="http", call_type="http", stage=Stage.SHADOW)
ROUTE = RouteInfo(route="GET /a", protocol="http", call_type="http", stage="shadow")
DOWN = Failure(reason=FailureReason.REFUSED, detail="", latency_ms=0.0)
Frames = Callable[..., RequestFrame]
Answers = Callable[..., Answer]
Benches = Callable[..., Any]


class Writer:
    """Stands for the store: ``commits`` are the (entered, outcomes) that each flush would write, by route."""

    def __init__(self, *, broken: int = 0) -> None:
        self.outcomes: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.commits: list[tuple[dict[str, int], dict[str, int]]] = []
        self.ended = 0
        self._broken = broken

    def add(self, observation: Observation | Proof) -> None:
        if isinstance(observation, Proof):
            return
        name, count = "judged", 1
        if isinstance(observation, Settled):
            name, count = observation.reason.value, observation.count
        self.outcomes[observation.route.route] += count
        self.reasons[name] += count

    def flush(self, entered: dict[RouteInfo, int], by_candidate: dict[RouteInfo, int]) -> None:
        self.by_candidate = dict(by_candidate)
        if self._broken:
            self._broken -= 1
            raise EvidenceError("disk full")
        self.commits.append(({route.route: total for route, total in entered.items()}, dict(self.outcomes)))

    def finish(self, entered: dict[RouteInfo, int], by_candidate: dict[RouteInfo, int], *, now: float) -> None:
        assert now > 0
        self.flush(entered, by_candidate)
        self.ended += 1


def _counts(entered: int, **settled: int) -> CountsFrame:
    reasons = tuple((ROUTE, Outcome.SKIPPED, Reason(reason), total) for reason, total in settled.items())
    return CountsFrame(entered=((ROUTE, entered),), settled=reasons)


def _worker(bench: Any, writer: Writer) -> Worker:
    bench.collector._comparisons._record = writer.add
    return Worker(bench.collector, RunWriter(writer))  # type: ignore[arg-type]


async def test_totals_are_counted_once(answer_of: Answers, bench_of: Benches) -> None:
    """Counters are totals: a frame that comes twice, or one that is lost, changes nothing of the sum."""
    writer = Writer()
    worker = _worker(bench_of(answer_of()), writer)
    for frame in (_counts(3, policy=2), _counts(3, policy=2), _counts(9, policy=5, rule=3)):
        assert worker.take(frame)
    assert writer.reasons == {"policy": 5, "rule": 3}
    assert writer.commits == [
        ({"GET /a": 3}, {"GET /a": 2}),
        ({"GET /a": 3}, {"GET /a": 2}),
        ({"GET /a": 9}, {"GET /a": 8}),
    ]


async def test_older_totals_are_not_counted_again(answer_of: Answers, bench_of: Benches) -> None:
    """A total never goes down."""
    writer = Writer()
    worker = _worker(bench_of(answer_of()), writer)
    for total in (5, 3, 5):
        worker.take(_counts(9, policy=total))
    assert writer.reasons == {"policy": 5}


async def test_how_things_stand_is_told(answer_of: Answers, bench_of: Benches) -> None:
    """After each counters frame and before the end; a flush that failed does not count as one."""
    told: list[Load] = []
    worker = Worker(bench_of(answer_of()).collector, RunWriter(Writer(broken=1)), told.append)  # type: ignore[arg-type]
    worker.take(_counts(1))
    worker.take(_counts(1))
    await worker.finish(0)
    failed, flushed, last = told
    assert failed.flushed_at < flushed.flushed_at == last.flushed_at
    assert (last.pending, last.held_bytes, last.slots_in_use) == (0, 0, 0)


async def test_other_rules_are_noted(answer_of: Answers, bench_of: Benches) -> None:
    """The store hears of them."""
    noted: list[str] = []
    writer = Writer()
    writer.note_rules = noted.append  # type: ignore[attr-defined]
    assert _worker(bench_of(answer_of()), writer).take(RulesFrame(rules_digest="abc"))
    assert noted == ["abc"]


async def test_a_flush_that_failed_is_tried_again(
    answer_of: Answers, bench_of: Benches, caplog: pytest.LogCaptureFixture
) -> None:
    """One line in the log; the next counters commit everything."""
    writer = Writer(broken=2)
    worker = _worker(bench_of(answer_of()), writer)
    for total in (1, 2, 3):
        assert worker.take(_counts(total, policy=total))
    assert [record.getMessage() for record in caplog.records] == ["evidence.flush_failed disk full"] * 2
    assert writer.commits == [({"GET /a": 3}, {"GET /a": 3})]


async def test_a_last_flush_that_fails_is_an_error(answer_of: Answers, bench_of: Benches) -> None:
    """There is no next one: the process must not end as if all was committed."""
    with pytest.raises(EvidenceError, match="disk full"):
        await _worker(bench_of(answer_of()), Writer(broken=1)).finish(0)


async def test_every_frame_finds_its_way(frame_of: Frames, answer_of: Answers, bench_of: Benches) -> None:
    """Requests, replies, ends and minted values reach the collector; the end frame is the last."""
    bench = bench_of(answer_of())
    worker = _worker(bench, writer := Writer())
    minted = "7f30116a-cd6a-42de-8ef0-dd270b92b597"
    body = b'{"id": "%s"}' % minted.encode()
    assert worker.take(
        UnmirroredFrame(route=WRITTEN, request=frame_of("w", write=True).request, answer=answer_of(body))
    )
    for name, target in (("1", "/a"), ("2", f"/a/{minted}"), ("3", "/a")):
        assert worker.take(frame_of(name, target=target))
    for name in ("1", "2"):
        assert worker.take(AnswerFrame(request_id=name, reply=answer_of()))
    bench.cancel("3")
    assert not worker.take(EndFrame())
    await worker.finish(10)
    assert writer.reasons == {"judged": 1, "foreign_handle": 1, "client_cancelled": 1}
    assert writer.ended == 1


async def test_an_engine_that_was_killed_did_not_count_its_last_requests(
    frame_of: Frames, answer_of: Answers, bench_of: Benches
) -> None:
    """They entered all the same: there are never more outcomes than requests."""
    worker = _worker(bench_of(answer_of()), writer := Writer())
    worker.take(_counts(2, policy=1))
    for name in ("1", "2", "3"):
        worker.take(frame_of(name))
        worker.take(AnswerFrame(request_id=name, reply=answer_of()))
    await worker.finish(10)
    assert writer.commits[-1] == ({"GET /a": 4}, {"GET /a": 4})


class _Pipe:
    """Frames as a real pipe carries them."""

    def __init__(self) -> None:
        self.data: list[bytes] = []

    def is_down(self) -> bool:
        return False

    def waiting_bytes(self) -> int:
        return 0

    def write(self, data: bytes) -> None:
        self.data.append(data)


def _traffic(pipe: _Pipe, requests: Callable[..., Request], answers: Answers, rng: random.Random, count: int) -> None:
    """Random requests with random ends, and counters between them; the last frame is the end."""
    rule = MirrorRule(route="POST /a", action=MirrorAction.MIRROR, reason="test")
    policy = Policy(MirrorSettings(sample_pct=70, rule=(rule,)), {}, State.SISTER)
    feed = Feed(routes=RouteTable((), 100, {}), policy=policy, pipe=pipe, buffer_bytes=1000)
    steps = [number for number in range(count) for _ in range(3)]
    rng.shuffle(steps)
    turns: Counter[int] = Counter()
    for number in steps:
        request = requests(str(number), method="POST" if number % 3 else "GET", target="/a" if number % 4 else "/b")
        turns[number] += 1
        if turns[number] == 1:
            values = {name: getattr(request, name) for name in ("id", "protocol", "method", "target")}
            feed.started(RequestHead(**values, listener="web", headers=(), at=0.0))
        elif turns[number] == 2:
            feed.request_complete(request)
        else:
            end = rng.choice((feed.cancelled, lambda name: feed.replied(name, DOWN), None))
            (end or (lambda name: feed.replied(name, answers())))(request.id)
        if rng.random() < 0.2:
            feed.send_counts()
    feed.finish()


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(0, 30))
def test_from_the_engine_to_evidence(
    request_of: Callable[..., Request],
    answer_of: Answers,
    bench_of: Benches,
    rng: random.Random,
    count: int,
) -> None:
    """Every request that entered ends in one outcome; cut off anywhere, no commit has more outcomes than entered."""
    pipe = _Pipe()
    _traffic(pipe, request_of, answer_of, rng, count)
    for data, complete in ((pipe.data, True), (pipe.data[: rng.randint(0, len(pipe.data))], False)):
        writer = asyncio.run(_compare([decode(item[LENGTH.size :]) for item in data], bench_of(answer_of())))
        for entered, outcomes in writer.commits:
            assert all(total <= entered.get(route, 0) for route, total in outcomes.items())
        entered, outcomes = writer.commits[-1]
        assert not complete or (entered == outcomes and sum(entered.values()) == count)


async def _compare(frames: list[Frame], bench: Any) -> Writer:
    worker = _worker(bench, writer := Writer())
    for frame in frames:
        if not worker.take(frame):
            break
        await asyncio.sleep(0)
    await worker.finish(0.01)
    bench.keeps_nothing()
    return writer


CONFIG = """\
[service]
name = "builds"
[[listen]]
name = "web"
address = "127.0.0.1:0"
legacy = "http://127.0.0.1:1"
candidate = "http://127.0.0.1:2"
[mirror]
deadline_ms = 100
max_wait_ms = 100
"""


@pytest.fixture
def config_path(tmp_path: Path) -> Path:
    """A config whose candidate nobody is, beside an empty store."""
    path = tmp_path / "crossfade.toml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


@pytest.fixture
def served(config_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    """Serves one run whose standard input holds these bytes and then ends."""

    def served(data: bytes) -> None:
        read, write = os.pipe()
        with os.fdopen(read, "rb") as reader:
            os.write(write, data)
            os.close(write)
            monkeypatch.setattr("sys.stdin", type("Stdin", (), {"buffer": reader}))
            asyncio.run(serve(load_config(config_path), "r1"))

    return served


def test_a_run_that_was_ended_in_order(
    served: Callable[[bytes], None], config_path: Path, frame_of: Frames, answer_of: Answers, capsys: Any
) -> None:
    """It says that it is ready, asks, commits and marks the run as ended; what follows the end is not read."""
    frames = (frame_of("1"), AnswerFrame(request_id="1", reply=answer_of()), _counts(1), EndFrame())
    served(b"".join(encode(frame) for frame in frames) + b"garbage")
    assert capsys.readouterr().out == "ready\n"
    run = store_in(config_path.parent / ".crossfade").read()
    (route,) = run.routes
    assert (run.ended_at is not None, route.entered, len(route.signatures)) == (True, 1, 1)


@pytest.mark.parametrize("rest", [b"", b"\0", b"\0\0\0\x20half"])
def test_an_engine_that_was_killed(
    served: Callable[[bytes], None], config_path: Path, frame_of: Frames, rest: bytes
) -> None:
    """The end of the pipe, at a frame's end or in the midst of one, commits all that came."""
    served(encode(_counts(4, policy=2)) + encode(frame_of("1")) + rest)
    run = store_in(config_path.parent / ".crossfade").read()
    (route,) = run.routes
    assert route.entered == 4
    assert route.settled == {(Outcome.SKIPPED, Reason.POLICY): 2, (Outcome.SHED, Reason.SHUTDOWN): 1}


@pytest.mark.parametrize(
    "corrupt",
    [
        LENGTH.pack(3) + b"\xc1\xc1\xc1",
        LENGTH.pack(1) + b"\x90",
        LENGTH.pack(2) + b"\x91\x63",
        LENGTH.pack(2) + b"\x91\x00",
        LENGTH.pack(1) + b"\x05",
        LENGTH.pack(0),
        b"HTTP/1.1 200 OK\r\n",
    ],
)
def test_bytes_that_are_no_frame(served: Callable[[bytes], None], corrupt: bytes) -> None:
    """An error of the infrastructure in one line, and no waiting for the gigabyte that a wrong length promises."""
    with pytest.raises(
        ShadowError, match=r"^compare process: expected a frame, got \d+ other bytes \(\w+\); "
    ) as raised:
        served(corrupt)
    assert raised.value.exit_code == 4


def test_a_corrupt_frame_ends_the_process(config_path: Path) -> None:
    """Exit 4 and one line; what was committed before stays."""
    command = [sys.executable, "-P", "-m", "crossfade.shadow.asking.worker", "--config", str(config_path)]
    data = encode(_counts(4, policy=2)) + LENGTH.pack(3) + b"\xc1\xc1\xc1"
    ended = subprocess.run([*command, "--run-id", "r1"], input=data, capture_output=True, timeout=60, check=False)
    *_, last = ended.stderr.decode().splitlines()
    ready, told = ended.stdout.splitlines()
    assert (ended.returncode, ready) == (4, b"ready")
    assert told.startswith(b'{"load":{"pending":0,')
    assert last.startswith("error: compare process: expected a frame, got 3 other bytes")
    assert b"Traceback" not in ended.stderr
    (route,) = store_in(config_path.parent / ".crossfade").read().routes
    assert route.entered == 4
