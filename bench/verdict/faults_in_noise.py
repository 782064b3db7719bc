"""Faults inside fields that always differ: is each found, and is a right candidate left alone?

    python bench/verdict/faults_in_noise.py [--seed N] [--runs 50] [--clean-runs 200] [--done FILE]

Every request has eight fields that are another in each answer (things.py), as JSON or as a proto message. The real
judge looks at legacy, candidate and secondary, and once more where the bounds allow it; its observations go through
evidence, view and claim. A fault is found where the gate says FAIL within n = 600 (secondary 100 %) or 3,000 (secondary
20 %). Without a fault a FAIL, or a suspicious place, at any look is a false alarm: at most 1 % of runs.
"""

import random
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from gated import Run
from jobs import Cell, Job, arguments, jobs, run, share
from looks import SECONDS, STARTED
from noise import GATE, RECHECK_PCT
from things import FAULTS, Form, Values, form, values

from crossfade.shadow.asking.rechecks import Rechecks
from crossfade.shadow.evidence.view import Status
from crossfade.shadow.exchange import Again, Answer, Comparison
from crossfade.shadow.exchange.share import share as share_of
from crossfade.shadow.judging.judge import Judge

_RIGHT = "right"
_LENGTHS = {100: 600, 20: 3000}
_FALSE_PCT = 1.0


class Sides:
    """What legacy, candidate and secondary answer to one request after the other."""

    def __init__(self, made: Form, fault: str, seed: str) -> None:
        self._form = made
        self._rng = random.Random(seed)
        self._change: Callable[[Values], Values] = FAULTS.get(fault, lambda found: found)

    def legacy(self, number: int) -> Answer:
        """Also the secondary's."""
        return self._form.answer(self._values(number))

    def candidate(self, number: int) -> Answer:
        """Legacy's, but for the fault."""
        return self._form.answer(self._change(self._values(number)))

    def _values(self, number: int) -> Values:
        return values(number, STARTED + number * SECONDS, self._rng)


class Watched:
    """One run: requests through the judge into the evidence."""

    def __init__(self, name: str, fault: str, secondary_pct: float, seed: str) -> None:
        self._form = form(name)
        self._sides = Sides(self._form, fault, seed)
        self._secondary_pct = secondary_pct
        self._seed = seed
        self._judge = Judge(contract=self._form.contract)
        self._rechecks = Rechecks(RECHECK_PCT)
        self.run = Run(GATE, route=self._form.route)

    def ask(self, number: int) -> None:
        """One request to all sides."""
        request_id = f"{self._seed}/{number}"
        is_asked = share_of(request_id, "secondary") < self._secondary_pct
        comparison = Comparison(
            request=self._form.request(number, request_id),
            route=self._form.route.route,
            legacy=self._sides.legacy(number),
            candidate=self._sides.candidate(number),
            secondary=self._sides.legacy(number) if is_asked else None,
        )
        verdict = self._judge.observe(self._again(comparison, number), self._form.route)
        self.run.enter()
        for observation in (verdict.observation, *verdict.proofs):
            self.run.add(observation)

    def _again(self, comparison: Comparison, number: int) -> Comparison:
        """All fields differ in each answer, so a third answer of the secondary is needed wherever it has given none."""
        self._rechecks.earn()
        places = self._judge.differs(comparison, self._form.route)
        is_sampled = comparison.secondary is not None
        if not self._rechecks.take(self._form.route, places, comparison.request.id, is_sampled=is_sampled):
            return comparison
        later = self._sides.legacy(number) if comparison.secondary is None else None
        again = Again(candidate=self._sides.candidate(number), secondary=self._sides.legacy(number), later=later)
        return replace(comparison, again=again)


def simulate(job: Job) -> Counter[str]:
    """Runs of one cell: in how many the gate said FAIL, and where it did, after how many requests."""
    name, fault, secondary_pct = job.cell
    total: Counter[str] = Counter()
    for seed in job.numbers():
        total.update(_watch(str(name), str(fault), int(secondary_pct), seed))
    return total


def _watch(name: str, fault: str, secondary_pct: int, seed: str) -> Counter[str]:
    watched = Watched(name, fault, secondary_pct, seed)
    length = _LENGTHS[secondary_pct]
    for number in range(length):
        watched.ask(number)
        if (number + 1) % (length // 24) and number + 1 != length:
            continue
        seen = watched.run.look()
        suspicious = [place.template for place in seen.view.places if place.status is Status.SUSPICIOUS]
        if seen.claim.verdict == "fail" or (fault == _RIGHT and suspicious):
            kind = "FAIL" if seen.claim.verdict == "fail" else "suspicious"
            return Counter({"runs": 1, kind: 1, "n": number + 1, f"at {', '.join(suspicious)}": 1})
    claim = watched.run.look().claim
    return Counter({"runs": 1, f"{claim.verdict} {claim.ground.value}": 1})


def main() -> int:
    """Prints the table; 1 where a cell misses its target."""
    parser = arguments(__doc__, runs=50)
    parser.add_argument("--clean-runs", type=int, default=200)
    parser.add_argument("--forms", default="json,proto")
    parser.add_argument("--secondary", default="100,20")
    asked = parser.parse_args()
    print("| fault | form | secondary % | n | runs | FAIL | after (mean) | other |\n|---|---|---|---|---|---|---|---|")
    missed = False
    for fault in (_RIGHT, *FAULTS):
        for name in asked.forms.split(","):
            for secondary in map(int, asked.secondary.split(",")):
                cell: Cell = (name, fault, secondary)
                runs = asked.clean_runs if fault == _RIGHT else asked.runs
                todo = jobs([cell], seed=asked.seed, runs=runs, chunk=5)
                count = run(simulate, todo, processes=asked.processes, done=asked.done)[cell]
                missed = _row(cell, count) or missed
    return int(missed)


def _row(cell: Cell, count: Counter[str]) -> bool:
    name, fault, secondary = cell
    runs, alarms = count["runs"], count["FAIL"]
    false = 100 * (alarms + count["suspicious"]) > _FALSE_PCT * runs
    bad = false if fault == _RIGHT else alarms < runs
    other = ", ".join(f"{key} {n}" for key, n in count.items() if key not in {"runs", "FAIL", "n"})
    after = f"{count['n'] / max(1, alarms + count['suspicious']):.0f}" if alarms else "-"
    shown = share(alarms, runs) if fault == _RIGHT else f"{alarms} of {runs}"
    print(
        f"| {fault} | {name} | {secondary} | {_LENGTHS[int(secondary)]} | {runs} | {shown} | {after} | {other} |"
        f"{' MISSED' if bad else ''}",
        flush=True,
    )
    return bad


if __name__ == "__main__":
    sys.exit(main())
