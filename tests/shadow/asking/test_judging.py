"""Heavy comparisons are judged apart and come out as light ones do; nobody waits for them who need not."""

import asyncio
import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from crossfade.shadow.apart.job_queue import NotDoneError
from crossfade.shadow.apart.jobs import Asked, Failed, Job, Record, Setup
from crossfade.shadow.apart.runner import JobRunner
from crossfade.shadow.asking import judging
from crossfade.shadow.asking.judging import Judging
from crossfade.shadow.bindings.bindings import Bindings, Side
from crossfade.shadow.evidence.redact import Redactor
from crossfade.shadow.exchange import Answer, Comparison, Reply, Request
from crossfade.shadow.exchange.observations import Mutation
from crossfade.shadow.exchange.outcome import Reason
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.judging.judge import Judge
from crossfade.shadow.judging.proofs.prover import FIRST
from crossfade.shadow.pipe.frames import RequestFrame, UnmirroredFrame

WRITTEN = RouteInfo(route="POST /a", protocol="http", call_type="http", stage=Stage.SHADOW)
ONE, TWO, THREE = (f"{digit * 8}-0a1b-4000-8000-0123456789ab" for digit in "123")
SETUP = Setup(redactor=Redactor(b"k" * 32))


class JobQueue:
    """Does jobs here, through bytes as between two processes. ``gate`` holds them up, ``refuses`` are those not done."""

    def __init__(self) -> None:
        self.jobs: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.refuses: Reason | None = None
        self.refuses_to_record = False
        self.forgotten: list[str] = []
        self.waiting, self.pid = 1, 99
        self._runner = JobRunner(SETUP)

    async def do(self, _: str, job: Job, comparison: Comparison | None, __: RouteInfo) -> Any:
        """As a queue does."""
        self.jobs.append(type(job).__name__)
        await self.gate.wait()
        if self.refuses is not None:
            raise NotDoneError(self.refuses)
        if self.refuses_to_record and isinstance(job, Record):
            raise NotDoneError(Reason.TOO_COSTLY)
        asked = pickle.loads(pickle.dumps(Asked(comparison=comparison, job=job, left_s=1.0)))
        done = pickle.loads(pickle.dumps(self._runner.do(asked)))
        assert not isinstance(done, Failed), done.detail
        return done

    def holds(self, comparison: Comparison, *, instead_of: Comparison) -> None:
        """As a queue does."""

    def forget(self, request_id: str) -> None:
        """As a queue does."""
        self.forgotten.append(request_id)


class Recorder:
    """Takes what was written down, if it ``wants``."""

    def __init__(self) -> None:
        self.wants = True
        self.frames: list[bytes] = []

    def chooses(self, *_: object) -> bool:
        """As a recorder does."""
        return self.wants

    def take(self, frame: bytes, _: RouteInfo) -> None:
        """As a recorder does."""
        self.frames.append(frame)


@pytest.fixture
def queue() -> JobQueue:
    """Where heavy jobs are done."""
    return JobQueue()


def heavy(**members: Any) -> bytes:
    """An object that is heavy by a list in it."""
    return json.dumps({**members, "rows": [{"n": number} for number in range(1000)]}).encode()


async def test_what_differs_is_found_apart(
    bench_of: Callable[..., Any],
    frame_of: Callable[..., RequestFrame],
    answer_of: Callable[..., Answer],
    queue: JobQueue,
) -> None:
    """A light one is judged at once, a heavy one by the queue; what was kept for it is given back."""
    bench = bench_of(lambda request: _of(answer_of(heavy(a=2) if request.id == "big" else b'{"a": 2}')), queue=queue)
    for name, body in (("small", b'{"a": 1}'), ("big", heavy(a=1))):
        bench.collector.on_request(frame_of(name))
        bench.legacy(name, answer_of(body))
    assert await bench.finish() == ["differs", "differs"]
    assert (bench.collector.load(0.0).heavy_waiting, bench.collector.load(0.0).heavy_pid) == (1, 99)
    assert queue.jobs == ["Read", "Resolve", "Differs", "Observe"]
    assert queue.forgotten == ["small", "big"]


