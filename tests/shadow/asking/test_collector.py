"""Every mirrored request is asked at most once, in legacy's order, and ends in exactly one observation."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from msgspec import structs

from crossfade.codegen.contract import Contract
from crossfade.shadow.asking.clients.notes import Note
from crossfade.shadow.asking.mistakes import Mistakes
from crossfade.shadow.exchange import Answer, Failure, FailureReason, Protocol, Reply, Request
from crossfade.shadow.exchange.observations import Judged, Mutation
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.pipe.frames import AnswerHeadFrame, PartFrame, RequestEndFrame, RequestFrame, UnmirroredFrame

WRITTEN = RouteInfo(route="POST /a", protocol="http", call_type="http", stage=Stage.SHADOW)
MINTED = "7f30116a-cd6a-42de-8ef0-dd270b92b597"
ANOTHER = "c0ffee00-1111-4222-8333-444455556666"
OTHER = "698aed65-686c-4c9f-9364-b7706b3d75a2"
DOWN = Failure(reason=FailureReason.RESET, detail="", latency_ms=1.0)
EVENTS = (("content-type", "text/event-stream"),)
Frames = Callable[..., RequestFrame]
Answers = Callable[..., Answer]
Benches = Callable[..., Any]


def _ask(bench: Any, frame: RequestFrame, legacy: Reply) -> None:
    bench.collector.on_request(frame)
    bench.legacy(frame.request.id, legacy)


def _id_body(text: str) -> bytes:
    return b'{"id": "%s"}' % text.encode()


async def test_equal_answers(frame_of: Frames, answer_of: Answers, bench_of: Benches) -> None:
    """One observation without a difference; the secondary is not asked where the frame does not say so."""
    bench = bench_of(answer_of(), answer_of())
    bench.collector.on_request(frame_of("1", body=b"x" * 10))
    bench.legacy("1", answer_of())
    assert await bench.finish() == ["same"]
    assert (bench.candidate.asked, bench.secondary.asked) == (["1"], [])


@pytest.mark.parametrize(
    "values", [{"target": "/a HTTP/1.1\r\nHost: b\r\n\r\nDELETE /c"}, {"headers": (("A", "1\rB: 2"),)}]
)
@pytest.mark.parametrize("write", [False, True])
async def test_what_can_not_be_sent_as_it_is(
    frame_of: Frames, answer_of: Answers, bench_of: Benches, values: dict[str, Any], write: bool
) -> None:
    """A request with a line break in its head is not sent to any side, and that is no error of crossfade's."""
    bench = bench_of(answer_of(), answer_of())
    bench.collector.on_request(frame_of("1", write=write, ask_secondary=True, **values))
    bench.legacy("1", answer_of())
    assert await bench.finish() == ["uncomparable(unsupported)"]
    assert (bench.candidate.asked, bench.secondary.asked) == ([], [])


async def test_what_the_sides_did_is_told(bench_of: Benches, answer_of: Answers, request_of: Any) -> None:
    """What was sent once more, and bytes behind answers, by side."""
    bench = bench_of(answer_of(), answer_of())
    bench.candidate.notes.add(Note.CLOSED_AS_USED, request_of())
    assert bench.collector.load(1.0).notes == (("side", "closed_as_used", 1),)


async def test_the_secondary_tells_noise(frame_of: Frames, answer_of: Answers, bench_of: Benches) -> None:
    """Asked at the same time as the candidate, once."""
    bench = bench_of(answer_of(b'{"a": 1}'), answer_of(b'{"a": 2}'))
    bench.collector.on_request(frame_of("1", ask_secondary=True))
    bench.legacy("1", answer_of(b'{"a": 1}'))
    await bench.finish()
    (judged,) = bench.seen
    assert isinstance(judged, Judged)
    assert (judged.signature, len(judged.noise or ())) == ((), 1)
    assert bench.secondary.asked == ["1"]


@pytest.mark.parametrize("write", [False, True])
async def test_legacy_failed(frame_of: Frames, answer_of: Answers, bench_of: Benches, write: bool) -> None:
    """Counted as legacy's failure, whatever the candidate says; a write is not even sent."""
    bench = bench_of(answer_of())
    bench.collector.on_request(frame_of("1", write=write))
    bench.legacy("1", DOWN)
    assert await bench.finish() == ["legacy_failed(reset)"]
    assert bench.candidate.asked == ([] if write else ["1"])


