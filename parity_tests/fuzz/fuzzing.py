"""One run of fuzzing, from the first look at the services to the cases."""

import hashlib
import time
from asyncio import Runner
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from crossfade.parity_tests.corpus.records import Session
from crossfade.parity_tests.fuzz.confirm import Suspect, confirmed, seen_again
from crossfade.parity_tests.fuzz.drawing import Drawing
from crossfade.parity_tests.fuzz.fewer import Steps, fewer
from crossfade.parity_tests.fuzz.operations import Operation
from crossfade.parity_tests.fuzz.placing import Placed, placed
from crossfade.parity_tests.fuzz.plans import Chains, Plan, written_out
from crossfade.parity_tests.fuzz.result import INTERRUPTED, Case, Fuzzed
from crossfade.parity_tests.fuzz.search import Bounds, search
from crossfade.parity_tests.fuzz.seeds import Seeds, seeds_of
from crossfade.parity_tests.fuzz.stage import Accepts, Found, Stage
from crossfade.parity_tests.fuzz.survey import survey
from crossfade.parity_tests.replay.pair import Pair
from crossfade.shadow.routes.patterns import glob_matches

_FIRST_SLICE, _LAST_SLICE = 6, 200
_ALONE = 3  # cycles in which nobody writes
_ALONE_SHARE = 0.5  # of all that may be tried
_MAX_LATE = 3
_MAX_IDLE = 3  # cycles in which nothing new is drawn
_MAX_DOUBLINGS = 8
_FOR_DRAWING = 0.9  # of the time; the rest is for shrinking what was seen last

_Turn = tuple[Operation, int]
Say = Callable[[str], None]
Reset = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FuzzSettings:
    """After ``max_examples`` sequences or ``seconds`` no more is drawn; None: without that bound.

    Of these, those that make a divergence smaller are ``max_shrinks`` at most for each; the last one is still shrunk.
    ``routes`` are globs, none of them all routes. ``accepts`` knows the divergences that may stay.
    """

    seed: int
    max_examples: int
    seconds: float | None = None
    max_shrinks: int = 150
    routes: tuple[str, ...] = ()
    accepts: Accepts = lambda _route, _item: False


@dataclass(slots=True)
class _Run:
    """What changes while it runs."""

    cases: list[tuple[Suspect, Case]] = field(default_factory=list)
    known: set[Found] = field(default_factory=set)
    shown: dict[bytes, frozenset[Found]] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    taken: set[tuple[str, int]] = field(default_factory=set)
    tried: int = 0


