"""gRPC streams go on message by message to client and candidate, and are compared as they go."""

import asyncio
import itertools
import threading
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest

from crossfade.shadow.compare.streams import StreamDiff
from crossfade.shadow.exchange.observations import Judged, Settled
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.judging.judge import Judge

pytestmark = [
    # mitmproxy 11 and its own dependencies warn on import and on closing sockets
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def findings(judged: Judged) -> set[tuple[str, str]]:
    """Where and how the candidate differed."""
    return {(item.template, item.kind) for item in judged.signature}


@pytest.fixture
def watch(note: Callable[..., Any]) -> Callable[..., Any]:
    """Makes a server's Watch that sends these texts and then perhaps trailers or a status."""

    def make(*texts: str, trailers: tuple[tuple[str, str], ...] = (), abort: Any = None) -> Any:
        def behaviour(_request: Any, context: Any) -> Iterator[Any]:
            for number, text in enumerate(texts):
                yield note(text=text, number=number)
            context.set_trailing_metadata(trailers)
            if abort is not None:
                context.abort(abort, "no more")

        return behaviour

    return make


class _WatchedJudge(Judge):
    """Tells when messages of a stream were compared."""

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self._diffs: list[StreamDiff] = []

    def stream_diff(self, *args: Any) -> StreamDiff:
        self._diffs.append(super().stream_diff(*args))
        return self._diffs[-1]

    def has_compared(self) -> bool:
        return any(diff.compared for diff in self._diffs)


async def _read_all(stub: Any, request: Any) -> list[Any]:
    return await asyncio.to_thread(lambda: list(stub(request)))


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("a", "b", "c"), set()),
        (("a", "B", "c"), {("message[*].text", "value")}),
        (("a", "b"), {("message[*]", "missing")}),
        (("a", "b", "c", "d"), {("message[*]", "added")}),
    ],
)
async def test_a_server_stream_is_compared(
    serve: Any, stage: Any, dial: Any, note: Any, watch: Any, texts: tuple[str, ...], expected: set[tuple[str, str]]
) -> None:
    """Each message counts, and so does their number."""
    on = await stage(serve({"Watch": watch("a", "b", "c")}), serve({"Watch": watch(*texts)}))
    got = await _read_all(dial(on.port("one"), "Watch"), note(text="go"))
    assert [item.text for item in got] == ["a", "b", "c"]
    judged = await on.judged()
    assert findings(judged) == expected
    assert judged.cut is None


async def test_the_order_of_messages(serve: Any, stage: Any, dial: Any, note: Any) -> None:
    """The same messages in another order are not the same stream."""

    def sending(*texts: str) -> Any:
        return lambda _request, _context: iter([note(text=text) for text in texts])

    on = await stage(serve({"Watch": sending("a", "b")}), serve({"Watch": sending("b", "a")}))
    await _read_all(dial(on.port("one"), "Watch"), note())
    assert findings(await on.judged()) == {("message", "order")}


async def test_how_a_stream_ends(serve: Any, stage: Any, dial: Any, note: Any, watch: Any) -> None:
    """Status and trailers behind the last message are compared."""
    legacy = serve({"Watch": watch("a", trailers=(("x-end", "1"),))})
    on = await stage(legacy, serve({"Watch": watch("a", trailers=(("x-end", "2"),), abort=grpc.StatusCode.ABORTED)}))
    await _read_all(dial(on.port("one"), "Watch"), note())
    assert {("status.code", "value"), ("trailer.x-end", "value")} <= findings(await on.judged())


