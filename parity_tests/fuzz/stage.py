"""Plays sequences of calls on both services, and keeps what one run knows: handles, noise, counts."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.records import Call
from crossfade.parity_tests.fuzz.answers import Given, given_by
from crossfade.parity_tests.fuzz.operations import Operation
from crossfade.parity_tests.fuzz.plans import Step
from crossfade.parity_tests.fuzz.requests import request_of
from crossfade.parity_tests.fuzz.trees import Leaf, Ref
from crossfade.parity_tests.replay.pair import Pair
from crossfade.parity_tests.replay.played import Played
from crossfade.shadow.bindings.exchanges import succeeded
from crossfade.shadow.compare.answers import STATUS_PLACES
from crossfade.shadow.exchange import Answer, Failure, FailureReason
from crossfade.shadow.exchange.difference import MORE, Fingerprint
from crossfade.shadow.exchange.observations import Judged, Settled
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo

Accepts = Callable[[RouteInfo, Fingerprint], bool]
"""Whether a divergence of a route may stay."""

_UNKNOWN = Failure(reason=FailureReason.REFUSED, detail="not recorded", latency_ms=0.0)


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """A divergence: the route's key, and the fingerprint without its transition."""

    route: str
    fingerprint: Fingerprint


@dataclass(slots=True)
class Tally:
    """How many calls of a route were sent, compared, and left without an answer of legacy in time; what of it differed.

    ``why`` counts why calls were not compared, by reason; ``done`` those compared that legacy did.
    """

    sent: int = 0
    compared: int = 0
    done: int = 0
    late: int = 0
    why: dict[str, int] | None = None

    def add(self, played: Played) -> None:
        """Counts one call."""
        self.sent += 1
        self.compared += played.compared
        if played.compared and isinstance(played.legacy, Answer):
            self.done += succeeded(played.legacy, played.call.request)
        if isinstance(played.observation, Settled):
            reason = played.observation.reason
            self.late += played.observation.outcome is Outcome.LEGACY_FAILED and reason is Reason.DEADLINE
            self.why = self.why or {}
            self.why[reason.value] = self.why.get(reason.value, 0) + 1


