"""From finished pairs to observations: pairs are judged by the one differ, the rest is counted as it is told."""

import logging
from collections.abc import Callable, Container
from dataclasses import dataclass, field, replace
from typing import TypeVar

from crossfade.shadow.bindings.bindings import Bindings, Side
from crossfade.shadow.bindings.credentials import credential_refused
from crossfade.shadow.capture.source import Match, Pair
from crossfade.shadow.errors import where
from crossfade.shadow.exchange import Comparison, Failure, Protocol, Request
from crossfade.shadow.exchange.observations import Judged, Observation, Proof, Settled
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import STREAMED_ANSWERS, RouteInfo
from crossfade.shadow.exchange.shadow_headers import is_served_by_legacy
from crossfade.shadow.ingest.heavy import Heavy
from crossfade.shadow.ingest.ledger import Books, Ledger
from crossfade.shadow.ingest.secondary import Secondary
from crossfade.shadow.judging.drift import has_drifted
from crossfade.shadow.judging.judge import Judge, Verdict
from crossfade.shadow.recording.noticing import NOTHING_STORED, Noticing
from crossfade.shadow.routes.table import RouteTable

T = TypeVar("T")

log = logging.getLogger("crossfade.ingest")


Told = tuple[Observation, tuple[Proof, ...]]
"""An observation, and what was found of faults that were put into the same answers."""


class PairJudge:
    """Judges pairs; without ``secondary`` nothing is known of noise.

    Both sides of a pair were sent the same request, so one with a handle that the sides call otherwise shows nothing.
    """

    def __init__(  # noqa: PLR0913 - each has its default
        self,
        *,
        judge: Judge,
        bindings: Bindings,
        safe: Container[str] = frozenset(),
        secondary: Secondary | None = None,
        heavy: Heavy | None = None,
        noticing: Noticing = NOTHING_STORED,
    ) -> None:
        """``safe`` are the methods that mint nothing by being called. Without ``heavy`` all pairs are judged here.

        ``noticing`` is shown all pairs.
        """
        self._noticing = noticing
        self.secondary = secondary
        self.heavy = heavy
        self._judge = judge
        self._bindings = bindings
        self._safe = safe

    def begin(self, pair: Pair, route: RouteInfo) -> Comparison | Settled:
        """What is to be judged, or why there is nothing."""
        return _safely(route, lambda: self._begin(pair, route))

    def for_secondary(self, comparison: Comparison) -> Request | None:
        """The request as the secondary understands it; None where it can't be told."""
        return self._bindings.render(comparison.request, Side.SECONDARY).request

    def judge(self, comparison: Comparison, route: RouteInfo) -> tuple[Observation, tuple[Proof, ...]]:
        """What the comparison comes to, and what was found of faults that were put into it."""
        return _told(_safely(route, lambda: self._observe(comparison, route, write=route.route not in self._safe)))

    def judge_apart(self, comparison: Comparison, route: RouteInfo, done: Callable[[Told], None]) -> bool:
        """Whether a comparison is judged apart; ``done`` gets, later, what ``judge`` would give."""
        heavy, write = self.heavy, route.route not in self._safe
        if heavy is None or not heavy.takes(comparison, route):
            return False
        found = heavy.judge(comparison, route, lambda resolved: self._unjudged(resolved, route), write=write)
        if isinstance(found, Settled):
            done(_told(found))
        else:
            found.add_done_callback(lambda task: done(_told(_safely(route, lambda: _concluded(*task.result())))))
        return True

    def _unjudged(self, comparison: Comparison, route: RouteInfo) -> Settled | None:
        """Why a resolved comparison is not judged; None where it is."""
        if not has_drifted(comparison) and credential_refused(comparison, self._bindings):
            return Settled(route=route, outcome=Outcome.SKIPPED, reason=Reason.CREDENTIAL)
        return None

    def _begin(self, pair: Pair, route: RouteInfo) -> Comparison | Settled:
        self._noticing.request(pair.request, route.route)
        for reply in (pair.legacy, pair.candidate):
            self._noticing.reply(pair.request, None if isinstance(reply, Reason) else reply)
        if isinstance(pair.legacy, Failure):
            return Settled(route=route, outcome=Outcome.LEGACY_FAILED, reason=Reason(pair.legacy.reason.value))
        if isinstance(pair.candidate, Reason):
            return Settled(route=route, outcome=Outcome.SKIPPED, reason=pair.candidate)
        if is_served_by_legacy(pair.candidate):
            return Settled(route=route, outcome=Outcome.SKIPPED, reason=Reason.NOT_PORTED)
        rendered = self._bindings.render(pair.request, Side.CANDIDATE)
        if rendered.request is not pair.request:
            reason = rendered.refused or Reason.FOREIGN_HANDLE
            return Settled(route=route, outcome=Outcome.SKIPPED, reason=reason)
        return Comparison(
            request=pair.request,
            route=route.route,
            legacy=pair.legacy,
            candidate=pair.candidate,
            secondary=None,
            followed=route.call_type in STREAMED_ANSWERS,
        )

    def _observe(self, comparison: Comparison, route: RouteInfo, *, write: bool) -> Verdict | Settled:
        self._noticing.reply(comparison.request, comparison.secondary)
        comparison = self._bindings.resolve(comparison, write=write)
        if has_drifted(comparison):
            return _as_drift(self._judge.observe(comparison, route).observation)
        if credential_refused(comparison, self._bindings):
            return Settled(route=route, outcome=Outcome.SKIPPED, reason=Reason.CREDENTIAL)
        return self._judge.observe(comparison, route)