async def test_a_watch_flows(serve: Any, stage: Any, dial: Any, note: Any, gate: Any) -> None:
    """The first message reaches the client, and the candidate's is compared, before the second is produced."""
    second = gate()
    candidate_asked = gate()

    def legacy(_request: Any, _context: Any) -> Iterator[Any]:
        yield note(text="first")
        second.wait(10)
        yield note(text="second")

    def candidate(request: Any, _context: Any) -> Iterator[Any]:
        assert request.text == "go"
        candidate_asked.set()
        yield note(text="first")
        second.wait(10)
        yield note(text="second")

    on = await stage(serve({"Watch": legacy}), serve({"Watch": candidate}))

    def read() -> list[bytes]:
        call = dial(on.port("one"), "Watch")(note(text="go"))
        first = next(call)
        assert candidate_asked.wait(5)
        assert not second.is_set()
        second.set()
        return [first.SerializeToString(), *(item.SerializeToString() for item in call)]

    got = await asyncio.to_thread(read)
    assert got == [note(text="first").SerializeToString(), note(text="second").SerializeToString()]
    assert findings(await on.judged()) == set()


async def test_a_conversation_flows(serve: Any, stage: Any, dial: Any, note: Any) -> None:
    """What the client says reaches legacy and the candidate at once: it waits for each answer before it goes on."""
    heard: list[bytes] = []

    def legacy(requests: Any, _context: Any) -> Iterator[Any]:
        for item in requests:
            yield note(text=item.text.upper())

    def candidate(requests: Any, _context: Any) -> Iterator[Any]:
        for item in requests:
            heard.append(item.SerializeToString())
            yield note(text=item.text.upper())

    on = await stage(serve({"Talk": legacy}), serve({"Talk": candidate}))

    def talk() -> list[str]:
        said = threading.Semaphore(0)
        texts = iter(["one", "two", "three"])

        def ask() -> Iterator[Any]:
            for text in texts:
                yield note(text=text)
                said.acquire(timeout=10)

        got = []
        for item in dial(on.port("one"), "Talk")(ask()):
            got.append(item.text)
            _until(lambda: len(heard) == len(got))  # the candidate has heard as much, and nothing that was not said
            said.release()
        return got

    assert await asyncio.to_thread(talk) == ["ONE", "TWO", "THREE"]
    assert findings(await on.judged()) == set()
    assert heard == [note(text=text).SerializeToString() for text in ("one", "two", "three")]


def _until(condition: Callable[[], bool]) -> None:
    waited = threading.Event()
    for _ in range(500):
        if condition():
            return
        waited.wait(0.01)
    raise AssertionError("expected it within 5 s")


async def test_an_upload_is_written_only_where_legacy_took_it(
    serve: Any, stage: Any, dial: Any, note: Any, gate: Any
) -> None:
    """Messages go on as they come; that there are no more is told when legacy has answered."""
    answer = gate()
    heard: list[str] = []
    done = gate()

    def legacy(requests: Any, _context: Any) -> Any:
        count = sum(1 for _ in requests)
        answer.wait(10)
        return note(number=count)

    def candidate(requests: Any, _context: Any) -> Any:
        heard.extend(item.text for item in requests)
        done.set()
        return note(number=len(heard))

    on = await stage(serve({"Upload": legacy}), serve({"Upload": candidate}))

    def upload() -> int:
        future = dial(on.port("one"), "Upload").future(iter([note(text="a"), note(text="b")]))
        _until(lambda: len(heard) == 2)
        assert not done.wait(0.2)
        answer.set()
        return int(future.result().number)

    assert await asyncio.to_thread(upload) == 2
    judged = await on.judged()
    assert findings(judged) == set()
    assert heard == ["a", "b"]


async def test_an_upload_that_legacy_refused(serve: Any, stage: Any, dial: Any, note: Any) -> None:
    """An error of legacy is an answer, and compared; the candidate writes what it writes on its own account."""

    def refusing(requests: Any, context: Any) -> Any:
        list(requests)
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, "closed")

    def taking(requests: Any, _context: Any) -> Any:
        return note(number=len(list(requests)))

    on = await stage(serve({"Upload": refusing}), serve({"Upload": taking}))

    def upload() -> grpc.StatusCode:
        with pytest.raises(grpc.RpcError) as caught:
            dial(on.port("one"), "Upload")(iter([note(text="a")]))
        code: grpc.StatusCode = caught.value.code()
        return code

    assert await asyncio.to_thread(upload) is grpc.StatusCode.FAILED_PRECONDITION
    assert ("status.code", "value") in findings(await on.judged())


