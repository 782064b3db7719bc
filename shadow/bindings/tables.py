"""Who calls a handle what: legacy's value, the candidate's, the secondary's. Pure."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

from crossfade.shadow.bindings.sides import Side
from crossfade.shadow.exchange.outcome import Reason

EVERYWHERE = ""
"""The scope of values that are long enough to mean one thing wherever they stand."""


@dataclass(slots=True, eq=False)
class Handle:
    """One handle. ``aliases`` are what the sides call it, more than one only of a token that is new in each answer.

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

    def __len__(self) -> int:
        return len(self._handles) + len(self._lost)

    @property
    def any_bound(self) -> bool:
        """Whether any side has a handle of its own."""
        return bool(self._handles)

    @property
    def any_lost(self) -> bool:
        """Whether there is a value that a side is known not to have."""
        return bool(self._lost)

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
        handle = self._handles.get((scope, legacy))
        if handle is not None:
            self._unset(handle, side)
        owner = self._by_theirs.get((side, scope, theirs))
        if owner is not None:
            self._unset(owner, side)
        self._set(scope, legacy, side, theirs, opaque=opaque)

    def unbind(self, scope: str, legacy: str, side: Side) -> None:
        """Forgets what a side calls it."""
        handle = self._handles.get((scope, legacy))
        if handle is not None:
            self._unset(handle, side)

    def knows(self, scope: str, legacy: str) -> bool:
        """Whether legacy's value is bound on any side."""
        return (scope, legacy) in self._handles

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

    def lose(self, scope: str, legacy: str, reason: Reason) -> None:
        """Remembers that the other sides, or the candidate, have no value for legacy's; not where one is known."""
        if (scope, legacy) in self._handles:
            return
        self._lost[scope, legacy] = reason
        self._lost.move_to_end((scope, legacy))
        if len(self._lost) > self._capacity:
            self._lost.popitem(last=False)

    def find(self, scope: str, legacys: Iterable[str]) -> None:
        """Forgets that values were lost: both sides gave them."""
        for legacy in legacys:
            self._lost.pop((scope, legacy), None)

    def lost(self, scope: str, legacy: str) -> Reason | None:
        """Why the other sides have no value for legacy's."""
        return self._lost.get((scope, legacy))

    def _set(self, scope: str, legacy: str, side: Side, theirs: str, *, opaque: bool) -> None:
        key = (scope, legacy)
        handle = self._handles.setdefault(key, Handle(scope, legacy))
        handle.theirs[side] = theirs
        (handle.opaque.add if opaque else handle.opaque.discard)(side)
        self._by_theirs[side, scope, theirs] = handle
        self._handles.move_to_end(key)
        if side is Side.CANDIDATE:
            self._lost.pop(key, None)
        if len(self._handles) > self._capacity:
            _, oldest = self._handles.popitem(last=False)
            for other in tuple(oldest.theirs):
                self._unset(oldest, other)

    def _unset(self, handle: Handle, side: Side) -> None:
        theirs = handle.theirs.pop(side, None)
        if theirs is not None and self._by_theirs.get((side, handle.scope, theirs)) is handle:
            del self._by_theirs[side, handle.scope, theirs]
        handle.opaque.discard(side)