async def test_a_candidate_that_failed_is_judged(frame_of: Frames, answer_of: Answers, bench_of: Benches) -> None:
    """No answer is a difference, not a request that was not compared."""
    bench = bench_of(DOWN)
    bench.collector.on_request(frame_of("1"))
    bench.legacy("1", answer_of())
    assert await bench.finish() == ["differs"]


async def test_the_end_without_a_reply(frame_of: Frames, answer_of: Answers, bench_of: Benches) -> None:
    """What the engine says of a request becomes its outcome, before or after the candidate answered."""
    gate = asyncio.Event()

    async def late(request: Request) -> Reply:
        if request.id == "late":
            await gate.wait()
        return answer_of()

    bench = bench_of(late)
    for name in ("late", "early", "write"):
        bench.collector.on_request(frame_of(name, write=name == "write"))
    await bench.rest()
    for name in ("late", "early", "write"):
        bench.cancel(name)
        bench.cancel(name)
    gate.set()
    assert await bench.finish() == ["skipped(client_cancelled)"] * 3
    assert sorted(bench.candidate.asked) == ["early", "late"]


async def test_a_handle_of_legacy_that_comes_while_a_live_request_waits_for_its_turn(
    frame_of: Frames, answer_of: Answers, bench_of: Benches, contract: Contract, note: Any
) -> None:
    """All that has come of a body by then is looked at before anything of it is sent."""
    over = asyncio.Event()

    async def reply(request: Request) -> Reply:
        await over.wait()
        return answer_of(request.body)

    def part(text: str) -> PartFrame:
        message = note(text=text).SerializeToString()
        data = b"\0" + len(message).to_bytes(4, "big") + message
        return PartFrame(request_id="live", of_answer=False, data=data)

    bench = bench_of(reply, contract=contract)
    minting = frame_of("minting", write=True).request
    bench.collector.on_unmirrored(UnmirroredFrame(route=WRITTEN, request=minting, answer=answer_of(_id_body(MINTED))))
    bench.collector.on_request(frame_of("write", write=True))
    bench.legacy("write", answer_of())
    frame = frame_of(
        "live", protocol=Protocol.GRPC, target="/s.v1.Streams/Upload", headers=(("content-type", "application/grpc"),)
    )
    bench.collector.on_request(structs.replace(frame, live=True))
    bench.collector.on_part(part("first"))
    await bench.rest()
    bench.collector.on_part(part(MINTED))
    over.set()
    await bench.rest()
    assert bench.candidate.asked == ["write"]
    assert bench.ends[1] == "skipped(foreign_handle)"


@pytest.mark.parametrize(
    ("cut_by", "wait_s", "ends"),
    [("client", 30.0, ["same", "differs"]), ("legacy", 0.15, ["shed(queue_full)", "legacy_failed(reset)"])],
)
async def test_a_stream_that_was_cut_early_and_a_silent_candidate(
    frame_of: Frames,
    answer_of: Answers,
    bench_of: Benches,
    monkeypatch: pytest.MonkeyPatch,
    cut_by: str,
    wait_s: float,
    ends: list[str],
) -> None:
    """What legacy itself has not ended holds up no writes, however long the candidate may be silent."""
    monkeypatch.setattr("crossfade.shadow.asking.asker._HOLDS_WRITES_S", 0.02)
    silent = asyncio.Event()

    async def reply(request: Request) -> Reply:
        if request.id == "watch":
            await silent.wait()
        return answer_of()

    bench = bench_of(reply, deadline_s=1.0, wait_s=wait_s)
    bench.collector.on_request(frame_of("watch"))
    bench.collector.on_answer_head(AnswerHeadFrame(request_id="watch", status=200, headers=EVENTS))
    bench.collector.on_part(PartFrame(request_id="watch", of_answer=True, data=b"data: 1\n\n"))
    await bench.rest()
    if cut_by == "legacy":
        bench.legacy("watch", DOWN)
    else:
        bench.cancel("watch")
    bench.collector.on_request(frame_of("write", write=True))
    bench.legacy("write", answer_of())
    assert await bench.finish() == ends
    assert ("write" in bench.candidate.asked) is (cut_by == "client")


