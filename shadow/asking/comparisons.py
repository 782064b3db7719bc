"""The comparisons under way: each runs as a task, and ends in exactly one observation."""

import asyncio
import logging
from collections.abc import Callable, Mapping

from crossfade.shadow.asking.asker import Asker
from crossfade.shadow.asking.ended import Ended
from crossfade.shadow.asking.lifecycle import Event, Given, Work
from crossfade.shadow.asking.means import Means
from crossfade.shadow.asking.pending import Pending
from crossfade.shadow.asking.room import Room
from crossfade.shadow.asking.sides import Sides
from crossfade.shadow.asking.streams.given_stream import GivenStream
from crossfade.shadow.asking.suspects import Suspects
from crossfade.shadow.errors import where
from crossfade.shadow.exchange import Answer, Reply
from crossfade.shadow.exchange.observations import Noted, Observation, Proof, Settled
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.served import Served

log = logging.getLogger(__name__)


class Comparisons:
    """Runs them within the limits, and counts what is held for them."""

    def __init__(
        self,
        *,
        sides: Mapping[str, Sides],
        means: Means,
        record: Callable[[Noted], None],
        clock: Callable[[], float],
    ) -> None:
        """``clock`` gives the time in seconds since the epoch."""
        self._means = means
        self._limits = means.limits
        self._record = record
        self._clock = clock
        self._pending: dict[str, Pending] = {}
        self._room = Room(means.limits.held_bytes)
        self._asker = Asker(sides=sides, means=means, hold=self.hold, hold_apart=self._room.hold_apart, clock=clock)
        self.suspects = Suspects(means.bindings)

    @property
    def held_bytes(self) -> int:
        """What is kept for all of them."""
        return self._room.held_bytes

    def __len__(self) -> int:
        return len(self._pending)

    def get(self, request_id: str) -> Pending | None:
        """The request with this id, while it has no outcome."""
        return self._pending.get(request_id)

    def all(self) -> tuple[Pending, ...]:
        """Those without an outcome."""
        return tuple(self._pending.values())

    def has_room(self, body_bytes: int) -> bool:
        """Whether one more may begin, with a body of this size."""
        is_full = len(self._pending) >= self._limits.in_flight + self._limits.waiting
        return not is_full and self._room.takes(body_bytes)

    def has_room_for_reply(self, body_bytes: int) -> bool:
        """Whether a reply of this size may be kept, to a request that was let in."""
        return self._room.takes_reply(body_bytes)

    def add(self, pending: Pending) -> None:
        """Takes in a request, which ``start`` then compares."""
        self._pending[pending.frame.request.id] = pending

    def start(self, pending: Pending) -> None:
        """Begins a comparison."""
        pending.task = asyncio.create_task(self._run(pending))
        pending.task.add_done_callback(lambda _: self._finish_unstarted(pending))

    def hold(self, pending: Pending, more_bytes: int) -> None:
        """Counts what is kept for a request; where all together is too much, a stream that grew is the one to go."""
        self._room.hold(pending, more_bytes)
        if more_bytes > 0 and pending.is_stream and self._room.is_overfull:
            pending.stop(Outcome.SHED, Reason.QUEUE_FULL)

    def settle(self, route: RouteInfo, outcome: Outcome, reason: Reason) -> None:
        """Records how a request ended without a judgement."""
        self._record(Settled(route=route, outcome=outcome, reason=reason))

    def learn_unmirrored(self, pending: Pending, legacy: Reply | GivenStream) -> None:
        """Of a write that ended without answers compared, all that legacy minted may be foreign."""
        if pending.frame.write and pending.frame.served is Served.LEGACY and isinstance(legacy, Answer):
            self._means.judging.learn_unmirrored(pending.request(), legacy)

    async def drain(self, timeout_s: float) -> None:
        """Waits for what is in flight; what is not done by then is shed."""
        tasks = [pending.task for pending in self._pending.values() if pending.task is not None]
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=timeout_s)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _run(self, pending: Pending) -> None:
        observation: Observation
        route = pending.frame.route
        proofs: tuple[Proof, ...] = ()
        try:
            async with asyncio.timeout(None) as deadline:
                verdict = await self._asker.observe(pending, deadline)
            observation, proofs = verdict.observation, verdict.proofs
        except Ended as ended:
            observation = Settled(route=route, outcome=ended.settled[0], reason=ended.settled[1])
        except asyncio.CancelledError:
            observation = _ended_from_outside(pending)
        except TimeoutError:
            observation = Settled(route=route, outcome=Outcome.SHED, reason=Reason.QUEUE_FULL)
        except Exception as error:  # noqa: BLE001 - a bug ends one comparison, not the process
            log.error("comparison.failed route=%s %s", route.route, where(error))  # noqa: TRY400 - no values in logs
            observation = Settled(route=route, outcome=Outcome.UNCOMPARABLE, reason=Reason.INTERNAL)
        finally:
            self._release(pending)
        self._record(observation)
        for proof in proofs:
            self._record(proof)

    def _finish_unstarted(self, pending: Pending) -> None:
        """A task that was cancelled before it ran has not told how it ended."""
        if pending.frame.request.id in self._pending:
            self._release(pending)
            self._record(_ended_from_outside(pending))

    def _release(self, pending: Pending) -> None:
        self._pending.pop(pending.frame.request.id, None)
        self._means.judging.forget(pending.frame.request.id)
        self.suspects.forget(pending)
        self._room.release(pending)
        pending.suspects = ()
        if pending.frame.write:
            self._means.races.give_up(pending.frame.request, self._clock())
        is_learnt = pending.is_in(Work.JUDGED)
        pending.advance(Event.END)
        pending.let_others_go_on()
        if not is_learnt and pending.given is not None and not pending.is_in(Given.LOST):
            self.learn_unmirrored(pending, pending.given)


def _ended_from_outside(pending: Pending) -> Settled:
    """A heavy one that had all its answers was too costly for its run: the others of its route were judged."""
    no_time = (Outcome.UNCOMPARABLE, Reason.TOO_COSTLY) if pending.is_apart else (Outcome.SHED, Reason.SHUTDOWN)
    outcome, reason = pending.end or no_time
    return Settled(route=pending.frame.route, outcome=outcome, reason=reason)