class Fuzzing:
    """Fuzzes a pair of services; ``runner`` is the loop on which the pair was opened.

    ``reset`` puts the data of all sides back; None: that can't be done.
    """

    def __init__(
        self, pair: Pair, runner: Runner, settings: FuzzSettings, say: Say, *, reset: Reset | None = None
    ) -> None:
        self._pair = pair
        self._runner = runner
        self._settings = settings
        self._say = say
        self._reset = reset
        self._started = time.monotonic()
        self._run = _Run()

    def run(self, templates: Iterable[str], sessions: Iterable[Session] = ()) -> Fuzzed:
        """Fuzzes the contract's methods and these HTTP routes; Ctrl-C ends it early with what was found.

        ``sessions`` were recorded: their requests are drawn too, with a value changed.
        """
        found = self._runner.run(placed(self._pair, self._pair.contract, templates))
        operations = [item for item in found.operations if self._is_wanted(item)]
        stage = Stage(self._pair, operations, self._settings.accepts)
        seeds = seeds_of(sessions, operations, self._pair.contract)
        ended = INTERRUPTED
        try:
            ended = self._fuzz(stage, operations, seeds)
            self._look_in_front(stage)
            self._see_again(stage)
        except KeyboardInterrupt:
            self._say("interrupted: ending with what was found")
        return self._result(stage, found, ended)

    def _is_wanted(self, operation: Operation) -> bool:
        route, globs = operation.route, self._settings.routes
        return not globs or any(glob_matches(glob, route.route, route.listener) for glob in globs)

    def _fuzz(self, stage: Stage, operations: Sequence[Operation], seeds: Mapping[str, Seeds]) -> str:
        """Why it ended. Reads come first and alone: what they show then does not rest on what the run has written."""
        if not operations:
            return "no routes"
        reads = [operation for operation in operations if not operation.write]
        alone = ((operation, cycle) for cycle in range(_ALONE) for operation in reads)
        all_of_them = ((operation, cycle) for cycle in count() for operation in operations)
        self._turns(stage, reads, seeds, alone, share=_ALONE_SHARE)
        return self._turns(stage, operations, seeds, all_of_them)

    def _turns(
        self,
        stage: Stage,
        callable_now: Sequence[Operation],
        seeds: Mapping[str, Seeds],
        turns: Iterable[_Turn],
        *,
        share: float = 1.0,
    ) -> str:
        """Why it ended, "" where all had their turns; ``share`` of all that may be tried is tried at most."""
        contract = self._pair.contract
        sources = self._runner.run(survey(callable_now, contract, stage.give))
        self._say(f"{len(sources.chains)} of {len(callable_now)} routes give values that others may use")
        drawing = Drawing(callable_now, contract, sources, seeds)
        idle = 0
        for operation, cycle in turns:
            if reason := self._over(share):
                return reason
            if (operation.key, cycle) in self._run.taken:
                continue
            self._run.taken.add((operation.key, cycle))
            before = self._run.tried
            if operation.key not in self._run.left_out:
                self._slice(stage, drawing, operation, cycle)
            idle = 0 if self._run.tried > before else idle + 1
            if idle > _MAX_IDLE * len(callable_now):
                return "nothing new to draw"
        return ""

    def _slice(self, stage: Stage, drawing: Drawing, operation: Operation, cycle: int) -> None:
        """Tries some sequences for one operation, more in each cycle, and shrinks what is new."""
        run, settings = self._run, self._settings
        size = min(_FIRST_SLICE << min(cycle, _MAX_DOUBLINGS), _LAST_SLICE)
        tally = stage.tallies[operation.key]
        bounds = Bounds(
            max_examples=size,
            max_shrinks=settings.max_shrinks,
            is_over=lambda: tally.late >= _MAX_LATE or bool(self._over()),
            is_out_of_time=lambda: bool(self._out_of_time()),
        )

        def show(plan: Plan) -> frozenset[Found]:
            return self._show(stage, drawing.chains, plan)

        stage.forget_answers()
        plans, seed = drawing.plans(operation), f"{settings.seed}/{cycle}/{operation.key}"
        # the same seed again: what was drawn before is known by now, and it goes on behind the last hit
        while (smallest := search(plans, show, frozenset(run.known), seed, bounds)) is not None:
            run.known.add(smallest.found)
            steps = written_out(smallest.plan, drawing.chains)
            self._confirm(stage, smallest.found, steps, is_smallest=smallest.minimal)
        if tally.late >= _MAX_LATE:
            run.left_out[operation.key] = f"legacy gave no answer in time, {tally.late} times"

    def _look_in_front(self, stage: Stage) -> None:
        """Tells what only calls showed that others stood behind: the sequence up to such a call is made smaller."""
        for found, steps in sorted(stage.in_front.items(), key=lambda item: item[0]):
            if found in self._run.known or stage.is_noise(found):
                continue
            self._run.known.add(found)
            stage.forget_answers()
            best, is_smallest = self._made_smaller(stage, found, steps)
            self._confirm(stage, found, best, is_smallest=is_smallest)

    def _made_smaller(self, stage: Stage, found: Found, steps: Steps) -> tuple[Steps, bool]:
        """The smallest sequence that shows it, and whether nothing more could go before a bound was reached."""
        reduction, best = fewer(steps), steps
        try:
            candidate = next(reduction)
            for _ in range(self._settings.max_shrinks):
                if self._out_of_time():
                    break
                self._run.tried += 1
                shows = found in self._runner.run(stage.show(candidate))
                best = candidate if shows else best
                candidate = reduction.send(shows)
        except StopIteration as done:
            return done.value, True
        return best, False

    def _show(self, stage: Stage, chains: Chains, plan: Plan) -> frozenset[Found]:
        """What the last call of a plan shows; each plan is played once."""
        key = hashlib.blake2b(repr(plan).encode("utf-8", "surrogatepass"), digest_size=16).digest()
        if key not in self._run.shown:
            self._run.tried += 1
            steps = written_out(plan, chains)
            self._run.shown[key] = self._runner.run(stage.show(steps, frozenset(self._run.known)))
        return self._run.shown[key]

    def _confirm(self, stage: Stage, found: Found, steps: Steps, *, is_smallest: bool) -> None:
        if stage.is_noise(found):
            return
        suspect = Suspect(
            steps=steps,
            found=found,
            is_smallest=is_smallest,
            after_writes=stage.writes > 0,
            source=f"crossfade fuzz --seed {self._settings.seed}: {found.route} {found.fingerprint.template}",
        )
        case = self._runner.run(confirmed(stage, suspect))
        self._run.cases.append((suspect, case))
        state = "" if case.is_steady else f", seen {case.shown} of {case.played} times"
        self._say(f"{found.route} {case.path} ({found.fingerprint.kind}, {len(suspect.steps)} calls{state})")

    def _see_again(self, stage: Stage) -> None:
        """Plays the cases once more where the services can begin anew: so they will be replayed."""
        if self._reset is None or not self._run.cases:
            return
        self._runner.run(_awaited(self._reset))
        self._runner.run(self._pair.log_in())
        stage.forget_handles()
        seen = [(suspect, self._runner.run(seen_again(stage, suspect, case))) for suspect, case in self._run.cases]
        self._run.cases[:] = seen

    def _over(self, share: float = 1.0) -> str:
        """Why no more is tried, "" while there is a reason to."""
        if self._run.tried >= self._settings.max_examples * share:
            return f"{self._settings.max_examples} examples"
        return self._out_of_time(_FOR_DRAWING * share)

    def _out_of_time(self, share: float = 1.0) -> str:
        """That the time is up, "" while it is not; ``share`` of it."""
        limit = self._settings.seconds
        return f"{limit:g} s" if limit is not None and time.monotonic() - self._started >= limit * share else ""

    def _result(self, stage: Stage, found: Placed, ended: str) -> Fuzzed:
        return Fuzzed(
            seed=self._settings.seed,
            cases=tuple(case for _, case in self._run.cases if not stage.is_noise(case.found)),
            tallies=stage.tallies,
            nowhere=found.nowhere,
            left_out=self._run.left_out,
            accepted=tuple(sorted(stage.accepted)),
            tried=self._run.tried,
            sent=stage.sent,
            seconds=time.monotonic() - self._started,
            ended=ended,
        )


async def _awaited(reset: Reset) -> None:
    await reset()