async def test_a_second_reply_changes_nothing(frame_of: Frames, answer_of: Answers, bench_of: Benches) -> None:
    """Nor does a reply to something unknown, or an end after the reply."""
    bench = bench_of(answer_of())
    bench.collector.on_request(frame_of("1"))
    for request_id in ("1", "1", "unknown"):
        bench.legacy(request_id, answer_of())
    bench.cancel("1")
    bench.legacy("1", DOWN)
    assert await bench.finish() == ["same"]


async def test_a_write_waits_for_legacy(frame_of: Frames, answer_of: Answers, bench_of: Benches) -> None:
    """It goes out when legacy has answered it, and not before."""
    bench = bench_of(answer_of())
    bench.collector.on_request(frame_of("1", write=True))
    await bench.rest()
    assert bench.candidate.asked == []
    bench.legacy("1", answer_of())
    assert await bench.finish() == ["same"]
    assert bench.candidate.asked == ["1"]


async def test_writes_go_out_in_the_order_in_which_legacy_answered(
    frame_of: Frames, answer_of: Answers, bench_of: Benches
) -> None:
    """One after the other, and a later read after them."""
    log: list[str] = []

    async def reply(request: Request) -> Reply:
        log.append(f"+{request.id}")
        await asyncio.sleep(0)
        log.append(f"-{request.id}")
        return answer_of()

    bench = bench_of(reply)
    for name in ("a", "b", "c"):
        bench.collector.on_request(frame_of(name, write=True))
    for name in ("c", "a", "b"):
        bench.legacy(name, answer_of())
    bench.collector.on_request(frame_of("read"))
    bench.legacy("read", answer_of())
    assert await bench.finish() == ["same"] * 4
    assert log == ["+c", "-c", "+a", "-a", "+b", "-b", "+read", "-read"]


async def test_a_write_whose_client_leaves_a_stream(frame_of: Frames, answer_of: Answers, bench_of: Benches) -> None:
    """Nobody knows whether legacy has done it: it is not sent, and holds nobody up until the run ends."""
    bench = bench_of(answer_of())
    bench.collector.on_request(frame_of("1", write=True))
    bench.collector.on_answer_head(AnswerHeadFrame(request_id="1", status=200, headers=EVENTS))
    await bench.rest()
    bench.cancel("1")
    await bench.ended(1)
    assert (bench.ends, bench.candidate.asked) == (["skipped(client_cancelled)"], [])
    bench.keeps_nothing()


async def test_frames_that_no_engine_sends(
    frame_of: Frames, answer_of: Answers, bench_of: Benches, caplog: pytest.LogCaptureFixture
) -> None:
    """They change nothing, are counted among the notes, and cost a line each kind, not the process."""
    bench = bench_of(answer_of())
    bench.collector.mistakes = Mistakes()
    bench.collector.on_request(frame_of("1"))
    for _ in range(2):
        bench.collector.on_part(PartFrame(request_id="1", of_answer=False, data=b"x"))
        bench.collector.on_part(PartFrame(request_id="1", of_answer=True, data=b"x"))
        bench.collector.on_request_end(RequestEndFrame(request_id="1", trailers=()))
    bench.legacy("1", answer_of())
    assert await bench.finish() == ["same"]
    notes = [(side, note, count) for side, note, count in bench.collector.load(0.0).notes if side == "engine"]
    assert notes == [("engine", f"illegal_{name}", 2) for name in ("answer_part", "request_end", "request_part")]
    assert len(caplog.records) == 3


async def test_a_slow_write_sheds_what_is_behind_it(frame_of: Frames, answer_of: Answers, bench_of: Benches) -> None:
    """After ``wait_s`` a request is given up unsent, and counted; the slow one itself is compared."""
    gate = asyncio.Event()

    async def slow(_: Request) -> Reply:
        await gate.wait()
        return answer_of()

    bench = bench_of(slow, wait_s=0.02)
    bench.collector.on_request(frame_of("slow", write=True))
    bench.legacy("slow", answer_of())
    for name, write in (("write", True), ("read", False)):
        bench.collector.on_request(frame_of(name, write=write, body=b"x" * 100))
        bench.legacy(name, answer_of())
    await bench.ended(2)
    gate.set()
    assert await bench.finish() == ["shed(queue_full)", "shed(queue_full)", "same"]
    assert bench.candidate.asked == ["slow"]


