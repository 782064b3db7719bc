"""One run of fuzzing, from the first look at the services to the cases."""

import hashlib
import time
from asyncio import Runner
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from crossfade.parity_tests.fuzz.confirm import confirmed
from crossfade.parity_tests.fuzz.drawing import Drawing
from crossfade.parity_tests.fuzz.operations import Operation
from crossfade.parity_tests.fuzz.placing import Placed, placed
from crossfade.parity_tests.fuzz.plans import Chains, Plan, Step, written_out
from crossfade.parity_tests.fuzz.result import Case, Fuzzed
from crossfade.parity_tests.fuzz.search import Bounds, Smallest, search
from crossfade.parity_tests.fuzz.stage import Found, Stage
from crossfade.parity_tests.fuzz.survey import survey
from crossfade.parity_tests.replay.pair import Pair

_FIRST_SLICE, _LAST_SLICE = 12, 200
_MAX_LATE = 3
_FOR_DRAWING = 0.9  # of the time; the rest is for shrinking what was seen last

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class FuzzSettings:
    """``max_examples`` sequences are tried at most, for ``seconds`` at most; None: without that bound.

    ``max_shrinks`` sequences more are tried for each divergence, to make it smaller.
    """

    seed: int
    max_examples: int
    seconds: float | None = None
    max_shrinks: int = 150
    routes: Callable[[str], bool] = lambda _: True


@dataclass(slots=True)
class _Run:
    """What changes while it runs."""

    cases: list[Case] = field(default_factory=list)
    known: set[Found] = field(default_factory=set)
    shown: dict[bytes, frozenset[Found]] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    tried: int = 0


class Fuzzing:
    """Fuzzes a pair of services; ``runner`` is the loop on which the pair was opened."""

    def __init__(self, pair: Pair, runner: Runner, settings: FuzzSettings, say: Say) -> None:
        self._pair = pair
        self._runner = runner
        self._settings = settings
        self._say = say
        self._started = time.monotonic()
        self._run = _Run()

    def run(self, templates: Iterable[str]) -> Fuzzed:
        """Fuzzes the contract's methods and these HTTP routes; Ctrl-C ends it early with what was found."""
        found = self._runner.run(placed(self._pair, self._pair.contract, templates))
        operations = [item for item in found.operations if self._settings.routes(item.route.route)]
        stage = Stage(self._pair, operations)
        ended = "interrupted"
        try:
            ended = self._fuzz(stage, operations)
        except KeyboardInterrupt:
            self._say("interrupted: ending with what was found")
        return self._result(stage, found, ended)

    def _fuzz(self, stage: Stage, operations: list[Operation]) -> str:
        """Why it ended."""
        sources = self._runner.run(survey(operations, self._pair.contract, stage.give))
        self._say(f"{len(sources.chains)} of {len(operations)} routes give values that others may use")
        drawing = Drawing(operations, self._pair.contract, sources, {})
        cycle = 0
        while operations:
            before = self._run.tried
            for operation in operations:
                if reason := self._over():
                    return reason
                if operation.key not in self._run.left_out:
                    self._slice(stage, drawing, operation, cycle)
            if self._run.tried == before:
                return "no new sequences"
            cycle += 1
        return "no routes"

    def _slice(self, stage: Stage, drawing: Drawing, operation: Operation, cycle: int) -> None:
        """Tries some sequences for one operation, more in each cycle, and shrinks what is new."""
        plans, chains = drawing.plans(operation), drawing.chains
        size = min(_FIRST_SLICE << cycle, _LAST_SLICE)
        seed = f"{self._settings.seed}/{cycle}/{operation.key}"
        run, settings = self._run, self._settings
        until = min(run.tried + size, settings.max_examples)
        bounds = Bounds(
            max_examples=size,
            max_shrinks=settings.max_shrinks,
            is_over=lambda: run.tried >= until or bool(self._out_of_time(_FOR_DRAWING)),
            is_out_of_time=lambda: bool(self._out_of_time()),
        )

        def show(plan: Plan) -> frozenset[Found]:
            return self._show(stage, chains, plan)

        stage.forget_answers()
        # the same seed again: what was drawn before is known by now, and it goes on behind the last hit
        while (smallest := search(plans, show, frozenset(run.known), seed, bounds)) is not None:
            run.known.add(smallest.found)
            self._confirm(stage, written_out(smallest.plan, chains), smallest)
        if (late := stage.tallies[operation.key].late) >= _MAX_LATE:
            run.left_out[operation.key] = f"legacy gave no answer in time, {late} times"

    def _confirm(self, stage: Stage, steps: tuple[Step, ...], smallest: Smallest) -> None:
        found = smallest.found
        if stage.is_noise(found):
            return
        source = f"crossfade fuzz --seed {self._settings.seed}: {found.route} {found.fingerprint.template}"
        case = self._runner.run(confirmed(stage, steps, found, minimal=smallest.minimal, source=source))
        self._run.cases.append(case)
        state = "" if case.is_steady else f", seen {case.shown} of {case.played} times"
        self._say(f"{found.route} {case.path} ({found.fingerprint.kind}, {len(steps)} calls{state})")

    def _show(self, stage: Stage, chains: Chains, plan: Plan) -> frozenset[Found]:
        """What the last call of a plan shows; each plan is played once."""
        key = hashlib.blake2b(repr(plan).encode("utf-8", "surrogatepass"), digest_size=16).digest()
        if key not in self._run.shown:
            self._run.tried += 1
            steps = written_out(plan, chains)
            self._run.shown[key] = self._runner.run(stage.show(steps, frozenset(self._run.known)))
        return self._run.shown[key]

    def _over(self) -> str:
        """Why no more is tried, "" while there is a reason to."""
        if self._run.tried >= self._settings.max_examples:
            return f"{self._settings.max_examples} examples"
        return self._out_of_time(_FOR_DRAWING)

    def _out_of_time(self, share: float = 1.0) -> str:
        """That the time is up, "" while it is not; ``share`` of it."""
        limit = self._settings.seconds
        return f"{limit:g} s" if limit is not None and time.monotonic() - self._started >= limit * share else ""

    def _result(self, stage: Stage, found: Placed, ended: str) -> Fuzzed:
        cases = [case for case in self._run.cases if not stage.is_noise(case.found)]
        return Fuzzed(
            seed=self._settings.seed,
            cases=tuple(cases),
            tallies=stage.tallies,
            nowhere=found.nowhere,
            left_out=self._run.left_out,
            tried=self._run.tried,
            sent=stage.sent,
            seconds=time.monotonic() - self._started,
            ended=ended,
        )
