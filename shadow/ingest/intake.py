"""From what the services send to observations: counts as they are told, pairs judged by the one differ."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from crossfade.shadow.errors import where
from crossfade.shadow.exchange import Comparison, Failure, Protocol
from crossfade.shadow.exchange.observations import Judged, Observation, Settled
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import OTHER, STREAMED_ANSWERS, RouteInfo
from crossfade.shadow.exchange.shadow_headers import is_served_by_legacy
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.ingest.answers import build_request
from crossfade.shadow.ingest.complaints import Complaints
from crossfade.shadow.ingest.ledger import Books, Ledger
from crossfade.shadow.ingest.protocol import Counts, Equal, Pair, Unreadable, is_route
from crossfade.shadow.ingest.reasons import UNKNOWN, end_of
from crossfade.shadow.ingest.second import Second
from crossfade.shadow.judging.drift import has_drifted
from crossfade.shadow.judging.handles import ForeignHandles
from crossfade.shadow.judging.judge import Judge
from crossfade.shadow.routes.table import RouteTable

T = TypeVar("T")
_AT_ONCE = 500
_NO_ROUTE = RouteInfo(route=OTHER, protocol=Protocol.GRPC.value, call_type="unknown", stage=Stage.SHADOW)

log = logging.getLogger("crossfade.ingest")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where an intake takes the time (seconds since the epoch) and new ids from."""

    now: Callable[[], float]
    new_id: Callable[[], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """What pairs are judged by; without ``second`` nothing is known of noise."""

    routes: RouteTable
    judge: Judge
    handles: ForeignHandles
    second: Second | None = None


class Intake:
    """Every request that a service told of ends in exactly one outcome, or is in flight."""

    def __init__(
        self,
        *,
        judging: Judging,
        record: Callable[[Observation], None],
        source: Source,
        complaints: Complaints,
    ) -> None:
        self._routes = judging.routes
        self._judge = judging.judge
        self._handles = judging.handles
        self._second = judging.second
        self._record = record
        self._source = source
        self._complaints = complaints
        self.books = Books()

    def begin(self) -> Ledger:
        """A ledger for a connection, which comes with all that is taken from it."""
        return self.books.begin()

    def close(self, ledger: Ledger) -> None:
        """A connection ended: what it told of and did not end is shed, for no other one is believed to end it."""
        for route, count in ledger.lost().items():
            self._end(Settled(route=route, outcome=Outcome.SHED, reason=Reason.SHUTDOWN, count=count), ledger)
        self.books.close(ledger)

    def take_counts(self, counts: Counts, ledger: Ledger) -> Iterator[None]:
        """Counts what a service told; yields now and then, so that others have their turn."""
        route = self._route(counts.route)
        ledger.tell(route, counts.entered)
        for word, number in counts.shed:
            self._shed(route, word, number, ledger)
        for start in range(0, len(counts.equals), _AT_ONCE):
            for equal in counts.equals[start : start + _AT_ONCE]:
                self._end(self._matched(route, equal), ledger)
            yield

    def take_pair(self, pair: Pair, ledger: Ledger) -> None:
        """Has the two answers judged, at once or when the second legacy has answered."""
        route = self._route(pair.route)
        begun = self._safely(route, lambda: self._begin(pair, route))
        if not isinstance(begun, Comparison):
            self._end(begun, ledger)
        elif self._second is not None and self._second.takes(begun):
            ledger.wait(route)
            self._second.ask(begun, lambda asked: self._judge_waiting(asked, route, ledger))
        else:
            self._end(self._judged(begun, route), ledger)

    def take_unreadable(self, pair: Unreadable, ledger: Ledger) -> None:
        """Counts a pair that can't be read."""
        route = self._route(pair.route)
        self._complaints.say("pair", f"route={route.route} {pair.what}; counted as uncomparable({pair.reason.value})")
        self._end(Settled(route=route, outcome=Outcome.UNCOMPARABLE, reason=pair.reason), ledger)

    def is_busy(self) -> bool:
        """Whether pairs wait to be judged."""
        return self._second is not None and self._second.is_busy()

    async def drain(self) -> None:
        """Returns when no pair waits to be judged."""
        if self._second is not None:
            await self._second.drain()

    def finish(self) -> None:
        """Closes the ledgers of the connections that are left."""
        for ledger in self.books.ledgers():
            self.close(ledger)

    def _begin(self, pair: Pair, route: RouteInfo) -> Comparison | Settled:
        """What is to be judged, or why there is nothing."""
        if isinstance(pair.legacy, Failure):
            return Settled(route=route, outcome=Outcome.LEGACY_FAILED, reason=Reason(pair.legacy.reason.value))
        if isinstance(pair.candidate, Reason):
            return Settled(route=route, outcome=Outcome.SKIPPED, reason=pair.candidate)
        if is_served_by_legacy(pair.candidate):
            return Settled(route=route, outcome=Outcome.SKIPPED, reason=Reason.NOT_PORTED)
        request = build_request(
            pair.route,
            pair.request_headers,
            pair.request_body,
            request_id=self._source.new_id(),
            at=self._source.now(),
        )
        if self._handles.foreign(self._handles.tokens(request)):
            return Settled(route=route, outcome=Outcome.SKIPPED, reason=Reason.FOREIGN_HANDLE)
        return Comparison(
            request=request,
            route=route.route,
            legacy=pair.legacy,
            candidate=pair.candidate,
            secondary=None,
            followed=route.call_type in STREAMED_ANSWERS,
        )

    def _judge_waiting(self, comparison: Comparison, route: RouteInfo, ledger: Ledger) -> None:
        self._record(self._judged(comparison, route))
        ledger.end_waiting(route)

    def _judged(self, comparison: Comparison, route: RouteInfo) -> Observation:
        return self._safely(route, lambda: self._observe(comparison, route))

    def _observe(self, comparison: Comparison, route: RouteInfo) -> Observation:
        if has_drifted(comparison):
            return Settled(route=route, outcome=Outcome.SKIPPED, reason=Reason.STATE_DRIFT)
        verdict = self._judge.observe(comparison, route)
        self._handles.learn(verdict.handles)
        return verdict.observation

    def _safely(self, route: RouteInfo, work: Callable[[], T]) -> T | Settled:
        """A bug ends one comparison, not the run."""
        try:
            return work()
        except Exception as error:  # noqa: BLE001 - whatever it is
            log.error("comparison.failed route=%s %s", route.route, where(error))  # noqa: TRY400 - no values in logs
            return Settled(route=route, outcome=Outcome.UNCOMPARABLE, reason=Reason.INTERNAL)

    def _matched(self, route: RouteInfo, equal: Equal) -> Judged:
        streamed = route.call_type in STREAMED_ANSWERS  # a stream lasts as long as it is fed
        return Judged(
            route=route,
            at=self._source.now(),
            request_hash=equal.request_hash,
            signature=(),
            noise=None,
            examples=(),
            legacy_ms=None if streamed else equal.legacy_ms,
            candidate_ms=None if streamed else equal.candidate_ms,
        )

    def _shed(self, route: RouteInfo, word: str, count: int, ledger: Ledger) -> None:
        end = end_of(word)
        if end is None:
            end = UNKNOWN
            self._complaints.say(
                "reason", f"route={route.route} shed: expected a reason of crossfade, got another word"
            )
        if count:
            self._end(Settled(route=route, outcome=end[0], reason=end[1], count=count), ledger)

    def _end(self, observation: Observation, ledger: Ledger) -> None:
        self._record(observation)
        ledger.end(observation.route, observation.count if isinstance(observation, Settled) else 1)

    def _route(self, text: str) -> RouteInfo:
        """A route of the contract, one of the first that are not in it, or ``(other)``."""
        return self._routes.resolve(Protocol.GRPC, "POST", f"/{text}") if is_route(text) else _NO_ROUTE