async def test_what_is_not_taken_in_is_counted(frame_of: Frames, answer_of: Answers, bench_of: Benches) -> None:
    """Past the calls at a time and those that wait, and past the bytes held, a request is shed at once."""
    bench = bench_of(answer_of(), in_flight=1, waiting=1, held_bytes=100)
    bench.collector.on_request(frame_of("big", body=b"x" * 101))
    for name in ("1", "2", "3"):
        bench.collector.on_request(frame_of(name, body=b"x" * 40))
    assert bench.ends == ["shed(queue_full)"] * 2
    for name in ("big", "1", "2", "3"):
        bench.legacy(name, answer_of())
    assert await bench.finish() == ["shed(queue_full)", "shed(queue_full)", "same", "same"]
    assert bench.candidate.asked == ["1", "2"]


async def test_replies_held_are_bounded(frame_of: Frames, answer_of: Answers, bench_of: Benches) -> None:
    """Large answers of legacy to many small requests: past twice the bound they are shed."""
    gate = asyncio.Event()

    async def slow(_: Request) -> Reply:
        await gate.wait()
        return answer_of(b"1")

    bench = bench_of(slow, held_bytes=1000)
    for number in range(50):
        bench.collector.on_request(frame_of(str(number)))
    for number in range(50):
        bench.legacy(str(number), answer_of(b"1" * 300))
        assert bench.collector.load(0.0).held_bytes <= 2000
    gate.set()
    assert Counter(await bench.finish()) == {"shed(queue_full)": 44, "differs": 6}


async def test_no_side_gets_more_calls_than_allowed(frame_of: Frames, answer_of: Answers, bench_of: Benches) -> None:
    """Neither the candidate nor the secondary, which is asked late where the statuses differ."""

    async def slow(_: Request) -> Reply:
        for _ in range(20):
            await asyncio.sleep(0)
        return answer_of()

    bench = bench_of(answer_of(status=404), slow, in_flight=3)
    for number in range(40):
        bench.collector.on_request(frame_of(str(number), ask_secondary=number % 3 == 0))
        bench.legacy(str(number), answer_of())
    assert await bench.finish() == ["differs"] * 40
    assert (bench.candidate.most, bench.secondary.most) == (3, 3)
    assert Counter(bench.secondary.asked) == {str(number): 1 for number in range(40)}


@pytest.mark.parametrize("place", ["headers", "trailers"])
async def test_not_ported(frame_of: Frames, answer_of: Answers, bench_of: Benches, place: str) -> None:
    """An answer that the candidate only passed on is legacy's own: no evidence, even if it differs."""
    passed_on = answer_of(b"1", **{place: (("X-Crossfade-Served-By", "legacy"),)})
    bench = bench_of(passed_on)
    bench.collector.on_request(frame_of("1"))
    bench.legacy("1", answer_of(b"2"))
    assert await bench.finish() == ["skipped(not_ported)"]


async def test_served_by_the_candidate_itself_is_compared(
    frame_of: Frames, answer_of: Answers, bench_of: Benches
) -> None:
    """Only the word legacy means that it was passed on."""
    bench = bench_of(answer_of(headers=(("x-crossfade-served-by", "java"),)))
    bench.collector.on_request(frame_of("1"))
    bench.legacy("1", answer_of(headers=()))
    (end,) = await bench.finish()
    assert end in {"same", "differs"}


async def test_a_handle_of_a_write_that_only_legacy_got(
    frame_of: Frames, answer_of: Answers, bench_of: Benches
) -> None:
    """The candidate is not asked for what it can't know; what both know is compared."""
    bench = bench_of(answer_of())
    write = frame_of("w", write=True).request
    bench.collector.on_unmirrored(UnmirroredFrame(route=WRITTEN, request=write, answer=answer_of(_id_body(MINTED))))
    for name, target in (("1", f"/a/{MINTED}"), ("2", f"/a?parent={MINTED}"), ("3", f"/a/{OTHER}")):
        bench.collector.on_request(frame_of(name, target=target))
        bench.legacy(name, answer_of())
    assert sorted(await bench.finish()) == ["same", "skipped(foreign_handle)", "skipped(foreign_handle)"]
    assert bench.candidate.asked == ["3"]


