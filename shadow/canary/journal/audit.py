"""Derives every decision of a journal again from its inputs, and follows the chain. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from crossfade.shadow.canary.journal.lines import BrokenLineError, decode, digest
from crossfade.shadow.canary.journal.records import Adopted, Body, Continued, Repaired, Ticked
from crossfade.shadow.canary.plan.records import Plan
from crossfade.shadow.canary.states.adopt import adopt
from crossfade.shadow.canary.states.controller import decide
from crossfade.shadow.canary.states.records import RolloutState, RouteState
from crossfade.shadow.errors import ShadowError


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """The first line that is not what follows from those before."""

    number: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What was found up to the end, or up to the first problem.

    ``first`` is the number of the first line that is still there. ``head`` is the hash of the last line: kept
    elsewhere, it shows later that nothing was rewritten.
    """

    first: int
    lines: int
    decisions: int
    transitions: int
    repaired: int
    head: str
    problem: Problem | None = None
    plan: Plan | None = None
    state: RolloutState = field(default_factory=RolloutState)


def audit(lines: Iterable[bytes], *, kept: str = "") -> Audit:
    """The audit of all lines of a journal, the oldest first, without their ends.

    ``kept`` is the hash of a line that was once the last: where no line has it, the end is gone or was written anew.
    """
    follower = _Follower(kept)
    for text in lines:
        problem = follower.follow(text)
        if problem is not None:
            return follower.result(Problem(number=follower.next_number, why=problem))
    if not follower.has_kept:
        return follower.result(Problem(number=follower.next_number, why=f"it ends, and no line has the hash {kept}"))
    return follower.result(None)


class _Follower:
    def __init__(self, kept: str) -> None:
        self.next_number = 0
        self.has_kept = not kept
        self._kept = kept
        self._first = -1
        self._head = ""
        self._plan: Plan | None = None
        self._state = RolloutState()
        self._lines = self._decisions = self._transitions = self._repaired = 0

    def follow(self, text: bytes) -> str | None:
        """What is wrong with the next line; None where nothing is."""
        try:
            line = decode(text)
        except BrokenLineError as error:
            return f"it is no line of a journal: {error}"
        if self._first < 0:
            if not isinstance(line.body, Adopted | Continued):
                return "a journal begins with a plan"
            self._first = self.next_number = line.number
        elif line.number != self.next_number:
            return f"it is number {line.number}: a line is missing, or there twice"
        elif line.previous != self._head:
            return "the line before is another one than when it was written"
        if problem := self._derive(line.body):
            return problem
        self._head = digest(text)
        self.has_kept = self.has_kept or self._head == self._kept
        self.next_number += 1
        self._lines += 1
        return None

    def result(self, problem: Problem | None) -> Audit:
        """What was found so far."""
        return Audit(
            first=max(0, self._first),
            lines=self._lines,
            decisions=self._decisions,
            transitions=self._transitions,
            repaired=self._repaired,
            head=self._head,
            problem=problem,
            plan=self._plan,
            state=self._state,
        )

    def _derive(self, body: Body) -> str:
        match body:
            case Adopted():
                return self._adopt(body)
            case Continued():
                return self._continue(body)
            case Ticked():
                return self._decide(body)
            case Repaired():
                self._repaired += 1
                return ""

    def _adopt(self, body: Adopted) -> str:
        try:
            state = adopt(self._plan, body.plan, self._state, body.at)
        except ShadowError as error:
            return f"its plan could not be adopted: {error}"
        self._plan, self._state = body.plan, body.state
        return "" if state == body.state else "the state under its plan is another one"

    def _continue(self, body: Continued) -> str:
        if self._plan is not None and (body.plan != self._plan or not _may_follow(self._state, body.state)):
            return "it does not go on where the file before ends"
        self._plan, self._state = body.plan, body.state
        return ""

    def _decide(self, body: Ticked) -> str:
        if self._plan is None:
            raise AssertionError("the first line has a plan")
        before = body.before or self._state
        if body.before is not None and not _may_follow(self._state, before):
            return "what it starts from is not what was decided before"
        decision = decide(self._plan, before, body.reading)
        if not body.tells(decision):
            return "its inputs give another decision"
        self._state = decision.state
        self._decisions += 1
        self._transitions += len(decision.transitions)
        return ""


def _may_follow(before: RolloutState, after: RolloutState) -> bool:
    """Whether ticks in which nothing happened may lie between two states. The clock may have been set back there."""
    return (
        before.generation == after.generation
        and len(before.routes) == len(after.routes)
        and all(map(_is_same, before.routes, after.routes))
    )


def _is_same(before: RouteState, after: RouteState) -> bool:
    kept = ("route", "phase", "phase_since", "step", "step_since", "weight_pct", "headers", "fast", "outcome")
    grown = before.tally.errors.total.candidate <= after.tally.errors.total.candidate
    return grown and all(getattr(before, name) == getattr(after, name) for name in kept)