async def test_a_client_that_leaves(serve: Any, stage: Any, dial: Any, note: Any, gate: Any) -> None:
    """A watch that the client ends is compared as far as it went, and ends at the candidate too."""
    left = gate()

    def endless(_request: Any, context: Any) -> Iterator[Any]:
        context.add_callback(left.set)
        for number in itertools.count():
            yield note(number=number)
            if number >= 2:
                left.wait(10)
                return

    candidate_left = gate()

    def candidate(_request: Any, context: Any) -> Iterator[Any]:
        context.add_callback(candidate_left.set)
        for number in range(3):
            yield note(number=number)
        candidate_left.wait(10)

    on = await stage(serve({"Watch": endless}), serve({"Watch": candidate}))

    def read() -> list[int]:
        call = dial(on.port("one"), "Watch")(note())
        got = [next(call).number for _ in range(3)]
        call.cancel()
        return got

    assert await asyncio.to_thread(read) == [0, 1, 2]
    judged = await on.judged()
    assert findings(judged) == set()
    assert judged.cut is Reason.CUT_BY_CLIENT
    assert await asyncio.to_thread(candidate_left.wait, 5)


async def test_a_client_that_leaves_at_once(serve: Any, stage: Any, dial: Any, note: Any, gate: Any) -> None:
    """Where there was nothing to compare, nothing is said to be the same."""
    never = gate()

    def silent(_request: Any, context: Any) -> Iterator[Any]:
        context.add_callback(never.set)
        never.wait(10)
        return iter(())

    on = await stage(serve({"Watch": silent}), serve({"Watch": silent}))

    def leave() -> None:
        call = dial(on.port("one"), "Watch")(note())
        _until(lambda: bool(on.collector.in_flight()))
        call.cancel()

    await asyncio.to_thread(leave)
    (only,) = await on.ended(1)
    assert isinstance(only, Settled)
    assert (only.outcome, only.reason) == (Outcome.SKIPPED, Reason.CLIENT_CANCELLED)


async def test_a_candidate_that_falls_silent(
    serve: Any, stage: Any, dial: Any, note: Any, watch: Any, gate: Any
) -> None:
    """It has failed when it owes a message for longer than the deadline; a quiet legacy is no fault of it."""
    go_on = gate()

    def hung(_request: Any, _context: Any) -> Iterator[Any]:
        yield note(text="a", number=0)
        go_on.wait(10)

    on = await stage(serve({"Watch": watch("a", "b")}), serve({"Watch": hung}), deadline_s=0.3)
    await _read_all(dial(on.port("one"), "Watch"), note())
    assert findings(await on.judged()) == {("answer", "failed")}


async def test_a_quiet_legacy_is_waited_for(serve: Any, stage: Any, dial: Any, note: Any, gate: Any) -> None:
    """The deadline is for a side that owes something: a watch may be silent for as long as legacy is."""
    more = gate()

    def watching(_request: Any, _context: Any) -> Iterator[Any]:
        yield note(text="a")
        more.wait(10)
        yield note(text="b")

    on = await stage(serve({"Watch": watching}), serve({"Watch": watching}), deadline_s=0.2)

    def read() -> int:
        call = dial(on.port("one"), "Watch")(note())
        next(call)
        more.wait(0.6)
        more.set()
        return len(list(call))

    assert await asyncio.to_thread(read) == 1
    assert findings(await on.judged()) == set()


async def test_a_candidate_that_never_stops(serve: Any, stage: Any, dial: Any, note: Any, watch: Any) -> None:
    """It is told to stop, and what it sent too much is added."""

    def endless(_request: Any, _context: Any) -> Iterator[Any]:
        yield note(text="a", number=0)
        for number in itertools.count(1):
            yield note(text="x" * 1000, number=number)

    on = await stage(serve({"Watch": watch("a")}), serve({"Watch": endless}))
    await _read_all(dial(on.port("one"), "Watch"), note())
    assert ("message[*]", "added") in findings(await on.judged())


