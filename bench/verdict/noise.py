"""Fields that differ from one answer of legacy to the next, with and without a bug among them: what the gate says.

    python bench/verdict/noise.py [--seed N] [--runs 300] [--only clean,found,hidden,passes] [--done FILE]

Four tables, each of many simulated runs whose observations go through the real evidence, view and claim (`quick.py`
stands for the judge, and `same_as_judge.py` holds it against the real one):

* clean: 50 noisy fields and a right candidate. FAIL must be at most 1 %.
* found: a bug behind noise. PASS must be at most 5 %.
* hidden: one or a few differences of legacy from its secondary in the field in which the candidate is wrong more often
  than the budget allows. PASS must be at most 5 % in every cell.
* passes: after how many requests a right candidate passes (no target).

Noise comes in two kinds: "by answer" (any answer has an odd value now and then) and "by request" (in some requests the
field is another in each answer).
"""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from gated import Run
from jobs import Cell, Job, arguments, jobs, run, share
from looks import look, template
from quick import observed
from world import Asked, Bug, World

from crossfade.shadow.asking.rechecks import Rechecks
from crossfade.shadow.evidence.gate_settings import GateSettings
from crossfade.shadow.evidence.view import Status
from crossfade.shadow.exchange.difference import Fingerprint

GATE = GateSettings(routes=("*",))
RECHECK_PCT = 20.0
_FIELDS = 50
_BUG_AT = 7
_KINDS = ("by answer", "by request")
_LOOKS = (300, 400, 1000, 2000, 5000)
_FAIL_PCT, _PASS_PCT = 1.0, 5.0
_PATIENCE = 6000


def simulate(world: World, n: int, secondary_pct: float, seed: str, at: Sequence[int] = ()) -> Counter[str]:
    """One run: the verdict at its end, or at each of these n, and whether the bug's place was open."""
    rng = random.Random(seed)
    rechecks, gated = Rechecks(RECHECK_PCT), Run(GATE)
    found: Counter[str] = Counter(runs=1)
    for number in range(n):
        looks = look(Asked(world, number, rng), number, f"{seed}/{number}", secondary_pct, rechecks)
        gated.enter()
        gated.add(observed(looks))
        if number + 1 == n or number + 1 in at:
            seen = gated.look()
            label = f" at {number + 1}" if at else ""
            found[f"{seen.claim.verdict}{label}"] += 1
            found[f"ground {seen.claim.ground.value}{label}"] += 1
            if world.bug is not None and _is_found(seen.view.statuses):
                found[f"found{label}"] += 1
            if at and seen.claim.verdict == "fail":
                found.update(
                    {f"{word} at {later}": 1 for later in at if later > number + 1 for word in ("fail", "found")}
                )
                break  # it has failed, and more of the same candidate takes nothing back
    return found


def _is_found(statuses: Mapping[Fingerprint, Status]) -> bool:
    place = Fingerprint(template=template(_BUG_AT), kind="value")
    return statuses.get(place) in {Status.OPEN, Status.SUSPICIOUS}


def clean(job: Job) -> Counter[str]:
    """Noise, and a right candidate."""
    noise, kind, n, secondary_pct = job.cell[1:]
    world = World(places=_FIELDS, noise=float(noise) / 100, by_request=kind == _KINDS[1])
    return _sum(simulate(world, int(n), float(secondary_pct), seed) for seed in job.numbers())


def found(job: Job) -> Counter[str]:
    """A bug in a field that is noisy like all others."""
    noise, rate, kind, steady, n, secondary_pct = job.cell[1:]
    bug = Bug(place=_BUG_AT, rate=float(rate) / 100, steady=steady == "steady")
    world = World(places=_FIELDS, noise=float(noise) / 100, by_request=kind == _KINDS[1], bug=bug)
    return _sum(simulate(world, int(n), float(secondary_pct), seed) for seed in job.numbers())


def hidden(job: Job) -> Counter[str]:
    """A bug in a field in which legacy differed from its secondary once or a few times; looked at on the way."""
    rate, steady, events, secondary_pct = job.cell[1:]
    bug = Bug(place=_BUG_AT, rate=float(rate) / 100, steady=steady == "steady")
    total: Counter[str] = Counter()
    for seed in job.numbers():
        happened = frozenset(random.Random(f"{seed} events").sample(range(_LOOKS[0]), int(events)))
        world = World(places=_BUG_AT + 1, noise=0.0, bug=bug, events=happened)
        total.update(simulate(world, _LOOKS[-1], float(secondary_pct), seed, _LOOKS))
    return total


def passes(job: Job) -> Counter[str]:
    """After how many requests a right candidate passes, looked at every 20; ``n`` sums them."""
    fields, noise, kind, secondary_pct = job.cell[1:]
    world = World(places=int(fields), noise=float(noise) / 100, by_request=kind == _KINDS[1])
    return _sum(_until_it_passes(world, float(secondary_pct), seed) for seed in job.numbers())


