"""What of a tick people are told. Pure."""

from collections.abc import Iterator

from crossfade.shadow.canary.notify.notice import Notice, NoticeKind
from crossfade.shadow.canary.reading import Reading, Standing
from crossfade.shadow.canary.states.records import Decision, Event, Phase, Transition

_STEPS = frozenset({Event.STEP_DONE, Event.STEPS_DONE, Event.BAKED, Event.RAMPED_DOWN, Event.READY})
_GATES = frozenset({Event.GATE_REACHED, Event.GATE_OPENED, Event.GATE_HELD, Event.GATE_EXPIRED})
_BACK = frozenset({Phase.ROLLING_BACK, Phase.ABORTED})


def notices(before: Reading | None, reading: Reading, decision: Decision) -> Iterator[Notice]:
    """The news of one tick, in the order in which it came; ``before`` is the reading of the tick before."""
    for transition in decision.transitions:
        if (kind := _kind(transition)) is not None:
            yield _of_transition(kind, transition, reading.at)
    for standing in reading.evidence:
        last = None if before is None else before.standing(standing.route)
        if decision.state.of(standing.route) is not None:
            yield from _of_standing(last, standing, reading.at)


def _kind(transition: Transition) -> NoticeKind | None:
    if transition.after != transition.before:
        if transition.after in _BACK:
            return NoticeKind.ROLLBACK
        if transition.after in {Phase.DEGRADED, Phase.PAUSED}:
            return NoticeKind.TROUBLE
    if transition.event in _GATES:
        return NoticeKind.GATE
    if transition.event in _STEPS and transition.weight_pct != transition.weight_before_pct:
        return NoticeKind.STEP
    if transition.after != transition.before and transition.event in _STEPS:
        return NoticeKind.STEP
    return None


def _of_transition(kind: NoticeKind, done: Transition, at: float) -> Notice:
    moved = (
        "" if done.weight_pct == done.weight_before_pct else f", {done.weight_before_pct:g} -> {done.weight_pct:g} %"
    )
    by = f", by {done.actor}" if done.actor else ""
    return Notice(
        key=f"{done.route}|{done.event}|{done.step}|{done.after}|{at:.3f}",
        kind=kind,
        route=done.route,
        at=at,
        text=f"{done.route}: {done.after}{moved}{by}: {done.why or done.event}",
        data={
            "event": done.event.value,
            "phase": done.after.value,
            "phase_before": done.before.value,
            "weight_pct": done.weight_pct,
            "weight_before_pct": done.weight_before_pct,
            "code": done.code.value,
            "actor": done.actor,
        },
    )


def _of_standing(before: Standing | None, now: Standing, at: float) -> Iterator[Notice]:
    """A verdict that turned, and findings that were not there: each once for a build."""
    build = now.candidate_build
    if now.verdict is not None and before is not None and before.verdict not in {None, now.verdict}:
        yield Notice(
            key=f"{now.route}|verdict|{now.verdict}|{build}",
            kind=NoticeKind.GATE,
            route=now.route,
            at=at,
            text=f"{now.route}: the verdict is {now.verdict}: {now.claim or now.reason}",
            data={"verdict": now.verdict, "verdict_before": before.verdict or "", "candidate_build": build},
        )
    for finding in sorted(set(now.open_findings) - set(() if before is None else before.open_findings)):
        yield Notice(
            key=f"{now.route}|finding|{finding}",
            kind=NoticeKind.FINDING,
            route=now.route,
            at=at,
            text=f"{now.route}: new finding {finding}; see crossfade report",
            data={"finding": finding, "candidate_build": build},
        )
