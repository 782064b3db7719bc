"""What 200 switches under load have shown: sums of calls, and what of it was not as it must be."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from calls import Call

EXPECTED = {"LEGACY": "legacy", "COMPARE": "legacy", "PORTED": "candidate", "PORTED_COMPARE": "candidate"}
_KEPT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """A mode from the writing of its file, through the service's word that it holds, to the next writing."""

    mode: str
    written: float
    held: float
    until: float


def faults(calls: Sequence[Call], switches: Sequence[Switch], evidence: Mapping[str, int]) -> list[str]:
    """Everything that must not be, a line for each kind; empty where all is well."""
    wrong = [f"{call.rpc} {call.number}: {call.wrong}" for call in calls if call.wrong]
    found = [f"{len(wrong)} calls lost or wrong: {'; '.join(wrong[:_KEPT])}"] if wrong else []
    found += _ineffective(calls, switches)
    settled = sum(count for name, count in evidence.items() if name != "entered")
    if evidence.get("entered", 0) != settled:
        found.append(f"comparisons: {evidence.get('entered', 0)} entered, but {settled} have an outcome")
    return found


def _ineffective(calls: Sequence[Call], switches: Sequence[Switch]) -> Iterator[str]:
    """A switch has worked where calls came while it held, and each went where the mode sends it."""
    canary: set[str] = set()
    for number, switch in enumerate(switches):
        sides = {call.side for call in calls if switch.held <= call.began and call.decided <= switch.until}
        if switch.mode in EXPECTED and sides != {EXPECTED[switch.mode]}:
            yield f"switch {number} to {switch.mode}: expected {EXPECTED[switch.mode]}, got {sorted(sides)}"
        elif switch.mode not in EXPECTED:
            canary |= sides
    if any(switch.mode not in EXPECTED for switch in switches) and canary != {"legacy", "candidate"}:
        yield f"CANARY: expected both sides, got {sorted(canary)}"


def lines(calls: Sequence[Call], switches: Sequence[Switch], evidence: Mapping[str, int]) -> Iterator[str]:
    """The sums as a table."""
    yield "| RPC | calls | ended OK | messages asked, answered | by legacy | by the candidate |"
    yield "|---|---|---|---|---|---|"
    for rpc in sorted({call.rpc for call in calls}):
        yield _row(rpc, [call for call in calls if call.rpc == rpc])
    yield _row("all", calls)
    seconds = max(call.due for call in calls) - min(call.due for call in calls)
    late = sorted((call.began - call.due) * 1000 for call in calls)
    yield f"\noffered: {len(calls) / seconds:.0f} calls per second; begun {late[len(late) // 2]:.1f} ms (median) late"
    took = sorted((call.ended - call.due) * 1000 for call in calls if call.rpc == "Say")
    yield f"unary: p50 {took[len(took) // 2]:.1f} ms, p99 {took[len(took) * 99 // 100]:.1f} ms, from the fixed time"
    effect = [(switch.held - switch.written) * 1000 for switch in switches]
    yield f"switches: {len(switches)}, each held after {median(effect):.0f} ms (median), {max(effect):.0f} ms at most"
    yield _lived_through(calls, switches)
    pairs = Counter((old.mode, new.mode) for old, new in pairwise(switches))
    yield f"pairs of modes, one after the other: {len(pairs)}"
    yield "comparisons: " + ", ".join(f"{name} {count}" for name, count in sorted(evidence.items()))


def _row(name: str, calls: Sequence[Call]) -> str:
    ok = sum(not call.wrong for call in calls)
    asked, answered = sum(call.asked for call in calls), sum(call.answered for call in calls)
    by = Counter(call.side for call in calls)
    return f"| {name} | {len(calls)} | {ok} | {asked}, {answered} | {by['legacy']} | {by['candidate']} |"


def _lived_through(calls: Sequence[Call], switches: Sequence[Switch]) -> str:
    """How many calls were decided before a switch was written and ended after it held."""
    lived = [[call for call in calls if call.decided < each.written and call.ended > each.held] for each in switches]
    through = Counter(id(call) for each in lived for call in each)
    counts = sorted(len(each) for each in lived)
    return (
        f"in flight from before a switch until after it: {median(counts):.0f} calls (median), {counts[0]} at least; "
        f"{len(through)} calls in all, each through {sum(through.values()) / max(1, len(through)):.1f} switches (mean)"
    )