async def test_a_long_stream_is_compared_by_windows(serve: Any, stage: Any, dial: Any, note: Any) -> None:
    """Of thousands of messages one that differs is found, wherever it is; maps in another order are no difference."""

    def sending(odd: int, *, backwards: bool) -> Any:
        def behaviour(_request: Any, _context: Any) -> Iterator[Any]:
            for number in range(3000):
                item = note(number=number, text="odd" if number == odd else "even")
                for key in ("b", "a") if backwards else ("a", "b"):
                    item.counts[key] = number
                yield item

        return behaviour

    on = await stage(
        serve({"Watch": sending(-1, backwards=False)}), serve({"Watch": sending(2777, backwards=True)}), deadline_s=10.0
    )
    assert len(await _read_all(dial(on.port("one"), "Watch"), note())) == 3000
    judged = await on.judged()
    assert findings(judged) == {("message[*].text", "value")}
    assert [example.path for example in judged.examples] == ["message[2777].text"]


async def test_noise_in_a_stream(serve: Any, stage: Any, dial: Any, note: Any, watch: Any) -> None:
    """A second legacy shows where a stream differs by itself."""
    sides = [serve({"Watch": watch(f"clock {name}", "b")}) for name in ("one", "two", "three")]
    on = await stage(*sides)
    await _read_all(dial(on.port("one"), "Watch"), note())
    judged = await on.judged()
    assert findings(judged) == set()
    assert {(item.template, item.kind) for item in judged.excused} == {("message[*].text", "value")}
    assert judged.noise is not None
    assert {(item.template, item.kind) for item in judged.noise} == {("message[*].text", "value")}


async def test_a_status_in_the_middle(serve: Any, stage: Any, dial: Any, note: Any, watch: Any) -> None:
    """An error behind messages is an answer, and the candidate's longer stream another one."""
    legacy = serve({"Watch": watch("a", abort=grpc.StatusCode.UNAVAILABLE)})
    on = await stage(legacy, serve({"Watch": watch("a", "b")}))

    def read() -> grpc.StatusCode:
        with pytest.raises(grpc.RpcError) as caught:
            list(dial(on.port("one"), "Watch")(note()))
        code: grpc.StatusCode = caught.value.code()
        return code

    assert await asyncio.to_thread(read) is grpc.StatusCode.UNAVAILABLE
    assert {("status.code", "value"), ("message[*]", "added")} <= findings(await on.judged())


async def test_a_conversation_in_each_sides_own_handles(serve: Any, stage: Any, dial: Any, note: Any) -> None:
    """A session that the first answer names comes back in the next message: each side gets its own, and no other."""
    sessions = ("7f30116a-cd6a-42de-8ef0-dd270b92b597", "698aed65-686c-4c9f-9364-b7706b3d75a2")

    def speaking(session: str) -> Any:
        def behaviour(requests: Any, _context: Any) -> Iterator[Any]:
            for item in requests:
                yield note(text=f"{item.text == session}" if item.text else session)

        return behaviour

    on = await stage(*(serve({"Talk": speaking(session)}) for session in sessions))
    answers: list[str] = []

    def say() -> Iterator[Any]:
        yield note()
        _until(lambda: answers and on.collector._means.bindings._tables)
        yield note(text=answers[0])

    def talk() -> None:
        for item in dial(on.port("one"), "Talk")(say()):
            answers.append(item.text)  # noqa: PERF401 - it is read while it grows

    await asyncio.to_thread(talk)
    assert answers == [sessions[0], "True"]
    assert findings(await on.judged()) == set()


@pytest.mark.slow
async def test_quiet_on_all_sides(serve: Any, stage: Any, dial: Any, note: Any, gate: Any) -> None:
    """A service that begins to answer with its first message owes nothing before legacy's has come."""
    more = gate()

    def quiet(_request: Any, _context: Any) -> Iterator[Any]:
        more.wait(10)
        yield note(text="a")

    on = await stage(serve({"Watch": quiet}), serve({"Watch": quiet}), deadline_s=0.3)

    def read() -> int:
        call = dial(on.port("one"), "Watch")(note())
        more.wait(1.0)
        more.set()
        return len(list(call))

    assert await asyncio.to_thread(read) == 1
    assert findings(await on.judged()) == set()


