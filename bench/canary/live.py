"""The example's whole canary under load: who got a wrong answer, who changed sides, and which share each side had.

Everything is read from what the visitors wrote down themselves, and from the controller's journal.
"""

import argparse
import itertools
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scipy import stats

from crossfade.shadow.canary.journal.journal import journal_lines
from crossfade.shadow.canary.journal.lines import decode
from crossfade.shadow.canary.journal.records import Ticked
from crossfade.tools.demo.canary import CanaryDemoSettings, canary_problems, run_canary_demo

_SETTLES_S = 1.0  # around a change of a weight, when requests of both weights are under way
_P = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A weight of a route, and from when to when it held (seconds since the epoch)."""

    route: str
    pct: float
    since: float
    until: float


def main() -> None:
    """Runs the demo and prints what the visitors met; exits 1 where that is not as it must be."""
    args = _parsed()
    settings = CanaryDemoSettings(
        work=args.work.absolute(),
        build=args.work.absolute(),
        fixed=not args.bugs,
        late_bug=args.late_bug,
        rate=args.rate,
        limit_s=1800.0,
    )
    result = run_canary_demo(settings, lambda line: print(line, flush=True))
    problems = canary_problems(result, settings)
    began = float(result.visitors["began"])
    requests = [json.loads(line) for line in (settings.work / "visits.jsonl").read_text().splitlines()]
    told = list(_transitions(settings.work / ".crossfade" / "canary"))
    print(f"{len(requests):,} requests, {result.visitors['wrong']} wrong, {result.visitors['returned']} came back")
    if args.late_bug:
        _late(requests, told, began)
    else:
        problems += _shares(requests, list(_held(told, began, requests[-1]["at_s"])), began)
    for line in problems:
        print(f"NOT AS EXPECTED: {line}")
    sys.exit(bool(problems))


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=200.0, help="requests of visitors in a second")
    parser.add_argument("--late-bug", action="store_true")
    parser.add_argument("--bugs", action="store_true")
    parser.add_argument("--work", type=Path, default=Path(".crossfade/bench-canary"))
    return parser.parse_args()


def _transitions(folder: Path) -> Iterator[tuple[float, Any]]:
    for text in journal_lines(folder):
        body = decode(text).body
        if isinstance(body, Ticked):
            for transition in body.transitions:
                yield body.reading.at, transition


def _held(told: list[tuple[float, Any]], began: float, last_s: float) -> Iterator[Held]:
    changes = defaultdict(list)
    for at, transition in told:
        if transition.weight_pct != transition.weight_before_pct:
            changes[transition.route].append((at, transition.weight_pct))
    for route, found in changes.items():
        for (since, pct), (until, _) in itertools.pairwise([*found, (began + last_s, 0.0)]):
            yield Held(route=route.partition(" ")[2], pct=pct, since=since + _SETTLES_S, until=until - _SETTLES_S)


def _shares(requests: list[dict[str, Any]], weights: list[Held], began: float) -> list[str]:
    """Of each weight the distinct visitors of each side on all its routes, held against the weight."""
    seen: dict[float, dict[tuple[str, str], set[str]]] = defaultdict(lambda: defaultdict(set))
    by_route = defaultdict(list)
    for weight in weights:
        by_route[weight.route].append(weight)
    for request in requests:
        at = began + request["at_s"]
        for weight in by_route.get(request["route"], ()):
            if request["side"] and weight.since <= at <= weight.until:
                seen[weight.pct][request["route"], request["user"]].add(request["side"])
    problems = []
    for pct, found in sorted(seen.items()):
        users: dict[str, set[str]] = defaultdict(set)
        for (_, user), sides in found.items():
            users[user] |= sides
        mixed = sum(len(sides) > 1 for sides in users.values())
        inside = sum(sides == {"candidate"} for sides in users.values())
        share = 100 * inside / len(users)
        p = _p_of(inside, len(users), pct)
        shown = "all" if pct == 100 else f"chi-square p = {p:.3f}"  # noqa: PLR2004 - per cent
        print(f"{pct:g} %: {len(users)} visitors, {share:.1f} % by the candidate ({shown}), {mixed} by both sides")
        if mixed or p < _P:
            problems.append(f"{pct:g} %: {share:.1f} % of the visitors, {mixed} by both sides")
    return problems


def _p_of(inside: int, users: int, pct: float) -> float:
    """How likely a share is that is as far from the weight; 0 where it must be all and is not."""
    if pct == 100:  # noqa: PLR2004 - per cent
        return float(inside == users)
    expected = users * pct / 100
    return float(stats.chisquare([inside, users - inside], [expected, users - expected]).pvalue)


def _late(requests: list[dict[str, Any]], told: list[tuple[float, Any]], began: float) -> None:
    """How long the fault lasted for visitors, and how many of them met it."""
    wrong = [began + request["at_s"] for request in requests if request["wrong"]]
    back = [(at, transition) for at, transition in told if transition.weight_pct < transition.weight_before_pct]
    if wrong and back:
        print(f"{len(wrong)} wrong answers, from the first to the last {wrong[-1] - wrong[0]:.1f} s")
        print(f"first rollback {back[0][0] - wrong[0]:.1f} s after the first, last {back[-1][0] - wrong[0]:.1f} s")
    for _, transition in back[:3]:
        print(f"{transition.route}: {transition.code.value}: {transition.why}")


if __name__ == "__main__":
    main()