async def test_with_a_shared_store_no_handle_is_foreign(
    frame_of: Frames, answer_of: Answers, bench_of: Benches
) -> None:
    """A value of one side is good on the other."""
    bench = bench_of(answer_of(), shared=True)
    write = frame_of("w", write=True).request
    bench.collector.on_unmirrored(UnmirroredFrame(route=WRITTEN, request=write, answer=answer_of(_id_body(MINTED))))
    bench.collector.on_request(frame_of("1", target=f"/a/{MINTED}"))
    bench.legacy("1", answer_of())
    assert await bench.finish() == ["same"]


async def test_a_handle_is_waited_for_while_its_comparison_is_under_way(
    frame_of: Frames, answer_of: Answers, bench_of: Benches
) -> None:
    """A client may send back an id before the candidate has shown what it calls that: then it is asked by its own."""
    gate = asyncio.Event()
    targets = []

    async def reply(request: Request) -> Reply:
        targets.append(request.target)
        await gate.wait()
        return answer_of(_id_body(OTHER if request.id == "create" else "x"))

    bench = bench_of(reply)
    bench.collector.on_request(frame_of("create", write=True))
    bench.legacy("create", answer_of(_id_body(MINTED)))
    bench.collector.on_request(frame_of("read", target=f"/a/{MINTED}"))
    bench.legacy("read", answer_of(_id_body("x")))
    await bench.rest()
    assert bench.candidate.asked == ["create"]
    assert bench.ends == []
    gate.set()
    assert await bench.finish() == ["same", "same"]
    assert targets == ["/a", f"/a/{OTHER}"]


async def test_each_side_is_asked_by_its_own_handles(frame_of: Frames, answer_of: Answers, bench_of: Benches) -> None:
    """Once and again, and what they answer is compared in legacy's; another record is another one."""
    own = {"candidate": OTHER, "secondary": "0b1d6d9c-3c5b-4a43-9d2e-27a7b1f0c111"}
    asked: list[tuple[str, str]] = []

    def side(name: str) -> Callable[[Request], Any]:
        async def reply(request: Request) -> Reply:
            asked.append((name, request.target))
            is_wrong = name == "candidate" and "wrong" in request.target
            return answer_of(_id_body(ANOTHER if is_wrong else own[name]))

        return reply

    bench = bench_of(side("candidate"), side("secondary"), recheck_pct=100.0)
    _ask(bench, frame_of("create", write=True, ask_secondary=True), answer_of(_id_body(MINTED)))
    await bench.ended(1)
    _ask(bench, frame_of("read", target=f"/a/{MINTED}", ask_secondary=True), answer_of(_id_body(MINTED)))
    await bench.ended(2)
    _ask(bench, frame_of("wrong", target=f"/a/{MINTED}?wrong"), answer_of(_id_body(MINTED)))
    assert await bench.finish() == ["same", "same", "differs"]
    mine = {name: [target for side, target in asked if side == name] for name in own}
    assert mine == {
        "candidate": ["/a", f"/a/{OTHER}", f"/a/{OTHER}?wrong", f"/a/{OTHER}?wrong"],
        "secondary": ["/a", f"/a/{own['secondary']}", f"/a/{own['secondary']}?wrong"],
    }


@pytest.mark.parametrize(
    ("reply", "end", "later"),
    [
        ("failed", "differs", "blocked"),
        ("not ported", "skipped(not_ported)", "foreign_handle"),
        ("broken", "uncomparable(internal)", "foreign_handle"),
        ("cut", "uncomparable(truncated)", "foreign_handle"),
    ],
)
async def test_what_a_write_without_two_answers_mints(
    frame_of: Frames, answer_of: Answers, bench_of: Benches, reply: str, end: str, later: str
) -> None:
    """The candidate can't know it, so later requests for it say nothing of the port, or nothing new."""

    async def answer(_: Request) -> Reply:
        if reply == "broken":
            raise ValueError("broken")
        served_by = (("x-crossfade-served-by", "legacy"),) if reply == "not ported" else ()
        return DOWN if reply == "failed" else answer_of(headers=served_by, truncated=reply == "cut")

    bench = bench_of(answer)
    bench.collector.on_request(frame_of("create", write=True))
    bench.legacy("create", answer_of(_id_body(MINTED)))
    await bench.ended(1)
    bench.collector.on_request(frame_of("read", target=f"/a/{MINTED}"))
    bench.legacy("read", answer_of())
    assert await bench.finish() == [end, f"skipped({later})"]
    assert bench.candidate.asked == ["create"]