def _until_it_passes(world: World, secondary_pct: float, seed: str) -> Counter[str]:
    rng = random.Random(seed)
    rechecks, gated = Rechecks(RECHECK_PCT), Run(GATE)
    for number in range(_PATIENCE):
        gated.enter()
        gated.add(observed(look(Asked(world, number, rng), number, f"{seed}/{number}", secondary_pct, rechecks)))
        if (number + 1) % 20 == 0 and gated.look().claim.verdict == "pass":
            return Counter({"runs": 1, "pass": 1, "n": number + 1})
    claim = gated.look().claim
    return Counter({"runs": 1, claim.verdict: 1, f"ground {claim.ground.value}": 1})


def _sum(counts: Iterable[Counter[str]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for each in counts:
        total.update(each)
    return total


WORK = {"clean": clean, "found": found, "hidden": hidden, "passes": passes}


def work(job: Job) -> Counter[str]:
    """The simulation that a cell names first."""
    return WORK[str(job.cell[0])](job)


def cells(name: str) -> list[Cell]:
    """The grid of one table."""
    if name == "clean":
        return [
            (name, noise, kind, n, secondary)
            for noise in (1, 5, 70)
            for kind in _KINDS
            for n in (200, 2000, 20_000)
            for secondary in (20, 100)
        ]
    if name == "found":
        behind = [(3, 1, 20_000), (70, 100, 200), (3, 5, 2000)]
        return [
            (name, noise, rate, kind, steady, n, secondary)
            for noise, rate, n in behind
            for kind in _KINDS
            for steady in ("steady", "now and then")
            for secondary in (20, 100)
        ]
    if name == "passes":
        return [
            (name, fields, noise, kind, secondary)
            for fields, noise, kind in ((3, 100, _KINDS[1]), (3, 5, _KINDS[0]), (50, 1, _KINDS[0]), (50, 70, _KINDS[1]))
            for secondary in (10, 20, 100)
        ]
    return [
        (name, rate, steady, events, secondary)
        for rate in (2, 5, 10, 20)
        for steady in ("steady", "now and then")
        for events in (1, 3)
        for secondary in (10, 20, 100)
    ]


def _print(name: str, sums: dict[Cell, Counter[str]]) -> bool:
    """A table; whether a cell misses its target."""
    heads = {
        "clean": ("noise %", "kind", "n", "secondary %"),
        "found": ("noise %", "bug %", "kind", "bug is", "n", "secondary %"),
        "hidden": ("bug %", "bug is", "events", "secondary %"),
        "passes": ("fields", "noise %", "kind", "secondary %"),
    }[name]
    columns = ("FAIL", "PASS", "inconclusive", "bug open", "grounds")
    if name == "hidden":
        columns = (*(f"PASS at {n}" for n in _LOOKS), "FAIL, open at 5000")
    if name == "passes":
        columns = ("PASS", "after (mean)", "FAIL", f"grounds at {_PATIENCE}")
    print(f"\n{name}\n\n| {' | '.join((*heads, 'runs', *columns))} |\n|{'---|' * (len(heads) + 1 + len(columns))}")
    missed = False
    for cell, count in sums.items():
        runs = count["runs"]
        if name == "hidden":
            passes = [count[f"pass at {n}"] for n in _LOOKS]
            shown = [share(each, runs) for each in passes]
            shown.append(f"{100 * count['fail at 5000'] / runs:.0f} %, {100 * count['found at 5000'] / runs:.0f} %")
            bad = any(100 * each / runs > _PASS_PCT for each in passes)
        elif name == "passes":
            shown = [
                str(count["pass"]),
                f"{count['n'] / max(1, count['pass']):.0f}",
                str(count["fail"]),
                _grounds(count),
            ]
            bad = False
        else:
            grounds = _grounds(count)
            shown = [share(count["fail"], runs), share(count["pass"], runs)]
            shown += [f"{100 * count['inconclusive'] / runs:.0f} %", f"{100 * count['found'] / runs:.0f} %", grounds]
            limit, key = (_FAIL_PCT, "fail") if name == "clean" else (_PASS_PCT, "pass")
            bad = 100 * count[key] / runs > limit
        missed = missed or bad
        print(f"| {' | '.join((*map(str, cell[1:]), str(runs), *shown))} |{' MISSED' if bad else ''}")
    return missed


def _grounds(count: Counter[str]) -> str:
    return ", ".join(f"{key[7:]} {n}" for key, n in count.most_common() if key.startswith("ground "))


def _runs(cell: Cell, runs: int) -> int:
    """The largest cells take minutes each; a third of the runs must do there."""
    return max(1, runs // 3) if 20_000 in cell else runs  # noqa: PLR2004 - the n of the grid


def main() -> int:
    """Prints the tables; 1 where a cell misses its target."""
    parser = arguments(__doc__, runs=300)
    parser.add_argument("--only", default=",".join(WORK), help="tables by commas")
    asked: argparse.Namespace = parser.parse_args()
    missed = False
    for name in asked.only.split(","):
        todo = [
            job
            for cell in cells(name)
            for job in jobs([cell], seed=asked.seed, runs=_runs(cell, asked.runs), chunk=1 if 20_000 in cell else 10)  # noqa: PLR2004
        ]
        missed = _print(name, run(work, todo, processes=asked.processes, done=asked.done)) or missed
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
