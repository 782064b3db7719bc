"""The engine's side of the mirror: counts what entered, and sends copies to the compare process without blocking."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol as Interface

from crossfade.shadow.capture.sink import Interest, RequestHead
from crossfade.shadow.compare.decode.framing import answer_framing
from crossfade.shadow.compare.decode.media import media_type
from crossfade.shadow.exchange import Headers, Reply, Request
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import STREAMED_ANSWERS, STREAMED_REQUESTS, RouteInfo
from crossfade.shadow.exchange.served import Served
from crossfade.shadow.exchange.shadow_headers import is_copy
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.mirror.policy import Plan, Policy
from crossfade.shadow.mirror.unmirrored import UnmirroredWrites
from crossfade.shadow.pipe.frames import (
    AnswerHeadFrame,
    CountsFrame,
    EndFrame,
    Frame,
    PartFrame,
    RequestEndFrame,
    RequestFrame,
    RulesFrame,
    SettledFrame,
    encode,
    reply_frame,
)
from crossfade.shadow.routes.table import RouteTable


class Pipe(Interface):
    """The way to the compare process. No call blocks."""

    def is_down(self) -> bool:
        """Whether the process at the other end is gone."""

    def waiting_bytes(self) -> int:
        """Bytes written that the other process has not read yet."""

    def write(self, data: bytes) -> None:
        """Queues bytes."""


@dataclass(slots=True, kw_only=True)
class _Open:
    """A mirrored request that has not been answered yet.

    ``held`` is one that the candidate is to answer: it may still fall back to legacy, so it is sent with what follows.
    """

    route: RouteInfo
    listener: str
    plan: Plan
    served: Served
    sent: bool = False
    live: bool = False
    held: Request | None = None
    live_answer: bool = False

    def is_sent_write(self) -> bool:
        """Whether it is a write that legacy may have made, and that is not compared as a stream."""
        is_streamed = self.live_answer or self.route.call_type in STREAMED_REQUESTS | STREAMED_ANSWERS
        return self.sent and self.plan.write and not is_streamed


class Feed:
    """A Sink that sends what the engine sees as frames, while fewer than ``buffer_bytes`` wait in the pipe."""

    def __init__(
        self,
        *,
        routes: RouteTable,
        policy: Policy,
        pipe: Pipe,
        buffer_bytes: int,
        stage_of: Callable[[RouteInfo], Stage] = lambda _: Stage.SHADOW,
    ) -> None:
        """``stage_of`` tells the present stage of a route."""
        self._routes = routes
        self._stage_of = stage_of
        self._policy = policy
        self._pipe = pipe
        self._buffer_bytes = buffer_bytes
        self._open: dict[str, _Open] = {}
        self._unmirrored = UnmirroredWrites(self._write, self._has_room)
        self._candidates: dict[str, RouteInfo] = {}
        self._by_candidate: Counter[RouteInfo] = Counter()
        self._entered: Counter[RouteInfo] = Counter()
        self._settled: Counter[tuple[RouteInfo, Outcome, Reason]] = Counter()

    # Sink

    def started(self, head: RequestHead) -> Interest:
        """Counts the request as entered and decides whether to mirror it."""
        route = self._routes.resolve(head.protocol, head.method, head.target, head.listener)
        self._entered[route] += 1
        if head.choice.served is Served.CANDIDATE:
            self._by_candidate[route] += 1
            self._candidates[head.id] = route
        if (settled := settled_by_head(head)) is not None:
            self._settled[(route, *settled)] += 1
            return Interest.NOTHING
        plan = self._policy.decide(head)
        if plan.settled is not None:
            self._settled[(route, *plan.settled)] += 1
            if not plan.learn:
                return Interest.NOTHING
            self._unmirrored.take(head.id, route, head.choice.served)
            return Interest.WHOLE
        self._open[head.id] = _Open(route=route, listener=head.listener, plan=plan, served=head.choice.served)
        return Interest.LIVE if route.call_type in STREAMED_REQUESTS else Interest.WHOLE

    def fell_back(self, request_id: str) -> None:
        """Legacy answers after all, so the request is mirrored as any other; one that was sent already is not."""
        if (route := self._candidates.pop(request_id, None)) is not None:
            self._by_candidate[route] -= 1
        self._unmirrored.fell_back(request_id)
        entry = self._open.get(request_id)
        if entry is None:
            return
        entry.served = Served.LEGACY
        if entry.sent:
            self._settle(request_id, Outcome.SKIPPED, Reason.SERVED_BY_CANDIDATE)
        else:
            self._release(request_id)

    def request_complete(self, request: Request) -> None:
        """Sends the request, or counts it as shed where the pipe is full or broken."""
        self._unmirrored.came(request)
        self._send_request(request, live=False)

    def request_began(self, request: Request) -> None:
        """Sends the beginning of a request whose parts follow."""
        self._unmirrored.came(request)
        self._send_request(request, live=True)

    def request_part(self, request_id: str, data: bytes) -> None:
        """Sends a part of a live request."""
        self._release(request_id)
        self._send_part(request_id, data, of_answer=False)

    def request_ended(self, request_id: str, trailers: Headers) -> None:
        """Ends a live request."""
        self._release(request_id)
        if request_id in self._open:
            self._write(RequestEndFrame(request_id=request_id, trailers=trailers))

    def answer_began(self, request_id: str, status: int, headers: Headers) -> bool:
        """True where the answer is a stream: then its parts are sent as they pass."""
        self._release(request_id)
        entry = self._open.get(request_id)
        if entry is None or not entry.sent or not is_stream(entry.route, headers):
            return False
        entry.live_answer = True
        self._write(AnswerHeadFrame(request_id=request_id, status=status, headers=headers))
        return True

    def answer_part(self, request_id: str, data: bytes) -> None:
        """Sends a part of an answer."""
        self._send_part(request_id, data, of_answer=True)

    def outlives_client(self, request_id: str) -> bool:
        """True for a write that is mirrored: what legacy has committed must reach the other stores."""
        entry = self._open.get(request_id)
        return entry is not None and entry.is_sent_write() and not self._policy.is_off()

    def replied(self, request_id: str, reply: Reply) -> None:
        """Sends the reply after its request."""
        self._candidates.pop(request_id, None)
        self._release(request_id)
        self._unmirrored.ended(request_id, reply)
        entry = self._open.get(request_id)
        if entry is None:
            return
        if not entry.sent:  # legacy answered before it had the whole request: there is nothing to send to the candidate
            self._settle(request_id, Outcome.UNCOMPARABLE, Reason.TRUNCATED)
        elif self._pipe.waiting_bytes() > 2 * self._buffer_bytes:
            self._settle(request_id, Outcome.SHED, Reason.QUEUE_FULL)
        else:
            del self._open[request_id]
            self._write(reply_frame(request_id, reply))

    def cancelled(self, request_id: str) -> None:
        """The client left first: there is no answer to compare with, and a write may have been made all the same."""
        self._candidates.pop(request_id, None)
        self._unmirrored.ended(request_id, None)
        entry = self._open.get(request_id)
        is_abandoned = entry is not None and entry.is_sent_write()
        self._settle(request_id, Outcome.SKIPPED, Reason.ABANDONED_WRITE if is_abandoned else Reason.CLIENT_CANCELLED)

    def passed_through(self, request_id: str, reason: Reason) -> None:
        """The engine passed something through that is not compared."""
        self._candidates.pop(request_id, None)
        self._unmirrored.ended(request_id, None)
        self._settle(request_id, Outcome.UNCOMPARABLE, reason)

    # The run.

    def use(self, policy: Policy) -> None:
        """Applies this policy from the next request on."""
        self._policy = policy

    def tell_rules(self, rules_digest: str) -> None:
        """Tells the compare process, for the report, that other rules apply from now on."""
        self._write(RulesFrame(rules_digest=rules_digest))

    def send_counts(self) -> None:
        """Sends the counters, which the compare process commits together with its outcomes."""
        self._write(self.counts())

    def counts(self) -> CountsFrame:
        """The present counters, with the present stages; what entered and what was settled only grows."""
        return CountsFrame(
            entered=tuple(
                (replace(route, stage=self._stage_of(route)), count) for route, count in self._entered.items()
            ),
            by_candidate=tuple(self._by_candidate.items()),
            settled=tuple((*key, count) for key, count in self._settled.items()),
        )

    def begin_anew(self) -> dict[RouteInfo, int]:
        """Forgets all that a lost compare process was sent; returns what had entered, per route."""
        entered = dict(self._entered)
        for kept in (self._open, self._unmirrored, self._candidates, self._entered, self._settled, self._by_candidate):
            kept.clear()
        return entered

    def finish(self) -> None:
        """Ends the run: settles what is still open, then sends the counters and the end."""
        for request_id in list(self._open):
            self._settle(request_id, Outcome.SHED, Reason.SHUTDOWN)
        self.send_counts()
        self._write(EndFrame())

    def entered_total(self) -> int:
        """Requests that entered since the run began."""
        return self._entered.total()

    def _send_request(self, request: Request, *, live: bool) -> None:
        """Sends the request, holds it, or settles it where it can't be sent."""
        entry = self._open.get(request.id)
        if entry is None:
            return
        entry.live = live
        if entry.served is Served.CANDIDATE and not entry.sent:
            entry.held = request
        else:
            self._send_now(entry, request)

    def _release(self, request_id: str) -> None:
        """Sends a held request: who answers it is certain now."""
        entry = self._open.get(request_id)
        if entry is not None and entry.held is not None:
            request, entry.held = entry.held, None
            self._send_now(entry, request)

    def _send_now(self, entry: _Open, request: Request) -> None:
        refused = self._refusal(request)
        if refused is not None:
            self._settle(request.id, *refused)
            if entry.plan.write:
                self._unmirrored.take(request.id, entry.route, entry.served)
                self._unmirrored.came(request)
            return
        entry.sent = True
        self._write(
            RequestFrame(
                route=entry.route,
                listener=entry.listener,
                write=entry.plan.write,
                ask_secondary=entry.plan.ask_secondary,
                live=entry.live,
                request=request,
                served=entry.served,
            )
        )

    def _refusal(self, request: Request) -> tuple[Outcome, Reason] | None:
        if request.truncated:  # the candidate would get a different request from legacy's
            return Outcome.UNCOMPARABLE, Reason.TRUNCATED
        if self._pipe.is_down():
            return Outcome.SHED, Reason.COMPARE_DOWN
        if not self._has_room(len(request.body)):
            return Outcome.SHED, Reason.QUEUE_FULL
        return None

    def _send_part(self, request_id: str, data: bytes, *, of_answer: bool) -> None:
        """Sends a part. Without room for it the request ends: the parts after it would mean nothing."""
        if request_id not in self._open:
            return
        if not self._has_room(len(data)):
            self._settle(request_id, Outcome.SHED, Reason.QUEUE_FULL)
        else:
            self._write(PartFrame(request_id=request_id, of_answer=of_answer, data=data))

    def _settle(self, request_id: str, outcome: Outcome, reason: Reason) -> None:
        """Ends a request without a reply. The compare process counts those that it was sent, the feed the others."""
        entry = self._open.pop(request_id, None)
        if entry is None:
            return
        if entry.sent:
            self._write(SettledFrame(request_id=request_id, outcome=outcome, reason=reason))
        else:
            self._settled[entry.route, outcome, reason] += 1

    def _has_room(self, more_bytes: int) -> bool:
        return self._pipe.waiting_bytes() + more_bytes <= self._buffer_bytes

    def _write(self, frame: Frame) -> None:
        if not self._pipe.is_down():
            self._pipe.write(encode(frame))


def settled_by_head(head: RequestHead) -> tuple[Outcome, Reason] | None:
    """The outcome that a head alone decides: a copy that came back, or something that can't be compared."""
    if is_copy(head.headers):
        return Outcome.SKIPPED, Reason.LOOP
    if head.refused or _is_grpc_web(head.headers):
        return Outcome.UNCOMPARABLE, Reason.UNSUPPORTED
    return None


def _is_grpc_web(headers: Headers) -> bool:
    """Its trailers travel in the body, in frames of its own (grpc/doc/PROTOCOL-WEB.md)."""
    return media_type(headers)[0].startswith("application/grpc-web")


def is_stream(route: RouteInfo, headers: Headers) -> bool:
    """Whether an answer is compared message by message as it comes."""
    if route.protocol == "grpc":
        return route.call_type in STREAMED_ANSWERS
    return answer_framing(headers, 0) is not None
