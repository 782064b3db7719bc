"""One tick after another: look, decide, write down, act, and look again."""

import asyncio
import logging
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from crossfade.shadow.canary.control.carriers import Carriers, Kept, Seen
from crossfade.shadow.canary.control.evidence import EvidenceWatch
from crossfade.shadow.canary.control.metrics import Figures, render
from crossfade.shadow.canary.control.notices import notices
from crossfade.shadow.canary.control.orders import Orders
from crossfade.shadow.canary.control.probes import are_up
from crossfade.shadow.canary.control.status import Done, Order, Status
from crossfade.shadow.canary.control.view import plane_statuses, route_statuses
from crossfade.shadow.canary.control.webhooks import Webhooks
from crossfade.shadow.canary.notify.sender import Sender
from crossfade.shadow.canary.plan.records import Gate, Plan
from crossfade.shadow.canary.reading import GateAnswer, Reading, Verb
from crossfade.shadow.canary.states.records import Code, Decision, Phase, RolloutState
from crossfade.shadow.errors import ShadowError
from crossfade.shadow.serving.weights import RouteWeight

log = logging.getLogger("crossfade.canary")

AT_ONCE_S = 0.05
"""How soon it looks again after it told a plane weights, so that they are read back."""

Server = tuple[str, int]
Decide = Callable[[Plan, RolloutState, Reading], Decision]


