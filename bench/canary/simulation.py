"""How often a right candidate is rolled back, and a wrong one is not: made-up rollouts through the real decide."""

import argparse
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
from world import Fault, World, draw_plan

from crossfade.shadow.canary.states.controller import begin, decide
from crossfade.shadow.canary.states.records import GOING_BACK, TERMINAL, Event, RouteState
from crossfade.shadow.serving.weights import RouteWeight

HEALTHY_AT_MOST = 0.01
FAULTY_AT_LEAST = 0.99
TIMES = 3.0
"""The fault's size, in budgets."""
_MAX_TICKS = 20_000
_REQUESTS_A_TICK = 200.0
_ENDS = TERMINAL | GOING_BACK


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a rollout ended: what went back and why, whether it came to an end, and whether a fault had begun by then.

    ``bad`` are the candidate's errors until then, on the routes that are watched: with a fault the one that has it.
    """

    seed: int
    back: tuple[str, ...]
    is_over: bool
    fault_began: bool
    bad: int
    hours: float


def healthy(seed: int) -> Ended:
    """A rollout of a candidate that errs as legacy does."""
    return _run(seed, has_fault=False)


def faulty(seed: int) -> Ended:
    """A rollout whose candidate errs by three budgets more on one route, from some moment on."""
    return _run(seed, has_fault=True)


def _run(seed: int, *, has_fault: bool) -> Ended:
    rng = np.random.default_rng(seed)
    plan, traffic = draw_plan(rng)
    fault = None
    if has_fault:
        bad = traffic[rng.integers(len(traffic))]
        onset_s = float(rng.choice([0.0, rng.uniform(0, 1800)]))
        fault = Fault(route=bad.route, errors=TIMES * plan.routes[0].error_budget, onset_s=onset_s)
    world = World(rng=rng, traffic=traffic, fault=fault)
    seconds = max(1.0, _REQUESTS_A_TICK / max(one.rps for one in traffic if _is_watched(one.route, fault)))
    state, weights, back, started = begin(plan, world.at), tuple[RouteWeight, ...](), list[str](), world.at
    watched: list[RouteState] = []
    for _ in range(_MAX_TICKS):
        decision = decide(plan, state, world.reading(state, weights, seconds))
        state, weights = decision.state, decision.weights
        watched = [route for route in state.routes if _is_watched(route.route, fault)]
        back += [f"{one.route}: {one.code}" for one in decision.transitions if one.event is Event.FAILED]
        if all(route.phase in _ENDS for route in watched):
            break
    return Ended(
        seed=seed,
        back=tuple(back),
        is_over=all(route.phase in _ENDS for route in watched),
        fault_began=world.fault_began,
        bad=sum(route.tally.errors.total.candidate_bad for route in watched),
        hours=(world.at - started) / 3600,
    )


def _is_watched(route: str, fault: Fault | None) -> bool:
    return fault is None or route == fault.route


def _told(runs: Iterable[Ended]) -> None:
    for one in runs:
        print(f"  seed {one.seed}: {'; '.join(one.back) or 'none went back'}, after {one.hours:.1f} h")


def main() -> int:
    """Runs both kinds and prints what came of them; 1 where a bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plans", type=int, default=100, help="how many of each kind")
    parser.add_argument("--seed", type=int, default=1, help="of the first plan")
    parser.add_argument("--processes", type=int, default=2)
    args = parser.parse_args()
    began = time.monotonic()
    seeds = range(args.seed, args.seed + args.plans)
    with ProcessPoolExecutor(args.processes) as pool:
        right, wrong = list(pool.map(healthy, seeds)), list(pool.map(faulty, seeds))
    wrong = [one for one in wrong if one.fault_began]
    false, found = [one for one in right if one.back], [one for one in wrong if one.back]
    missed = [one for one in wrong if not one.back]
    print(f"healthy: {len(false)} of {len(right)} rolled back, {sum(not one.is_over for one in right)} did not end")
    _told(false)
    print(f"{TIMES:g} times the budget: {len(found)} of {len(wrong)} rolled back")
    _told(missed)
    print(f"errors until it was rolled back: median {np.median([one.bad for one in found]):.0f}")
    print(f"{time.monotonic() - began:.0f} s")
    return int(len(false) > HEALTHY_AT_MOST * len(right) or len(found) < FAULTY_AT_LEAST * len(wrong))


if __name__ == "__main__":
    sys.exit(main())
