"""The collector under any interleaving of frames, side outcomes and time: one end for each request, nothing kept."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from crossfade.shadow.asking.clients.answer import AnswerInProgress
from crossfade.shadow.asking.clients.notes import Notes
from crossfade.shadow.asking.clients.request_parts import RequestParts
from crossfade.shadow.asking.collector import Collector
from crossfade.shadow.asking.limits import Limits
from crossfade.shadow.asking.means import means_of
from crossfade.shadow.asking.sides import Sides
from crossfade.shadow.bindings.bindings import Bindings
from crossfade.shadow.exchange import Answer, Failure, FailureReason, Protocol, Reply, Request
from crossfade.shadow.exchange.observations import Observation, Proof, Settled
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import STREAMED_ANSWERS, RouteInfo
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.judging.judge import Judge
from crossfade.shadow.pipe.frames import (
    AnswerHeadFrame,
    PartFrame,
    RequestEndFrame,
    RequestFrame,
    SettledFrame,
    UnmirroredFrame,
    reply_frame,
)

WRITTEN = RouteInfo(route="POST /a", protocol="http", call_type="http", stage=Stage.SHADOW)
HANDLES = ("7f30116a-cd6a-42de-8ef0-dd270b92b597", "698aed65-686c-4c9f-9364-b7706b3d75a2")
EVENTS = (("content-type", "text/event-stream"),)
JSON = (("content-type", "application/json"),)
DOWN = Failure(reason=FailureReason.RESET, detail="", latency_ms=1.0)
BODIES = (b"{}", b"{}", b"{}", b'{"a": 1}', *(b'{"id": "%s"}' % handle.encode() for handle in HANDLES), b"x" * 300)
MESSAGES = (b"data: 1\n\n", b"data: 1\n\n", b"data: 2\n\n", b"data: %s\n\n" % (b"x" * 200))
ENDS = (
    (Outcome.SKIPPED, Reason.CLIENT_CANCELLED),
    (Outcome.SHED, Reason.SHUTDOWN),
    (Outcome.SHED, Reason.QUEUE_FULL),
    (Outcome.UNCOMPARABLE, Reason.UNSUPPORTED),
)


class Loop(asyncio.SelectorEventLoop):
    """Its time stands still but for ``now``."""

    now = 0.0

    def time(self) -> float:
        return self.now


class Seen:
    """What the engine has told of one request."""

    def __init__(self, frame: RequestFrame) -> None:
        self.frame = frame
        self.is_open = True  # the engine may still tell something
        self.is_coming = frame.live
        self.is_stream = False
        self.is_done = False  # legacy has answered to its end
        self.met_bug = False  # in a side


class Call:
    """A request at a side, which answers when the test lets it."""

    def __init__(self, request_id: str, answer: AnswerInProgress) -> None:
        self.request_id = request_id
        self.answer = answer
        self.done: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()


class Side:
    """Stands for an upstream."""

    deadline_s = 10.0
    body_limit_bytes = 1000

    def __init__(self, seen: dict[str, Seen], is_off: Callable[[], bool]) -> None:
        self.notes = Notes()
        self.sent: Counter[str] = Counter()
        self.open: list[Call] = []
        self.broken: list[str] = []
        self._seen = seen
        self._is_off = is_off

    def takes(self, request: Request) -> bool:
        return request.target != "/unsendable"

    def new_answer(self, framing_of: Any, copy_bytes: int = 0) -> AnswerInProgress:
        return AnswerInProgress(limit_bytes=self.body_limit_bytes, framing_of=framing_of, copy_bytes=copy_bytes)

    async def ask(
        self, request: Request, answer: AnswerInProgress, parts: RequestParts | None = None, **_: Any
    ) -> Reply:
        """Sends nothing while mirroring is off, and no whole write before legacy has done it."""
        seen = self._seen[request.id]
        self._look("sent while mirroring is off", not self._is_off())
        self._look("sent before legacy", not seen.frame.write or seen.frame.live or seen.is_done)
        self.sent[request.id] += 1
        call = Call(request.id, answer)
        self.open.append(call)
        reading = asyncio.create_task(self._read(parts, seen)) if parts is not None else None
        try:
            return await call.done
        except ValueError:
            seen.met_bug = True
            raise
        finally:
            self.open.remove(call)
            if reading is not None:
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)

    async def _read(self, parts: RequestParts, seen: Seen) -> None:
        while await parts.take() is not None:
            self._look("a part sent while mirroring is off", not self._is_off())
        self._look("ended while mirroring is off", not self._is_off())
        self._look("ended before legacy", not seen.frame.write or seen.is_done)

    def _look(self, what: str, is_so: bool) -> None:
        """An assertion would be lost in a task."""
        if not is_so:
            self.broken.append(what)


_OPEN = 5
_REST = 12
_END_REST = 200
"""Turns that were given up end one after the other, in any order of the requests that are cancelled together."""
_DOES = ("answers", "answers", "answers", "refuses", "passes on", "fails", "raises", "begins", "adds", "ends")
_steps = st.tuples(st.sampled_from(_DOES), st.sampled_from(BODIES), st.sampled_from(MESSAGES))


class Traffic(RuleBasedStateMachine):
    """What an engine, two sides and a clock may do."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = Loop()
        self.errors: list[dict[str, Any]] = []
        self.internal: set[str] = set()
        self.loop.set_exception_handler(lambda _, context: self.errors.append(context))
        self.seen: dict[str, Seen] = {}
        self.ends: Counter[str] = Counter()
        self.off = False
        self.strays = 0
        self.sides = [Side(self.seen, lambda: self.off) for _ in range(2)]
        self.collector = self._run(self._begin)

    async def _begin(self) -> Collector:
        candidate, secondary = self.sides
        collector = Collector(
            sides={"web": Sides(candidate=candidate, secondary=secondary)},  # type: ignore[arg-type]
            means=means_of(
                contract=None,
                judge=Judge(contract=None),
                bindings=Bindings(contract=None, shared=False),
                limits=Limits(in_flight=3, waiting=6, held_bytes=1500, wait_s=5.0, deadline_s=10.0, recheck_pct=50.0),
            ),
            record=self._record,
        )
        collector.obey(lambda: self.off)
        return collector

    def _record(self, observation: Observation | Proof) -> None:
        if isinstance(observation, Proof):
            return
        if isinstance(observation, Settled) and observation.reason is Reason.INTERNAL:
            self.internal.add(observation.route.route)
        self.ends[observation.route.route] += 1

    def _run(self, work: Callable[[], Awaitable[Any]], rest: int = _REST) -> Any:
        """Runs something in the loop, and then lets everything run that can."""

        async def run() -> Any:
            found = await work()
            for _ in range(rest):
                await asyncio.sleep(0)
            return found

        return self.loop.run_until_complete(run())

    def _take(self, handle: Callable[[Any], None], frame: Any, rest: int = _REST) -> None:
        async def take() -> None:
            handle(frame)

        self._run(take, rest)

    def _pick(self, data: st.DataObject, wanted: Callable[[Seen], bool]) -> str:
        return data.draw(st.sampled_from([name for name, seen in self.seen.items() if wanted(seen)]))

    def _may_stray(self, seen: Seen) -> bool:
        """Whether all frames have come of a request whose comparison goes on."""
        return not seen.is_open and not self.ends[seen.frame.route.route]

    def _any(self, wanted: Callable[[Seen], bool]) -> bool:
        return any(wanted(seen) for seen in self.seen.values())

    # the engine

    @precondition(lambda self: sum(seen.is_open for seen in self.seen.values()) < _OPEN)
    @rule(
        write=st.booleans(),
        secondary=st.booleans(),
        live=st.booleans(),
        call_type=st.sampled_from(["http", "http", "server_stream"]),
        path=st.sampled_from([*["/a", "/b", "/c"] * 4, "/unsendable", *(f"/a/{handle}" for handle in HANDLES)]),
        body=st.sampled_from([b"", *BODIES]),
        rest=st.sampled_from([0, _REST]),
    )
    def request(
        self, *, write: bool, secondary: bool, live: bool, call_type: str, path: str, body: bytes, rest: int
    ) -> None:
        """A request comes, whole or live."""
        self._enter(path, write=write, secondary=secondary, live=live, call_type=call_type, body=body, rest=rest)

    def _enter(
        self, path: str, *, write: bool, secondary: bool, live: bool, call_type: str, body: bytes, rest: int
    ) -> str:
        name = str(len(self.seen))
        request = Request(
            id=name,
            protocol=Protocol.HTTP,
            method="POST" if write else "GET",
            scheme="http",
            authority="a.test",
            target=path,
            headers=JSON,
            body=body,
            truncated=False,
            trailers=(),
            started_at=float(len(self.seen)),
        )
        route = RouteInfo(route=name, protocol="http", call_type=call_type, stage=Stage.SHADOW)
        frame = RequestFrame(
            route=route, listener="web", write=write, ask_secondary=secondary, live=live, request=request
        )
        self.seen[name] = Seen(frame)
        self._take(self.collector.on_request, frame, rest)
        return name

    @precondition(lambda self: sum(seen.is_open for seen in self.seen.values()) < _OPEN)
    @rule(
        secondary=st.booleans(),
        body=st.sampled_from(BODIES),
        answers=st.lists(_steps, min_size=1, max_size=6),
        write=st.sampled_from(["", "", "before", "during"]),
    )
    def a_read_and_what_the_sides_say(
        self, *, secondary: bool, body: bytes, answers: list[tuple[str, bytes, bytes]], write: str
    ) -> None:
        """A read of data of its own that legacy answers at once; the sides do so one after the other, and again."""
        path = f"/r{len(self.seen)}"
        name = self._enter(path, write=False, secondary=secondary, live=False, call_type="http", body=b"", rest=_REST)
        self.seen[name].is_open, self.seen[name].is_done = False, True
        self._take(self.collector.on_reply, reply_frame(name, _answer(body, JSON)))
        if write:
            other = self._enter(
                path if write == "during" else "/w",
                write=True,
                secondary=secondary,
                live=False,
                call_type="http",
                body=b"",
                rest=_REST,
            )
            self.seen[other].is_open, self.seen[other].is_done = False, True
            self._take(self.collector.on_reply, reply_frame(other, _answer(body, JSON)))
        for step in answers:

            async def answer(step: tuple[str, bytes, bytes] = step) -> None:
                for call in [call for side in self.sides for call in side.open if call.request_id == name]:
                    _go_on(call, *step)

            self._run(answer)

    @precondition(lambda self: self._any(lambda seen: seen.is_open and seen.is_coming))
    @rule(data=st.data(), body=st.sampled_from(BODIES), ends=st.booleans())
    def request_goes_on(self, data: st.DataObject, body: bytes, ends: bool) -> None:
        """A part of a live request, or its end."""
        name = self._pick(data, lambda seen: seen.is_open and seen.is_coming)
        if ends:
            self.seen[name].is_coming = False
            self._take(self.collector.on_request_end, RequestEndFrame(request_id=name, trailers=()))
        else:
            self._take(self.collector.on_part, PartFrame(request_id=name, of_answer=False, data=body))

    @precondition(lambda self: self._any(lambda seen: seen.is_open and not seen.is_stream))
    @rule(data=st.data())
    def legacy_streams(self, data: st.DataObject) -> None:
        """Legacy's answer begins."""
        name = self._pick(data, lambda seen: seen.is_open and not seen.is_stream)
        self.seen[name].is_stream = True
        self._take(self.collector.on_answer_head, AnswerHeadFrame(request_id=name, status=200, headers=EVENTS))

    @precondition(lambda self: self._any(lambda seen: seen.is_open and seen.is_stream))
    @rule(data=st.data(), message=st.sampled_from(MESSAGES))
    def legacy_goes_on(self, data: st.DataObject, message: bytes) -> None:
        """A message of legacy's."""
        name = self._pick(data, lambda seen: seen.is_open and seen.is_stream)
        self._take(self.collector.on_part, PartFrame(request_id=name, of_answer=True, data=message))

    @precondition(lambda self: self._any(lambda seen: seen.is_open))
    @rule(data=st.data(), body=st.sampled_from(BODIES), fails=st.booleans())
    def legacy_replies(self, data: st.DataObject, body: bytes, fails: bool) -> None:
        """Legacy's answer is complete, or there is none."""
        name = self._pick(data, lambda seen: seen.is_open)
        seen = self.seen[name]
        seen.is_open, seen.is_done = False, not fails
        reply = DOWN if fails else _answer(b"" if seen.is_stream else body, EVENTS if seen.is_stream else JSON)
        self._take(self.collector.on_reply, reply_frame(name, reply))

    @precondition(lambda self: self._any(lambda seen: seen.is_open))
    @rule(data=st.data(), end=st.sampled_from(ENDS))
    def engine_settles(self, data: st.DataObject, end: tuple[Outcome, Reason]) -> None:
        """The client leaves, or the pipe is full."""
        name = self._pick(data, lambda seen: seen.is_open)
        self.seen[name].is_open = False
        self._take(self.collector.on_settled, SettledFrame(request_id=name, outcome=end[0], reason=end[1]))

    @rule(handle=st.sampled_from([*HANDLES, *[""] * 6]))
    def legacy_mints(self, handle: str) -> None:
        """A write that legacy alone got, and the handle in its answer."""
        request = Request(
            id="w",
            protocol=Protocol.HTTP,
            method="POST",
            scheme="http",
            authority="a.test",
            target="/a",
            headers=(),
            body=b"",
            truncated=False,
            trailers=(),
            started_at=0.0,
        )
        answer = _answer(b'{"id": "%s"}' % handle.encode(), JSON)
        self._take(self.collector.on_unmirrored, UnmirroredFrame(route=WRITTEN, request=request, answer=answer))

    @precondition(lambda self: self._any(self._may_stray))
    @rule(data=st.data(), kind=st.sampled_from(["part", "answer part", "end", "head", "reply", "failure", "settled"]))
    def stray(self, data: st.DataObject, kind: str) -> None:
        """A frame of which the engine has no more: it costs a line in the log at most."""
        name = self._pick(data, self._may_stray)
        self.strays += 1
        match kind:
            case "part" | "answer part":
                frame = PartFrame(request_id=name, of_answer=kind != "part", data=b"data: 1\n\n")
                self._take(self.collector.on_part, frame)
            case "end":
                self._take(self.collector.on_request_end, RequestEndFrame(request_id=name, trailers=()))
            case "head":
                head = AnswerHeadFrame(request_id=name, status=200, headers=EVENTS)
                self._take(self.collector.on_answer_head, head)
            case "reply" | "failure":
                reply = DOWN if kind == "failure" else _answer(b"{}", JSON)
                self._take(self.collector.on_reply, reply_frame(name, reply))
            case _:
                settled = SettledFrame(request_id=name, outcome=Outcome.SHED, reason=Reason.QUEUE_FULL)
                self._take(self.collector.on_settled, settled)

    # the sides

    @precondition(lambda self: any(side.open for side in self.sides))
    @rule(data=st.data(), steps=st.lists(_steps, min_size=1, max_size=4))
    def side_goes_on(self, data: st.DataObject, steps: list[tuple[str, bytes, bytes]]) -> None:
        """A side answers as a whole, fails, or gives more of a stream."""
        call = data.draw(st.sampled_from([call for side in self.sides for call in side.open]))

        async def go_on() -> None:
            for step in steps:
                if not call.done.done():
                    _go_on(call, *step)

        self._run(go_on)

    # all of it

    @rule(seconds=st.sampled_from([0.5, 1.0, 5.0, 10.0]))
    def time_passes(self, seconds: float) -> None:
        """Turns and deadlines run out."""
        self.loop.now += seconds
        self._run(_nothing)

    @rule(off=st.sampled_from([False, False, True]))
    def turned_off(self, off: bool) -> None:
        """The kill switch; some time later mirroring may go on."""
        self._run(_nothing)  # what was sent is on its way

        async def turn() -> None:
            self.off = off
            if off:
                self.collector.turned_off()

        self._run(turn)

    @invariant()
    def holds_what_is_stated(self) -> None:
        """No write twice at a side, no read more often than it may be looked at; no end twice; bounds are kept."""
        for side, most in zip(self.sides, (2, 3), strict=True):
            assert all(count <= self._most(name, most) for name, count in side.sent.items())
        assert all(count == 1 for count in self.ends.values())
        assert self.ends.total() + self.collector.in_flight() == len(self.seen)
        load = self.collector.load(0.0)
        assert load.held_bytes >= 0
        assert 0 <= load.slots_in_use <= 3
        assert self.strays or not self.collector.mistakes.counts
        assert not self._wrong()

    def _most(self, name: str, looks: int) -> int:
        frame = self.seen[name].frame
        return 1 if frame.write or frame.live or frame.route.call_type in STREAMED_ANSWERS else looks

    def _wrong(self) -> tuple[object, ...]:
        """What went wrong in tasks: a broken rule, a bug of crossfade's, what asyncio complains of."""
        bugs = {name for name in self.internal if not self.seen[name].met_bug}
        return (*self.errors, *(what for side in self.sides for what in side.broken), *bugs)

    def teardown(self) -> None:
        """The run ends: every request has one observation, and nothing is kept."""
        try:
            self._run(lambda: self.collector.drain(0), rest=_END_REST)
            assert self.ends == Counter(dict.fromkeys(self.seen, 1))
            collector: Any = self.collector
            kept = collector._comparisons
            assert (len(kept), kept.held_bytes, kept.suspects.count()) == (0, 0, 0)
            assert kept.suspects._holders == {}
            assert collector._means.admission.in_use() == (0, 0)
            assert (collector._means.order._reads, collector._means.order._write) == ({}, None)
            assert [side.open for side in self.sides] == [[], []]
            assert not self._wrong()
        finally:
            self.loop.close()


def _answer(body: bytes, headers: tuple[tuple[str, str], ...], status: int = 200) -> Answer:
    return Answer(status=status, headers=headers, body=body, truncated=False, trailers=(), latency_ms=1.0)


def _go_on(call: Call, what: str, body: bytes, message: bytes) -> None:
    is_stream = call.answer.is_stream
    match what:
        case "answers" | "refuses" if not is_stream:
            call.done.set_result(_answer(body, JSON, 200 if what == "answers" else 404))
        case "passes on" if not is_stream:
            call.done.set_result(_answer(body, (*JSON, ("x-crossfade-served-by", "legacy"))))
        case "fails":
            call.done.set_result(DOWN)
        case "raises":
            call.done.set_exception(ValueError("a bug"))
        case "begins" if not call.answer.status:
            call.answer.begin(200, EVENTS)
        case "adds" if call.answer.status:
            call.answer.add(message)
        case "ends" if call.answer.status:
            call.done.set_result(call.answer.end())


async def _nothing() -> None:
    return


TestTraffic = Traffic.TestCase
TestTraffic.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
