"""Who calls a handle what: legacy's value, the candidate's, the secondary's. Pure."""

import re
from collections import Counter, OrderedDict
from collections.abc import Collection, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from crossfade.shadow.bindings.sides import Side
from crossfade.shadow.exchange.outcome import Reason

EVERYWHERE = ""
"""The scope of values that are long enough to mean one thing wherever they stand."""

_RUN = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(slots=True, eq=False)
class Handle:
    """One handle, and what the sides call it.

    ``opaque`` sides: a request is rendered with theirs, but an answer's is not mapped back, because it is a difference.
    """

    scope: str
    legacy: str
    theirs: dict[Side, str] = field(default_factory=dict)
    opaque: set[Side] = field(default_factory=set)


class Tables:
    """Handles by each side's value within a scope; the newest ``capacity`` of them, and as many lost values."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._handles: OrderedDict[tuple[str, str], Handle] = OrderedDict()
        self._by_theirs: dict[tuple[Side, str, str], Handle] = {}
        self._lost: OrderedDict[tuple[str, str], Reason] = OrderedDict()
        self._runs: Counter[str] = Counter()
        self._their_runs: dict[Side, Counter[str]] = {side: Counter() for side in Side}

    def __len__(self) -> int:
        return len(self._handles) + len(self._lost)

    def may_hold(self, runs: AbstractSet[str]) -> bool:
        """Whether a text with these runs of letters, digits, - and _ may hold a value of legacy's that is kept here."""
        return bool(self._runs) and not runs.isdisjoint(self._runs)

    def may_hold_theirs(self, runs: AbstractSet[str], side: Side) -> bool:
        """As ``may_hold``, for a side's values and for legacy's, for which the side's own may pass."""
        return self.may_hold(runs) or not runs.isdisjoint(self._their_runs[side])

    def bind(self, scope: str, legacy: str, side: Side, theirs: str, *, opaque: bool = False) -> bool:
        """Binds two values; False where one of them is bound to another one: that is a difference."""
        handle = self._handles.get((scope, legacy))
        owner = self._by_theirs.get((side, scope, theirs))
        if handle is not None and handle.theirs.get(side, theirs) != theirs:
            return False
        if owner is not None and owner is not handle:
            return False
        self._set(scope, legacy, side, theirs, opaque=opaque)
        return True

    def rebind(self, scope: str, legacy: str, side: Side, theirs: str, *, opaque: bool = False) -> None:
        """Binds two values whatever they were bound to: tokens that stand for the same, such as two of one login."""
        self._unbind(scope, legacy, side)
        owner = self._by_theirs.get((side, scope, theirs))
        if owner is not None:
            self._unset(owner, side)
        self._set(scope, legacy, side, theirs, opaque=opaque)

    def unbind(self, scope: str, legacy: str, side: Side) -> None:
        """Forgets what a side calls it."""
        self._unbind(scope, legacy, side)

    def _unbind(self, scope: str, legacy: str, side: Side) -> None:
        handle = self._handles.get((scope, legacy))
        if handle is not None:
            self._unset(handle, side)

    def knows(self, scope: str, legacy: str) -> bool:
        """Whether legacy's value is bound on any side."""
        handle = self._handles.get((scope, legacy))
        return handle is not None and bool(handle.theirs)

    def theirs(self, scope: str, legacy: str, side: Side) -> str | None:
        """What a side calls it."""
        handle = self._handles.get((scope, legacy))
        if handle is None or side not in handle.theirs:
            return None
        self._handles.move_to_end((scope, legacy))
        return handle.theirs[side]

    def legacys(self, scope: str, theirs: str, side: Side) -> str | None:
        """What legacy calls it, None also where that would hide a difference."""
        handle = self._by_theirs.get((side, scope, theirs))
        return None if handle is None or side in handle.opaque else handle.legacy

    def is_theirs(self, scope: str, theirs: str, side: Side) -> bool:
        """Whether a side's value is bound, to be mapped back or not."""
        return (side, scope, theirs) in self._by_theirs

    def is_anothers(self, scope: str, theirs: str, side: Side) -> bool:
        """Whether a side's value has the text of one of legacy's that the side calls otherwise."""
        handle = self._handles.get((scope, theirs))
        if handle is None or (side, scope, theirs) in self._by_theirs or side in handle.opaque:
            return False
        return handle.theirs.get(side, theirs) != theirs

    def lose(self, scope: str, legacy: str, reason: Reason) -> None:
        """Remembers that the other sides, or the candidate, have no value for legacy's; not where one is known."""
        key = (scope, legacy)
        handle = self._handles.get(key)
        if handle is not None and Side.CANDIDATE in handle.theirs:
            return
        if key not in self._lost:
            self._runs[longest_run(legacy)] += 1
        self._lost[key] = reason
        self._lost.move_to_end(key)
        if len(self._lost) > self._capacity:
            (_, oldest), _ = self._lost.popitem(last=False)
            _forget(self._runs, oldest)

    def find(self, scope: str, legacys: Iterable[str]) -> None:
        """Forgets that values were lost: both sides gave them."""
        for legacy in legacys:
            self._find(scope, legacy)

    def lost(self, scope: str, legacy: str) -> Reason | None:
        """Why the other sides have no value for legacy's."""
        return self._lost.get((scope, legacy))

    def kept_of(self, runs: AbstractSet[str]) -> set[str]:
        """Those that are the ``longest_run`` of a value of any side that is kept here."""
        return set().union(*(runs & kept.keys() for kept in (self._runs, *self._their_runs.values())))

    def about(self, texts: Iterable[str], scopes: Collection[str]) -> "Tables":
        """A copy of what is kept of these texts within these scopes, as a value of legacy's or of a side's."""
        found = Tables(self._capacity)
        for text in texts:
            for scope in scopes:
                self._copy_into(found, scope, text)
        return found

    def _copy_into(self, other: "Tables", scope: str, text: str) -> None:
        found = (self._handles.get((scope, text)), *(self._by_theirs.get((side, scope, text)) for side in Side))
        for handle in filter(None, found):
            for side, theirs in handle.theirs.items():
                other.bind(handle.scope, handle.legacy, side, theirs, opaque=side in handle.opaque)
        if (reason := self._lost.get((scope, text))) is not None:
            other.lose(scope, text, reason)

    def _find(self, scope: str, legacy: str) -> None:
        if self._lost.pop((scope, legacy), None) is not None:
            _forget(self._runs, legacy)

    def _set(self, scope: str, legacy: str, side: Side, theirs: str, *, opaque: bool) -> None:
        key = (scope, legacy)
        handle = self._handles.get(key)
        if handle is None:
            handle = self._handles[key] = Handle(scope, legacy)
            self._runs[longest_run(legacy)] += 1
        self._handles.move_to_end(key)
        if side not in handle.theirs:
            handle.theirs[side] = theirs
            self._by_theirs[side, scope, theirs] = handle
            self._their_runs[side][longest_run(theirs)] += 1
        (handle.opaque.add if opaque else handle.opaque.discard)(side)
        if side is Side.CANDIDATE:
            self._find(scope, legacy)
        if len(self._handles) > self._capacity:
            _, oldest = self._handles.popitem(last=False)
            _forget(self._runs, oldest.legacy)
            for other in tuple(oldest.theirs):
                self._unset(oldest, other)

    def _unset(self, handle: Handle, side: Side) -> None:
        theirs = handle.theirs.pop(side, None)
        if theirs is not None:
            del self._by_theirs[side, handle.scope, theirs]
            _forget(self._their_runs[side], theirs)
        handle.opaque.discard(side)


def longest_run(text: str) -> str:
    """The longest run of letters, digits, - and _ in a value; it is in every text that holds the value."""
    return max(_RUN.findall(text), key=len, default="")


def _forget(runs: "Counter[str]", value: str) -> None:
    run = longest_run(value)
    runs[run] -= 1
    if not runs[run]:
        del runs[run]