async def test_a_refused_write_mints_foreign_handles_in_its_turn(
    frame_of: Frames, answer_of: Answers, bench_of: Benches
) -> None:
    """Under what only legacy has, only legacy makes more."""
    child = "0b1d6d9c-3c5b-4a43-9d2e-27a7b1f0c111"
    bench = bench_of(answer_of())
    write = frame_of("w", write=True).request
    bench.collector.on_unmirrored(UnmirroredFrame(route=WRITTEN, request=write, answer=answer_of(_id_body(MINTED))))
    bench.collector.on_request(frame_of("under", write=True, target=f"/a/{MINTED}/parts"))
    bench.legacy("under", answer_of(_id_body(child)))
    await bench.ended(1)
    bench.collector.on_request(frame_of("read", target=f"/parts/{child}"))
    bench.legacy("read", answer_of())
    assert await bench.finish() == ["skipped(foreign_handle)"] * 2
    assert bench.candidate.asked == []


async def test_what_both_sides_of_a_write_answered_is_no_foreign_handle(
    frame_of: Frames, answer_of: Answers, bench_of: Benches
) -> None:
    """An id that the candidate gave too is known to it."""
    bench = bench_of(answer_of(_id_body(MINTED)))
    bench.collector.on_request(frame_of("create", write=True))
    bench.legacy("create", answer_of(_id_body(MINTED)))
    await bench.ended(1)
    bench.collector.on_request(frame_of("read", target=f"/a/{MINTED}"))
    bench.legacy("read", answer_of(_id_body(MINTED)))
    assert await bench.finish() == ["same", "same"]


@pytest.mark.parametrize(
    ("secondary", "end"), [(404, "skipped(state_drift)"), (200, "differs"), (500, "differs"), (None, "differs")]
)
async def test_state_drift(
    frame_of: Frames, answer_of: Answers, bench_of: Benches, secondary: int | None, end: str
) -> None:
    """Where legacy's second instance refuses as the candidate does, the state differs and not the port."""
    bench = bench_of(answer_of(status=404), DOWN if secondary is None else answer_of(status=secondary))
    bench.collector.on_request(frame_of("1"))
    bench.legacy("1", answer_of())
    assert await bench.finish() == [end]
    assert bench.secondary.asked == ["1"]


@pytest.mark.parametrize(
    ("minted", "status", "end"),
    [(False, 401, "skipped(credential)"), (False, 404, "differs"), (True, 401, "differs"), (False, 200, "same")],
)
async def test_a_credential_from_outside_of_the_run(
    frame_of: Frames, answer_of: Answers, bench_of: Benches, minted: bool, status: int, end: str
) -> None:
    """One that the candidate can't know is no finding at each request; one that it issued itself is no excuse."""

    async def reply(request: Request) -> Reply:
        return answer_of(_id_body(OTHER)) if request.id == "login" else answer_of(status=status)

    bench = bench_of(reply, answer_of())
    if minted:
        _ask(bench, frame_of("login", write=True), answer_of(_id_body(MINTED)))
        await bench.ended(1)
    _ask(bench, frame_of("read", headers=(("Authorization", f"Bearer {MINTED}"),)), answer_of())
    assert (await bench.finish())[-1] == end


async def test_a_secondary_that_can_not_be_asked(frame_of: Frames, answer_of: Answers, bench_of: Benches) -> None:
    """Its answer to the write is missing, so it has no name for what the write made: the candidate is compared alone."""

    async def reply(request: Request) -> Reply:
        return answer_of(_id_body(OTHER) if request.id == "create" else b"2")

    bench = bench_of(reply, DOWN, recheck_pct=100.0)
    _ask(bench, frame_of("create", write=True, ask_secondary=True), answer_of(_id_body(MINTED)))
    await bench.ended(1)
    _ask(bench, frame_of("read", target=f"/a/{MINTED}", ask_secondary=True), answer_of(b"1"))
    assert await bench.finish() == ["same", "differs"]
    assert (bench.candidate.asked, bench.secondary.asked) == (["create", "read"], ["create"])


