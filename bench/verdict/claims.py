"""A candidate that is wrong exactly as often as the budget says: how often is there a PASS?

    python bench/verdict/claims.py [--seed N] [--runs 2000] [--only live,planned,bursts] [--done FILE]

It must be at most 5 %, plus three standard errors of the simulation. To save time there is no look where even an exact
bound for a single look, on all that differed so far, is a fifth above the budget; but every fiftieth is taken there.

* live: a look at each request at which that could be, and the run is ended (and judged once more) as soon as one
  passes. A PASS at any look counts.
* planned: `planned_n` is set; one look when so many are there, and one at each request after that.
* bursts: ten requests of one minute share their fate, and the unit is `minute`; a look at each request.
"""

import math
import random
import sys
from collections import Counter
from dataclasses import replace
from functools import cache

from gated import Run
from jobs import Cell, Job, arguments, jobs, run, share
from looks import Looks, look
from quick import observed
from world import Asked, Bug, World

from crossfade.shadow.asking.rechecks import Rechecks
from crossfade.shadow.config.settings import Unit
from crossfade.shadow.evidence.gate_settings import GateSettings
from crossfade.shadow.evidence.statistics import finished_bounds
from crossfade.shadow.exchange.observations import Judged

_RECHECK_PCT = 20.0
_BURST = 10
_MINUTE_S = 60.0
_ERROR = 0.05
_SLACK, _ANYWAY = 1.2, 50


def _gate(budget_pct: float, mode: str) -> GateSettings:
    unit = Unit.MINUTE if mode == "bursts" else Unit.REQUEST
    planned = _exact_n(budget_pct) if mode == "planned" else None
    return GateSettings(routes=("*",), budget_pct=budget_pct, unit=unit, planned_n=planned)


def _exact_n(budget_pct: float) -> int:
    """So many without a difference prove the budget at one look; three times that leaves room for a few."""
    return 3 * math.ceil(math.log(_ERROR) / math.log(1 - budget_pct / 100))


def simulate(job: Job) -> Counter[str]:
    """Runs of one cell: whether any look, and the look after the end, passed."""
    mode, kind, budget_pct, secondary_pct, units = job.cell
    bug = Bug(place=0, rate=float(budget_pct) / 100, steady=kind == "steady")
    world = World(places=1, noise=0.0, bug=bug)
    total: Counter[str] = Counter()
    for seed in job.numbers():
        passed = _passes(world, str(mode), float(budget_pct), float(secondary_pct), int(units), seed)
        total.update(runs=1, passed=passed)
    return total


def _passes(world: World, mode: str, budget_pct: float, secondary_pct: float, units: int, seed: str) -> bool:  # noqa: PLR0913, PLR0917
    gate, rng = _gate(budget_pct, mode), random.Random(seed)
    rechecks, gated = Rechecks(_RECHECK_PCT), Run(gate, secondary=secondary_pct > 0)
    most, differing = _most_that_may_differ(budget_pct, units), 0
    for unit in range(units):
        fate = Asked(world, unit, rng)
        differs = False
        for at in range(_BURST if mode == "bursts" else 1):
            looks = look(fate, unit, f"{seed}/{unit}/{at}", secondary_pct, rechecks)
            gated.enter()
            gated.add(_in_minutes(looks) if mode == "bursts" else observed(looks))
            differs = differs or looks.legacy != looks.candidate
            is_open = differing + differs <= most[unit] or (unit + 1) % _ANYWAY == 0
            if is_open and unit + 1 >= (gate.planned_n or 1) and gated.look().claim.verdict == "pass":
                return gated.look(finished=True).claim.verdict == "pass" or mode != "live"
        differing += differs
    return gated.look(finished=True).claim.verdict == "pass"


@cache
def _most_that_may_differ(budget_pct: float, units: int) -> tuple[int, ...]:
    """By n - 1, how many may differ so that an exact bound at one look is below the budget, or little above.

    -1 where even none are too many.
    """
    found, most = [], -1
    for n in range(1, units + 1):
        while most < n - 1 and finished_bounds(most + 1, n, 1 - _ERROR).upper < _SLACK * budget_pct / 100:
            most += 1
        found.append(most)
    return tuple(found)


def _in_minutes(looks: Looks) -> Judged:
    """As the judge hashes it where the unit is a minute."""
    at = looks.number * _MINUTE_S
    return replace(observed(looks), at=at, request_hash=looks.number)


def cells(mode: str) -> list[Cell]:
    """The grid of one mode: kind of bug, budget, share of the secondary, and how long a run is at most."""
    sides = [("steady", 0), ("steady", 20), ("now and then", 20)]
    if mode == "bursts":
        return [(mode, kind, 5.0, secondary, 400) for kind, secondary in sides[:2]]
    found: list[Cell] = [(mode, kind, 5.0, secondary, 1000) for kind, secondary in sides]
    return [*found, (mode, "steady", 1.0, 20, 4000)] if mode == "live" else found


def main() -> int:
    """Prints the table; 1 where a cell misses its target."""
    parser = arguments(__doc__, runs=2000)
    parser.add_argument("--only", default="live,planned,bursts", help="modes by commas")
    asked = parser.parse_args()
    limit = _ERROR + 3 * math.sqrt(_ERROR * (1 - _ERROR) / asked.runs)
    missed = False
    print(f"| looks | difference | budget % | secondary % | at most | runs | false PASS (limit {100 * limit:.1f} %) |")
    print("|---|---|---|---|---|---|---|")
    for mode in asked.only.split(","):
        for cell in cells(mode):
            todo = jobs([cell], seed=asked.seed, runs=asked.runs, chunk=20)
            count = run(simulate, todo, processes=asked.processes, done=asked.done)[cell]
            bad = count["passed"] > limit * count["runs"]
            missed = missed or bad
            shown = share(count["passed"], count["runs"])
            print(f"| {' | '.join(map(str, cell))} | {count['runs']} | {shown} |{' MISSED' if bad else ''}", flush=True)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