class Stage:
    """Both services, and the state of one run: its handles, what is noise, what was counted."""

    def __init__(
        self,
        pair: Pair,
        operations: Iterable[Operation],
        accepts: Accepts = lambda _route, _item: False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``accepts`` knows what may stay; ``clock`` gives seconds since the epoch, which requests are stamped with.

        ``in_front`` are the divergences of calls that others stood behind, each with the shortest sequence that ends
        with such a call. ``sent`` counts calls, ``writes`` those of them that may have changed something.
        """
        self._accepts = accepts
        self.accepted: set[Found] = set()
        self.operations: Mapping[str, Operation] = {operation.key: operation for operation in operations}
        self.tallies: dict[str, Tally] = {key: Tally() for key in self.operations}
        self._pair = pair
        self._clock = clock
        sides = {name: replace(sides, secondary=None) for name, sides in pair.sides.items()}
        self._alone = replace(pair, sides=sides)
        self._handles = pair.new_bindings()
        self._noisy: set[tuple[str, str, str]] = set()
        self._remembered: dict[str, Given] = {}
        self._has_written = False
        self.writes = 0
        self.sent = 0
        self.in_front: dict[Found, tuple[Step, ...]] = {}

    @property
    def contract(self) -> Contract | None:
        """The contract of the services."""
        return self._pair.contract

    def forget_handles(self) -> None:
        """The services begin anew, and so what each calls things."""
        self._handles = self._pair.new_bindings()

    def forget_answers(self) -> None:
        """What reads gave may have changed, if anything was written."""
        if self._has_written:
            self._remembered.clear()
        self._has_written = False

    async def show(self, steps: Sequence[Step], known: frozenset[Found] = frozenset()) -> frozenset[Found]:
        """What the last call shows, with as few calls as that takes.

        A read in front is not sent again until ``forget_answers``. A last read that shows what is not ``known`` is
        sent once more, to the second instance of legacy too; all others always are.
        """
        given: list[Given] = []
        for index in range(len(steps) - 1):
            given.append(await self._given(steps, index, given))
        call = self._call(steps, given)
        played = await self._send(call, with_secondary=call.write)
        if not call.write and self.found_in(played) - known:
            played = await self._send(call, with_secondary=True)
        return self.found_in(played)

    async def give(self, steps: Sequence[Step]) -> Given:
        """What the last call gives."""
        given: list[Given] = []
        for index in range(len(steps)):
            given.append(await self._given(steps, index, given))
        return given[-1]

    async def play(self, steps: Sequence[Step]) -> tuple[Played, ...]:
        """All calls in their order, each with what earlier answers of legacy gave, beside the second instance."""
        given: list[Given] = []
        done: list[Played] = []
        for _ in steps:
            call = self._call(steps, given)
            played = await self._send(call, with_secondary=True)
            given.append(self._given_in(played))
            done.append(replace(played, call=replace(call, reply=played.legacy or _UNKNOWN)))
        return tuple(done)

    async def _given(self, steps: Sequence[Step], index: int, given: Sequence[Given]) -> Given:
        """What a call in front gives: of a read what it gave before."""
        key = repr(steps[: index + 1])
        if (before := self._remembered.get(key)) is not None:
            return before
        call = self._call(steps, given)
        played = await self._send(call, with_secondary=True)
        found = self._given_in(played)
        self._note_in_front(played, tuple(steps[: index + 1]))
        if not call.write:
            self._remembered[key] = found
        return found

    def _note_in_front(self, played: Played, steps: tuple[Step, ...]) -> None:
        for found in self.found_in(played):
            known = self.in_front.get(found)
            if known is None or len(steps) < len(known):
                self.in_front[found] = steps

    async def _send(self, call: Call, *, with_secondary: bool) -> Played:
        self._has_written |= call.write
        self.writes += call.write
        played = await (self._beside(call) if with_secondary else self._alone.play(call, self._handles))
        self.sent += 1
        self.tallies[call.route.key].add(played)
        self._note_noise(played)
        return played

    async def _beside(self, call: Call) -> Played:
        """With the second instance of legacy; where there is none, legacy is asked to read twice."""
        if call.write or self._pair.sides[call.route.listener].secondary is not None:
            return await self._pair.play(call, self._handles)
        twin = await self._pair.play_legacy(call, self._handles)
        return await self._pair.play(call, self._handles, twin=twin)

    def _given_in(self, played: Played) -> Given:
        operation = self.operations[played.call.route.key]
        return given_by(operation, played.legacy, self.contract) if isinstance(played.legacy, Answer) else {}

    def found_in(self, played: Played) -> frozenset[Found]:
        """The divergences of one call that are neither noise nor accepted."""
        route = played.call.route
        found = set()
        for item in played.signature:
            told = Found(route.key, replace(item, transition=""))
            if item != MORE and self._accepts(route, item):
                self.accepted.add(told)
            elif item != MORE and not self.is_noise(told):
                found.add(told)
        return frozenset(found)

    def is_noise(self, found: Found) -> bool:
        """Whether legacy was seen to differ from itself there."""
        return (found.route, found.fingerprint.template, found.fingerprint.kind) in self._noisy

    def _note_noise(self, played: Played) -> None:
        if isinstance(played.observation, Judged):
            for item in played.observation.sightings:
                if item.secondary and item.template not in STATUS_PLACES:
                    self._noisy.add((played.call.route.key, item.template, item.kind))

    def _call(self, steps: Sequence[Step], given: Sequence[Given]) -> Call:
        """The call behind those of which it is known what they give."""
        index = len(given)
        operation = self.operations[steps[index].operation]
        request = request_of(
            operation,
            steps[index],
            _resolver(steps, given),
            contract=self.contract,
            request_id=f"c{index + 1}",
            now=self._clock(),
        )
        return Call(route=operation.route, request=request, reply=_UNKNOWN, write=operation.write)


def _resolver(steps: Sequence[Step], given: Sequence[Given]) -> Callable[[Ref], Leaf]:
    """Values of the nearest call before that is the reference's producer and gave any."""

    def resolve(ref: Ref) -> Leaf:
        for step, values in zip(reversed(steps[: len(given)]), reversed(given), strict=True):
            found = values.get(ref.key, ()) if step.operation == ref.producer else ()
            if found:
                return found[ref.pick % len(found)]
        return None

    return resolve