async def test_a_light_comparison_is_weighed_once(
    bench_of: Callable[..., Any],
    frame_of: Callable[..., RequestFrame],
    answer_of: Callable[..., Answer],
    queue: JobQueue,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However many steps ask; that is most of what they cost where the answers are the same."""
    weighed: list[str] = []

    def weigh(comparison: Comparison, _most: int) -> bool:
        weighed.append(comparison.request.id)
        return False

    monkeypatch.setattr(judging, "is_heavy", weigh)
    bench = bench_of(lambda _: _of(answer_of(b'{"a": 1}')), queue=queue)
    for name in ("first", "second"):
        bench.collector.on_request(frame_of(name))
        bench.legacy(name, answer_of(b'{"a": 1}'))
    assert await bench.finish() == ["same", "same"]
    assert sorted(weighed) == ["first", "second"]


async def test_reads_and_writes_behind_a_heavy_answer_go_on(
    bench_of: Callable[..., Any],
    frame_of: Callable[..., RequestFrame],
    answer_of: Callable[..., Answer],
    queue: JobQueue,
) -> None:
    """While it is judged; it alone waits."""
    queue.gate.clear()
    bench = bench_of(lambda request: _of(answer_of(heavy(a=2) if request.id == "big" else b"{}")), queue=queue)
    bench.collector.on_request(frame_of("big"))
    bench.legacy("big", answer_of(heavy(a=1)))
    for name, write in (("read", False), ("write", True), ("read behind", False)):
        bench.collector.on_request(frame_of(name, write=write))
        bench.legacy(name, answer_of(b"{}"))
    await bench.ended(3)
    assert bench.ends == ["same"] * 3
    queue.gate.set()
    assert await bench.finish() == ["same"] * 3 + ["differs"]


@pytest.mark.parametrize("key", [(ONE, TWO), ("17", "18")])
async def test_a_read_that_carries_an_id_of_a_heavy_write_waits_for_it(
    bench_of: Callable[..., Any],
    frame_of: Callable[..., RequestFrame],
    answer_of: Callable[..., Answer],
    queue: JobQueue,
    key: tuple[str, str],
) -> None:
    """And is then rendered with the candidate's own."""
    queue.gate.clear()
    ours, theirs = key
    targets: list[str] = []

    async def candidate(request: Request) -> Reply:
        targets.append(request.target)
        if request.id == "other":
            return answer_of(b"{}")
        return answer_of(heavy(id=theirs) if request.id == "made" else json.dumps({"id": theirs}).encode())

    bench = bench_of(candidate, queue=queue)
    bench.collector.on_request(frame_of("made", write=True, target="/orders"))
    bench.legacy("made", answer_of(heavy(id=ours)))
    for name, target, body in (("other", "/orders/99999", {}), ("own", f"/orders/{ours}", {"id": ours})):
        bench.collector.on_request(frame_of(name, target=target))
        bench.legacy(name, answer_of(json.dumps(body).encode()))
    await bench.ended(1)
    assert targets == ["/orders", "/orders/99999"]
    queue.gate.set()
    assert await bench.finish() == ["same", "same", "same"]
    assert targets[-1] == f"/orders/{theirs}"


async def test_a_heavy_request_is_rendered_apart(
    bench_of: Callable[..., Any],
    frame_of: Callable[..., RequestFrame],
    answer_of: Callable[..., Answer],
    queue: JobQueue,
) -> None:
    """It waits for all that may be in it."""
    bodies: list[bytes] = []

    async def candidate(request: Request) -> Reply:
        bodies.append(request.body)
        return answer_of(b'{"id": "%s"}' % TWO.encode())

    bench = bench_of(candidate, queue=queue)
    bench.collector.on_request(frame_of("made", write=True, target="/orders"))
    bench.legacy("made", answer_of(b'{"id": "%s"}' % ONE.encode()))
    body = heavy(order_id=ONE)
    bench.collector.on_request(
        frame_of("big", write=True, target="/orders", body=body, headers=(("content-type", "application/json"),))
    )
    bench.legacy("big", answer_of(b'{"id": "%s"}' % ONE.encode()))
    assert await bench.finish() == ["same", "same"]
    assert bodies[-1] == body.replace(ONE.encode(), TWO.encode())
    assert queue.jobs[:2] == ["ReadRequest", "Render"]


async def test_a_heavy_answer_is_looked_at_again(
    bench_of: Callable[..., Any],
    frame_of: Callable[..., RequestFrame],
    answer_of: Callable[..., Answer],
    queue: JobQueue,
) -> None:
    """As a light one is, as long as no write has come since."""
    bench = bench_of(answer_of(heavy(a=2)), answer_of(heavy(a=1)), queue=queue, recheck_pct=100.0)
    bench.collector.on_request(frame_of("big"))
    bench.legacy("big", answer_of(heavy(a=1)))
    assert await bench.finish() == ["differs"]
    assert bench.candidate.asked == ["big", "big"]
    assert bench.seen[0].asked_again
    assert "ResolveAgain" in queue.jobs


@pytest.mark.parametrize("reason", [Reason.TOO_COSTLY, Reason.INTERNAL])
async def test_what_is_not_done_is_uncomparable(
    bench_of: Callable[..., Any],
    frame_of: Callable[..., RequestFrame],
    answer_of: Callable[..., Answer],
    queue: JobQueue,
    reason: Reason,
) -> None:
    """And what legacy minted in it is nobody else's: a request that carries it is not sent."""
    queue.refuses = reason
    bench = bench_of(answer_of(heavy(id=TWO)), queue=queue)
    bench.collector.on_request(frame_of("big", write=True))
    bench.legacy("big", answer_of(heavy(id=ONE)))
    await bench.ended(1)
    for name, key in (("its own", ONE), ("another", THREE)):
        bench.collector.on_request(frame_of(name, target=f"/a/{key}"))
        bench.legacy(name, answer_of(b"{}"))
    await bench.collector.drain(10)
    assert bench.ends[:2] == [f"uncomparable({reason.value})", "skipped(foreign_handle)"]
    assert bench.candidate.asked == ["big", "another"]


async def test_a_heavy_write_that_was_not_mirrored(
    bench_of: Callable[..., Any],
    frame_of: Callable[..., RequestFrame],
    answer_of: Callable[..., Answer],
    queue: JobQueue,
) -> None:
    """Its tokens are foreign, until the sides are seen to agree on one."""
    bench = bench_of(lambda _: _of(answer_of(b'{"id": "%s"}' % TWO.encode())), queue=queue)
    made = frame_of("made", write=True).request
    bench.collector.on_unmirrored(UnmirroredFrame(route=WRITTEN, request=made, answer=answer_of(heavy(ids=[ONE, TWO]))))
    for name, key in (("first", ONE), ("second", TWO)):
        bench.collector.on_request(frame_of(name, target=f"/a/{key}"))
        bench.legacy(name, answer_of(b'{"id": "%s"}' % TWO.encode()))
        await bench.rest()
    bench.collector.on_request(frame_of("list"))
    bench.legacy("list", answer_of(b'{"id": "%s"}' % TWO.encode()))
    await bench.ended(3)
    bench.collector.on_request(frame_of("again", target=f"/a/{TWO}"))
    bench.legacy("again", answer_of(b'{"id": "%s"}' % TWO.encode()))
    assert await bench.finish() == ["skipped(foreign_handle)", "skipped(foreign_handle)", "same", "same"]


async def test_what_is_kept_for_heavy_answers_is_bounded(
    bench_of: Callable[..., Any],
    frame_of: Callable[..., RequestFrame],
    answer_of: Callable[..., Answer],
    queue: JobQueue,
) -> None:
    """Those of the other sides count, too, and half of the room is for others; what does not fit is too costly."""
    queue.gate.clear()
    body = heavy(a=1)
    bench = bench_of(answer_of(heavy(a=2)), queue=queue, held_bytes=8 * len(body))
    for name in ("1", "2", "3"):
        bench.collector.on_request(frame_of(name))
        bench.legacy(name, answer_of(body))
        await bench.rest()
    queue.gate.set()
    assert sorted(await bench.finish()) == ["differs", "differs", "uncomparable(too_costly)"]


async def test_a_heavy_comparison_is_recorded(
    frame_of: Callable[..., RequestFrame], answer_of: Callable[..., Answer], queue: JobQueue
) -> None:
    """Written down apart, too, if the recorder wants it and its budget allows."""
    recorder = Recorder()
    bindings = Bindings(contract=None, shared=False)
    judge = Judge(contract=None)
    judging = Judging(judge=judge, bindings=bindings, queue=queue, recorder=recorder)  # type: ignore[arg-type]
    comparison = Comparison(
        request=frame_of("big").request,
        route="GET /a",
        legacy=answer_of(heavy(a=1)),
        candidate=answer_of(heavy(a=2)),
        secondary=None,
    )
    for wants in (True, False):
        recorder.wants = wants
        assert (await judging.observe(comparison, _route())).observation.signature  # type: ignore[union-attr]
    assert queue.jobs == ["Observe", "Record", "Observe"]
    assert [frame[:4] for frame in recorder.frames] == [b"\x28\xb5\x2f\xfd"]
    recorder.wants, queue.refuses_to_record = True, True
    assert (await judging.observe(comparison, _route())).observation.signature  # type: ignore[union-attr]
    assert len(recorder.frames) == 1


async def test_answers_that_are_the_same_are_read_for_proofs_alone(
    bench_of: Callable[..., Any],
    frame_of: Callable[..., RequestFrame],
    answer_of: Callable[..., Answer],
    queue: JobQueue,
) -> None:
    """The first twenty of a route, and a share of all."""
    bench = bench_of(answer_of(heavy(a=1)), queue=queue, held_bytes=10**8)
    for number in range(40):
        bench.collector.on_request(frame_of(str(number)))
        bench.legacy(str(number), answer_of(heavy(a=1)))
    assert await bench.finish() == ["same"] * 40
    assert FIRST <= queue.jobs.count("Observe") < FIRST + 10
    assert {proof.mutation for proof in bench.proofs} >= {Mutation.VALUE, Mutation.MISSING, Mutation.STATUS}


async def test_with_a_shared_store_nothing_is_resolved(
    bench_of: Callable[..., Any],
    frame_of: Callable[..., RequestFrame],
    answer_of: Callable[..., Answer],
    queue: JobQueue,
) -> None:
    """There are no handles."""
    bench = bench_of(answer_of(heavy(a=2)), queue=queue, shared=True)
    bench.collector.on_request(frame_of("big"))
    bench.legacy("big", answer_of(heavy(a=1)))
    assert await bench.finish() == ["differs"]
    assert queue.jobs == ["Differs", "Observe"]
    assert (await bench.collector._means.judging.render(frame_of("x").request, Side.CANDIDATE, _route())).request


def _route() -> RouteInfo:
    return RouteInfo(route="GET /a", protocol="http", call_type="http", stage="shadow")  # type: ignore[arg-type]


async def _of(answer: Answer) -> Reply:
    await asyncio.sleep(0)
    return answer


async def test_a_heavy_answer_that_the_run_leaves_unjudged_counts_against_a_claim(
    bench_of: Callable[..., Any],
    frame_of: Callable[..., RequestFrame],
    answer_of: Callable[..., Answer],
    queue: JobQueue,
) -> None:
    """Those that were judged in time are the smaller ones."""
    queue.gate.clear()
    bench = bench_of(answer_of(heavy(a=2)), queue=queue)
    bench.collector.on_request(frame_of("1"))
    bench.legacy("1", answer_of(heavy(a=1)))
    await bench.rest()
    await bench.collector.drain(0)
    assert await bench.finish() == ["uncomparable(too_costly)"]