async def test_faults_that_were_put_in_are_told_beside(frame_of: Frames, answer_of: Answers, bench_of: Benches) -> None:
    """What is judged has proofs, which are no requests; what ended without a judgement has none."""
    bench = bench_of(answer_of(b'{"a": 1}', headers=(("content-type", "application/json"),)))
    _ask(bench, frame_of("1"), answer_of(b'{"a": 1}', headers=(("content-type", "application/json"),)))
    _ask(bench, frame_of("2"), DOWN)
    assert sorted(await bench.finish()) == ["legacy_failed(reset)", "same"]
    assert Mutation.VALUE in {proof.mutation for proof in bench.proofs}
    assert {proof.route for proof in bench.proofs} == {bench.seen[0].route}


async def test_a_read_while_the_data_was_written(frame_of: Frames, answer_of: Answers, bench_of: Benches) -> None:
    """No order of the two is the right one; a write that was not mirrored and one that legacy still works on count."""
    bench = bench_of(answer_of(b"2"))
    bench.collector.on_request(frame_of("write", write=True, target="/a/1", started_at=10.0))
    for name, target in (("under way", "/a/1"), ("the list", "/a?page=2"), ("another", "/a/2")):
        _ask(bench, frame_of(name, target=target, started_at=11.0), answer_of(b"1"))
    bench.legacy("write", answer_of(b"2", latency_ms=2000.0))
    await bench.ended(4)
    other = frame_of("other", write=True, target="/b", started_at=20.0).request
    bench.collector.on_unmirrored(UnmirroredFrame(route=WRITTEN, request=other, answer=answer_of(latency_ms=2000.0)))
    for at in (12.5, 21.0, 22.5):
        _ask(bench, frame_of(str(at), target="/a/1" if at < 20 else "/b/1", started_at=at), answer_of(b"1"))
    raced = "skipped(state_race)"
    ends = await bench.finish()
    assert (sorted(ends[:4]), ends[4:]) == (["differs", "same", raced, raced], ["differs", raced, "differs"])


async def test_a_write_that_is_given_up_is_no_race_for_ever(
    frame_of: Frames, answer_of: Answers, bench_of: Benches
) -> None:
    """From when nothing more will be known of it, it counts as done."""
    bench = bench_of(answer_of(), in_flight=1)
    bench.collector.on_request(frame_of("write", write=True, started_at=10.0))
    bench.cancel("write")
    await bench.ended(1)
    _ask(bench, frame_of("read", started_at=bench.now + 1), answer_of())
    assert await bench.finish() == ["skipped(client_cancelled)", "same"]
    assert bench.collector._means.races._under_way == {}


async def test_a_write_is_never_sent_late_to_the_secondary(
    frame_of: Frames, answer_of: Answers, bench_of: Benches
) -> None:
    """It would write after what came later."""
    bench = bench_of(answer_of(status=404), answer_of(status=404))
    bench.collector.on_request(frame_of("1", write=True))
    bench.legacy("1", answer_of())
    assert await bench.finish() == ["differs"]
    assert bench.secondary.asked == []