def _told(found: Verdict | Settled) -> Told:
    return (found.observation, found.proofs) if isinstance(found, Verdict) else (found, ())


def _concluded(comparison: Comparison, found: Verdict | Settled) -> Verdict | Settled:
    if isinstance(found, Verdict) and has_drifted(comparison):
        return _as_drift(found.observation)
    return found


def _as_drift(observation: Observation) -> Verdict | Settled:
    """What differs is another state. It tells whose side the secondary takes, as much as where it takes legacy's."""
    if isinstance(observation, Judged):
        drift = tuple(sorted({*observation.signature, *observation.excused, *observation.drift}))
        if drift:
            found = replace(observation, signature=(), excused=(), drift=drift, examples=())
            return Verdict(observation=found)
    return Settled(route=observation.route, outcome=Outcome.SKIPPED, reason=Reason.STATE_DRIFT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """Every request that a source told of ends in exactly one observation, or is in flight.

    ``now`` gives seconds since the epoch.
    """

    routes: RouteTable
    judge: PairJudge
    record: Callable[[Observation | Proof], None]
    now: Callable[[], float]
    books: Books = field(default_factory=Books)

    def begin(self) -> "Sender":
        """What one sender tells goes there."""
        return Sender(self, self.books.begin())

    def is_busy(self) -> bool:
        """Whether pairs wait to be judged."""
        waits = (self.judge.secondary, self.judge.heavy)
        return any(wait is not None and wait.is_busy() for wait in waits)

    async def drain(self) -> None:
        """Returns when no pair waits to be judged."""
        if self.judge.secondary is not None:
            await self.judge.secondary.drain()
        if self.judge.heavy is not None:
            await self.judge.heavy.drain()

    def finish(self) -> None:
        """Closes the senders that are left."""
        for ledger in self.books.ledgers():
            Sender(self, ledger).close()


class Sender:
    """A ``PairSink`` with a ledger of its own."""

    def __init__(self, intake: Intake, ledger: Ledger) -> None:
        self._intake = intake
        self._ledger = ledger

    # PairSink

    def route(self, protocol: Protocol, method: str, target: str, listener: str = "") -> RouteInfo:
        """A route of the contract, one of the first that are not in it, or ``(other)``."""
        return self._intake.routes.resolve(protocol, method, target, listener)

    def entered(self, route: RouteInfo, count: int) -> None:
        """Counts what entered."""
        self._ledger.tell(route, count)

    def matched(self, route: RouteInfo, match: Match) -> None:
        """Counts a request that both sides answered alike."""
        streamed = route.call_type in STREAMED_ANSWERS  # a stream lasts as long as it is fed
        observation = Judged(
            route=route,
            at=self._intake.now(),
            request_hash=match.request_hash,
            signature=(),
            noise=None,
            examples=(),
            legacy_ms=None if streamed else match.legacy_ms,
            candidate_ms=None if streamed else match.candidate_ms,
        )
        self._end(observation)

    def pair(self, route: RouteInfo, pair: Pair) -> None:
        """Has the two answers judged, at once or when the secondary has answered."""
        judge = self._intake.judge
        begun = judge.begin(pair, route)
        if not isinstance(begun, Comparison):
            self._end(begun)
        elif (request := judge.for_secondary(begun)) and judge.secondary and judge.secondary.takes(begun):
            self._ledger.wait(route)
            judge.secondary.complete(begun, request, lambda completed: self._judge_waiting(completed, route))
        else:
            self._ledger.wait(route)
            self._judge_waiting(begun, route)

    def settled(self, route: RouteInfo, outcome: Outcome, reason: Reason, count: int = 1) -> None:
        """Counts requests that were not compared."""
        self._end(Settled(route=route, outcome=outcome, reason=reason, count=count))

    def close(self) -> None:
        """What was told to have entered and did not end is shed: no other sender is believed to end it."""
        for route, count in self._ledger.lost().items():
            self.settled(route, Outcome.SHED, Reason.SHUTDOWN, count)
        self._intake.books.close(self._ledger)

    def _judge_waiting(self, comparison: Comparison, route: RouteInfo) -> None:
        judge = self._intake.judge
        if not judge.judge_apart(comparison, route, lambda told: self._end_waiting(route, told)):
            self._end_waiting(route, judge.judge(comparison, route))

    def _end_waiting(self, route: RouteInfo, told: Told) -> None:
        self._record(*told)
        self._ledger.end_waiting(route)

    def _record(self, observation: Observation, proofs: tuple[Proof, ...]) -> None:
        self._intake.record(observation)
        for proof in proofs:
            self._intake.record(proof)

    def _end(self, observation: Observation, proofs: tuple[Proof, ...] = ()) -> None:
        self._record(observation, proofs)
        self._ledger.end(observation.route, observation.count if isinstance(observation, Settled) else 1)


def _safely(route: RouteInfo, work: Callable[[], T]) -> T | Settled:
    """A bug ends one comparison, not the run."""
    try:
        return work()
    except Exception as error:  # noqa: BLE001 - whatever it is
        log.error("comparison.failed route=%s %s", route.route, where(error))  # noqa: TRY400 - no values in logs
        return Settled(route=route, outcome=Outcome.UNCOMPARABLE, reason=Reason.INTERNAL)