class Book(Protocol):
    """The journal, as a tick writes it."""

    def write(self, reading: Reading, decision: Decision) -> None:
        """Writes what was seen and decided to disk. Raises: OSError, ShadowError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Senses:
    """Where a tick looks, beside the planes. ``legacies`` and ``candidates`` are the servers behind the proxy."""

    evidence: EvidenceWatch
    webhooks: Webhooks
    legacies: Sequence[Server]
    candidates: Sequence[Server]
    clock: Callable[[], float]


@dataclass(slots=True, kw_only=True)
class Controller:
    """Moves the routes of a plan. ``state`` is what the journal ends with; every change of it is written first."""

    plan: Plan
    state: RolloutState
    carriers: Carriers
    senses: Senses
    book: Book
    decide: Decide
    senders: Sequence[Sender] = ()
    tick_s: float = 1.0
    _orders: Orders = field(default_factory=Orders)
    _reading: Reading = field(default_factory=lambda: Reading(at=0.0))
    _weights: tuple[RouteWeight, ...] = ()
    _problems: dict[str, str] = field(default_factory=dict)
    _journal_problem: str = ""
    _transitions: Counter[str] = field(default_factory=Counter)

    async def begin(self, actor: str) -> None:
        """The first ticks, so that the journal has who started it. Raises: ShadowError: it can't be written."""
        asking = asyncio.create_task(self.order(Verb.START, Order(actor=actor)))
        await asyncio.sleep(0)  # the order is there when the first tick decides
        await self.tick()
        if not asking.done():
            await self.tick()
        await asking

    @property
    def told(self) -> tuple[RouteWeight, ...]:
        """The weights that the planes are to show."""
        return self._weights

    async def run(self, stop: "asyncio.Future[Any]") -> None:
        """Ticks until ``stop`` is done."""
        loop = asyncio.get_running_loop()
        while not stop.done():
            began = loop.time()
            look_again = await self.tick()
            pause_s = AT_ONCE_S if look_again else max(0.0, self.tick_s - (loop.time() - began))
            await self._rest(pause_s, stop)
        self._orders.close(ShadowError("expected a controller that runs, got one that ends; start it", exit_code=4))

    async def tick(self) -> bool:
        """Looks, decides and acts once; whether a plane was told weights that are to be read back."""
        reading, seen = await self._look()
        decision = self.decide(self.plan, self.state, reading)
        try:
            await asyncio.to_thread(self.book.write, reading, decision)
        except (OSError, ShadowError) as error:
            self._not_written(error)
            wanted = lowered(self._weights, decision.weights)
        else:
            self._written(reading, decision)
            wanted = self._weights = decision.weights
        kept = await self.carriers.keep(wanted, decision.state.generation, seen)
        self._end(reading, decision, kept)
        return bool(kept.told)

    async def order(self, verb: Verb, order: Order) -> Done:
        """Decides on a verb in the next tick and returns when that was read back.

        Raises: ShadowError: no route matches, the journal can't be written, or the controller ends.
        """
        meant = {route.route for route in self.plan.routes if route.is_meant(order.routes)}
        if not meant:
            message = f"{order.routes}: expected a route of the plan, got none that matches"
            raise ShadowError(f"{message}; see crossfade canary status")
        unchanged = await self._orders.give(order.request(verb))
        routes = tuple(route for route in self.status().routes if route.route in meant)
        return Done(routes=routes, unchanged=unchanged)

    def status(self) -> Status:
        """How things were at the last tick."""
        reading, states = self._reading, self.state.routes
        return Status(
            service=self.plan.service,
            at=reading.at,
            pid=os.getpid(),
            lease_s=self.plan.lease_s,
            planes=plane_statuses(reading, self._problems),
            routes=tuple(route_statuses(self.plan, self.state, self._weights, reading)),
            evidence_age_s=min((standing.age_s for standing in reading.evidence), default=None),
            evidence_problem=reading.evidence_error,
            journal_problem=self._journal_problem,
            frozen=next((state.why for state in states if state.code is Code.FROZEN), ""),
        )

    def metrics(self) -> bytes:
        """The text of a scrape."""
        told: Counter[tuple[str, str]] = Counter()
        for sender in self.senders:
            told[sender.name, "sent"] += sender.sent
            told[sender.name, "dropped"] += sender.dropped
            told[sender.name, "failed_try"] += sender.failed_tries
        return render(
            Figures(
                status=self.status(),
                tick_age_s=self.senses.clock() - self._reading.at,
                journal_up=not self._journal_problem,
                transitions=dict(self._transitions),
                notices=dict(told),
            )
        )

    async def _rest(self, seconds: float, stop: "asyncio.Future[Any]") -> None:
        """Waits so long, or until a person wants something."""
        woken = asyncio.ensure_future(self._orders.waiting.wait())
        ends: set[asyncio.Future[Any]] = {woken, stop}
        await asyncio.wait(ends, timeout=seconds, return_when="FIRST_COMPLETED")
        woken.cancel()

    async def _look(self) -> tuple[Reading, dict[str, Seen]]:
        seen, legacy_up, candidate_up = await asyncio.gather(
            self.carriers.look(), are_up(self.senses.legacies), are_up(self.senses.candidates)
        )
        standings, problem = self.senses.evidence.now()
        reading = Reading(
            at=self.senses.clock(),
            planes=tuple(one.reading(name) for name, one in seen.items()),
            served=tuple(counts for one in seen.values() for counts in one.counts),
            evidence=standings,
            evidence_error=problem,
            gates=tuple(self._gates()),
            verbs=self._orders.take(),
            legacy_up=legacy_up,
            candidate_up=candidate_up,
            candidate_build=next((one.candidate_build for one in standings), ""),
        )
        return reading, seen

    def _gates(self) -> Iterator[GateAnswer]:
        """What the webhooks have said at which routes wait; the others are forgotten."""
        waiting = {}
        for state in self.state.routes:
            plan = self.plan.of(state.route)
            if state.phase is Phase.WAITING and plan is not None and state.step < len(plan.steps):
                step = plan.steps[state.step]
                if isinstance(step, Gate) and step.url:
                    waiting[f"{state.route}|{state.step}|{state.step_since}"] = (state, step)
        self.senses.webhooks.keep(waiting.keys())
        for key, (state, step) in waiting.items():
            standing = self._reading.standing(state.route)
            document = {
                "service": self.plan.service,
                "route": state.route,
                "weight_pct": state.weight_pct,
                "before_pct": step.before_pct,
                "verdict": None if standing is None else standing.verdict,
                "claim": "" if standing is None else standing.claim,
            }
            if (answer := self.senses.webhooks.ask(key, step.url, document)) is not None:
                yield GateAnswer(route=state.route, step=state.step, is_open=answer.is_open, detail=answer.said)

    def _written(self, reading: Reading, decision: Decision) -> None:
        """The decision is on disk: it holds."""
        if self._journal_problem:
            log.warning("canary.journal_writes_again")
        self._journal_problem = ""
        for transition in decision.transitions:
            self._transitions[transition.event.value] += 1
            log.warning(
                "canary.moved route=%s phase=%s weight_pct=%g code=%s why=%s",
                *(transition.route, transition.after, transition.weight_pct, transition.code or "-", transition.why),
            )
        before = self._reading if self._reading.at else None
        for notice in notices(before, reading, decision):
            for sender in self.senders:
                sender.tell(notice)
        self.state = decision.state

    def _not_written(self, error: Exception) -> None:
        """It does not hold; only what goes back is done all the same."""
        problem = f"journal: expected to write, got {error}"
        if problem != self._journal_problem:
            log.error("canary.journal_failed reason=%s", error)
        self._journal_problem = problem
        self._orders.refuse(ShadowError(problem, exit_code=4))

    def _end(self, reading: Reading, decision: Decision, kept: Kept) -> None:
        for name, problem in kept.problems.items():
            if self._problems.get(name) != problem:
                log.error("canary.plane_failed %s", problem)
        self._problems = dict(kept.problems)
        self._reading = reading
        self._orders.settle(decision.unchanged)


def lowered(before: Sequence[RouteWeight], after: Sequence[RouteWeight]) -> tuple[RouteWeight, ...]:
    """The weights of ``after`` as far as they go back; all others as they were ``before``. Pure."""
    old = {weight.route: weight for weight in before}
    kept = (weight if _goes_back(old.get(weight.route), weight) else old.get(weight.route) for weight in after)
    return tuple(weight for weight in kept if weight is not None)


def _goes_back(old: RouteWeight | None, new: RouteWeight) -> bool:
    if old is None:
        return not new.candidate_pct and not new.headers
    is_less = new.candidate_pct < old.candidate_pct or len(new.headers) < len(old.headers)
    return is_less and new.candidate_pct <= old.candidate_pct and set(new.headers) <= set(old.headers)