async def test_a_judge_that_raises(
    frame_of: Frames,
    answer_of: Answers,
    bench_of: Benches,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The request is uncomparable, the next one is judged, and the log has the place but no value of the traffic."""
    bench = bench_of(answer_of())
    judge = bench.collector._means.judge

    def broken(*arguments: Any) -> Any:
        monkeypatch.undo()
        raise KeyError("s3cret of a client", arguments)

    monkeypatch.setattr(judge, "observe", broken)
    with caplog.at_level(logging.ERROR):
        for name in ("1", "2"):
            bench.collector.on_request(frame_of(name))
            bench.legacy(name, answer_of())
            await bench.ended(int(name))
    assert await bench.finish() == ["uncomparable(internal)", "same"]
    (record,) = caplog.records
    text = logging.Formatter().format(record)
    assert text.startswith("comparison.failed route=GET /a error=KeyError at=test_collector.py:")
    assert "s3cret" not in text
    assert "\n" not in text


async def test_a_call_that_raises(frame_of: Frames, bench_of: Benches, caplog: pytest.LogCaptureFixture) -> None:
    """Also where nobody waits for its answer any more, the log has the place of a bug, and no value of the traffic."""

    async def broken(_: Request) -> Reply:
        raise ValueError("s3cret of a client")

    bench = bench_of(broken)
    bench.collector.on_request(frame_of("1"))
    await bench.rest()
    bench.cancel("1")
    assert await bench.finish() == ["skipped(client_cancelled)"]
    (record,) = caplog.records
    assert record.getMessage().startswith("call.failed error=ValueError at=test_collector.py:")
    assert "s3cret" not in caplog.text


async def test_a_drain_sheds_what_is_late(frame_of: Frames, answer_of: Answers, bench_of: Benches) -> None:
    """A candidate that hangs and a legacy that never answered are shed and counted; what is done in time is kept."""

    async def hang(request: Request) -> Reply:
        if request.id == "hang":
            await asyncio.Event().wait()
        return answer_of()

    bench = bench_of(hang)
    for name in ("hang", "no reply", "no reply to a write", "done"):
        is_write = name.endswith("write")
        bench.collector.on_request(frame_of(name, write=is_write, target="/b" if is_write else "/a", body=b"x"))
    for name in ("hang", "done"):
        bench.legacy(name, answer_of())
    await bench.collector.drain(0.02)
    assert Counter(bench.ends) == {"same": 1, "shed(shutdown)": 3}
    bench.keeps_nothing()


async def test_a_drain_right_away(frame_of: Frames, answer_of: Answers, bench_of: Benches) -> None:
    """A request that had no time to begin is counted too; with nothing in flight there is nothing to wait for."""
    bench = bench_of(answer_of())
    await bench.collector.drain(0)
    bench.collector.on_request(frame_of("1"))
    await bench.collector.drain(0)
    assert bench.ends == ["shed(shutdown)"]
    bench.keeps_nothing()


async def test_the_kill_switch(frame_of: Frames, answer_of: Answers, bench_of: Benches) -> None:
    """What is under way ends; what waits for a slot, for its turn or for legacy is not sent, reads and writes."""
    gate = asyncio.Event()

    async def late(_: Request) -> Reply:
        await gate.wait()
        return answer_of()

    bench = bench_of(late, in_flight=1)
    off = False
    bench.collector.obey(lambda: off)
    for name in ("sent", "read", "write"):
        bench.collector.on_request(frame_of(name, write=name == "write"))
        bench.legacy(name, answer_of(_id_body(MINTED)))
    await bench.rest()
    off = True
    gate.set()
    bench.collector.on_request(frame_of("new"))
    assert sorted(await bench.finish()) == ["differs", *["skipped(mirror_off)"] * 3]
    assert bench.candidate.asked == ["sent"]


async def test_what_comes_after_the_kill_switch_goes_no_further(
    frame_of: Frames, answer_of: Answers, bench_of: Benches, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A part that comes before the call has been hung up is not sent."""
    bench = bench_of(answer_of())
    sent: list[bytes] = []

    async def ask(_request: Request, _answer: Any, parts: Any, **_: Any) -> Reply:
        while (part := await parts.take()) is not None:
            sent.append(part)
        return answer_of()

    monkeypatch.setattr(bench.candidate, "ask", ask)
    bench.collector.on_request(msgspec.structs.replace(frame_of("1"), live=True))
    bench.collector.on_part(PartFrame(request_id="1", of_answer=False, data=b"one"))
    await bench.rest()
    bench.collector.turned_off()
    bench.collector.on_part(PartFrame(request_id="1", of_answer=False, data=b"two"))
    assert await bench.finish() == ["skipped(mirror_off)"]
    assert sent == [b"one"]


async def test_the_secondary_is_not_asked_after_the_switch(
    frame_of: Frames, answer_of: Answers, bench_of: Benches
) -> None:
    """Two statuses that nobody can explain any more are no divergence."""
    off = False

    async def turn_off(_: Request) -> Reply:
        nonlocal off
        off = True
        return answer_of(status=404)

    bench = bench_of(turn_off, answer_of())
    bench.collector.obey(lambda: off)
    bench.collector.on_request(frame_of("1"))
    bench.legacy("1", answer_of())
    assert await bench.finish() == ["skipped(mirror_off)"]
    assert bench.secondary.asked == []
