"""The lines of a journal."""

from msgspec import Struct

from crossfade.shadow.canary.plan.records import Plan
from crossfade.shadow.canary.reading import Reading
from crossfade.shadow.canary.states.records import Decision, RolloutState, Transition
from crossfade.shadow.serving.weights import RouteWeight


class Adopted(Struct, frozen=True, kw_only=True, tag="adopted", tag_field="kind"):
    """A controller starts with this plan; ``state`` is what the one before means under it."""

    at: float
    plan: Plan
    state: RolloutState


class Continued(Struct, frozen=True, kw_only=True, tag="continued", tag_field="kind"):
    """Where things are: the first line of a further file, and the last one of a controller that ends."""

    at: float
    plan: Plan
    state: RolloutState


class Ticked(Struct, frozen=True, kw_only=True, tag="ticked", tag_field="kind"):
    """One decision with its inputs. ``before`` is there where ticks in which nothing happened were left out."""

    reading: Reading
    before: RolloutState | None = None
    left_out: int = 0
    generation: int
    transitions: tuple[Transition, ...] = ()
    weights: tuple[RouteWeight, ...] = ()
    unchanged: tuple[str, ...] = ()

    def tells(self, decision: Decision) -> bool:
        """Whether this is what was decided."""
        told = self.transitions, self.weights, self.unchanged, self.generation
        return told == (decision.transitions, decision.weights, decision.unchanged, decision.state.generation)


class Repaired(Struct, frozen=True, kw_only=True, tag="repaired", tag_field="kind"):
    """The last line was cut off while it was written, and is gone: ``dropped`` bytes that begin with ``beginning``."""

    at: float
    dropped: int
    beginning: str


Body = Adopted | Continued | Ticked | Repaired


class Line(Struct, frozen=True, kw_only=True):
    """``number`` counts the lines of all files, ``previous`` is the hash of the line before ("" of the first)."""

    number: int
    previous: str
    body: Body