@pytest.mark.slow
async def test_an_idle_conversation_holds_up_no_write(serve: Any, stage: Any, dial: Any, note: Any, gate: Any) -> None:
    """Neither a client stream without a message nor a watch without an answer stands before a write."""
    over = gate()

    def taking(requests: Any, _context: Any) -> Any:
        return note(number=len(list(requests)))

    def silent(*_: Any) -> Iterator[Any]:
        over.wait(10)
        yield note()

    sides = [serve({"Talk": silent, "Watch": silent, "Upload": taking}) for _ in range(2)]
    on = await stage(*sides, wait_s=4.0)

    def work() -> list[int]:
        talk = dial(on.port("one"), "Talk")(iter(lambda: over.wait(10) and None, None))
        watch = dial(on.port("one"), "Watch")(note())
        _until(lambda: on.collector.in_flight() == 2)
        sent = [dial(on.port("one"), "Upload")(iter([note(), note()])).number for _ in range(2)]
        _until(lambda: len(on.seen) == 2)  # while both streams are still silent
        over.set()
        assert (len(list(talk)), len(list(watch))) == (1, 1)
        return sent

    assert await asyncio.to_thread(work) == [2, 2]
    await on.ended(4)
    uploads = [item for item in on.seen if item.route.route.endswith("Upload")]
    assert [(type(item), item.signature) for item in uploads if isinstance(item, Judged)] == [(Judged, ())] * 2


async def test_a_held_half_close_and_a_client_that_leaves(
    serve: Any, stage: Any, dial: Any, note: Any, gate: Any, contract: Any
) -> None:
    """The candidate was not told of the end and owes nothing: the comparison ends with what there was."""
    left = gate()
    judge = _WatchedJudge(contract=contract)

    def legacy(requests: Any, context: Any) -> Iterator[Any]:
        context.add_callback(left.set)
        for _ in requests:
            yield note(text="a")
        yield note(text="more")
        left.wait(10)

    def candidate(requests: Any, _context: Any) -> Iterator[Any]:
        for _ in requests:
            yield note(text="a")

    on = await stage(serve({"Talk": legacy}), serve({"Talk": candidate}), deadline_s=0.5, judge=judge)

    def talk() -> None:
        call = dial(on.port("one"), "Talk")(iter([note()]))
        assert [next(call).text for _ in range(2)] == ["a", "more"]
        _until(judge.has_compared)
        call.cancel()

    await asyncio.to_thread(talk)
    judged = await on.judged()
    assert (findings(judged), judged.cut) == (set(), Reason.CUT_BY_CLIENT)


async def test_the_kill_switch_ends_what_is_still_sent(serve: Any, stage: Any, dial: Any, note: Any) -> None:
    """After it the candidate gets nothing more of a conversation that goes on at legacy."""
    heard: list[str] = []
    turned_off = threading.Event()

    def legacy(requests: Any, _context: Any) -> Iterator[Any]:
        for item in requests:
            yield note(text=item.text)

    def candidate(requests: Any, _context: Any) -> Iterator[Any]:
        for item in requests:
            heard.append(item.text)
            yield note(text=item.text)

    on = await stage(serve({"Talk": legacy}), serve({"Talk": candidate}))

    def say() -> Iterator[Any]:
        yield note(text="one")
        turned_off.wait(10)
        yield note(text="two")

    def talk() -> list[str]:
        return [item.text for item in dial(on.port("one"), "Talk")(say())]

    talking = asyncio.create_task(asyncio.to_thread(talk))
    await asyncio.to_thread(_until, lambda: heard == ["one"])
    on.collector.turned_off()
    turned_off.set()
    assert await talking == ["one", "two"]
    (only,) = await on.ended(1)
    assert isinstance(only, Settled)
    assert (only.outcome, only.reason) == (Outcome.SKIPPED, Reason.MIRROR_OFF)
    assert heard == ["one"]
