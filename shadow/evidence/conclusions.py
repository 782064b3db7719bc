"""What is concluded of the places of a route: which differences count, what was checked of those that are noise."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from crossfade.shadow.exchange.difference import Fingerprint, Kind
from crossfade.shadow.exchange.observations import Check, Mutation

NOISY = Fingerprint(template="(noise)", kind=Kind.VALUE.value)
"""Stands in a signature for those of its places that are noise, where too many signatures differ in these alone."""


class Status(StrEnum):
    """What a cluster is under the present rules."""

    OPEN = "open"
    ACCEPTED = "accepted"
    NOISE = "noise"  # legacy differs from itself there, and the candidate no more than that
    UNDECIDED = "undecided"  # too few pairs of answers tell whether legacy differs from itself there
    SUSPICIOUS = "suspicious"  # noise, but the candidate's values fail a check that legacy's own pass


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckView:
    """A check at a noisy place: in how many of ``n`` trials the candidate alone failed it, or the control alone.

    ``flagged``: one of them fails it more often than chance explains. Where that is the control, a secondary in another
    state, no noise, the candidate may be right or wrong.
    """

    check: Check
    n: int
    candidate: int
    control: int
    flagged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceView:
    """A place (template and kind) at which an answer differed from legacy's, over distinct units of the claim.

    Of ``pairs`` first answers of candidate and secondary to the same request, the candidate's alone differed from
    legacy's in ``candidate_only``, the secondary's alone in ``secondary_only``. ``self_differs``: in how many requests
    the secondary differed from itself, or from legacy without being steady. ``drift``: in how many it was steady and
    differed from legacy. ``decided``: an open place at which chance is ruled out. ``always``: legacy differs from
    itself nearly always, so that values are held to the ``checks`` alone. ``asked_once``: the candidate differs where
    the secondary does, which nobody asked twice, and no check can judge the values. ``more_pairs``: of a place that
    keeps a claim from being proven, how many more pairs it takes if they are like those before; None where that can't
    be told.
    """

    template: str
    kind: str
    status: Status
    decided: bool = False
    pairs: int = 0
    self_differs: int = 0
    candidate_only: int = 0
    secondary_only: int = 0
    drift: int = 0
    always: bool = False
    asked_once: bool = False
    more_pairs: int | None = None
    checks: tuple[CheckView, ...] = ()

    @property
    def is_unsteady(self) -> bool:
        """Whether a difference of the candidate's may be noise, or another state."""
        return bool(self.self_differs or self.drift)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surfaced:
    """Of the faults that were put into copies of real answers, how many were found: in all, and by mutation."""

    injected: int = 0
    surfaced: int = 0
    by_mutation: Mapping[Mutation, tuple[int, int]] = field(default_factory=dict)

    @property
    def pct(self) -> float:
        """The share that was found, 100 where none was injected."""
        return 100 * self.surfaced / self.injected if self.injected else 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Excess:
    """What shows how much more often than legacy itself the candidate differs at a place, or where None at any of them.

    Of ``n`` units, with ``pairs`` pairs of answers, the candidate alone differed in ``candidate``, the control alone in
    ``control``; of all ``of`` units the candidate differed unexcused in ``seen`` at most. ``share`` and ``seen_share``:
    of a fault's units these two show so many, 0 to 1, because the others hide behind noise, or were not asked again.
    ``transient``: at the first look, so that a difference that the second does not show counts too.
    """

    place: PlaceView | None
    transient: bool
    candidate: int
    control: int
    n: int
    pairs: int
    seen: int
    of: int
    share: float
    seen_share: float
