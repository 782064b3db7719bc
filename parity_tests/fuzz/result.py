"""What a run of fuzzing gives."""

from collections.abc import Mapping
from dataclasses import dataclass

from crossfade.parity_tests.corpus.records import Session
from crossfade.parity_tests.fuzz.stage import Found, Tally

INTERRUPTED = "interrupted"
"""How a run ended that somebody ended."""
BUDGET_ENDED = "not minimal: the budget ended"
RESTS_ON_WRITES = "minimal unknown: it may rest on earlier writes, and [replay] has no command that undoes them"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The smallest sequence that was found for one divergence, which its last call shows.

    ``fields`` counts the values that its requests set. ``shown`` of ``played`` times it was seen when the sequence was
    played again; ``path``, ``legacy`` and ``candidate`` are of the last time. Not ``is_smallest``: the budget ended
    before nothing more could go. ``after_writes``: other sequences had written before. ``after_reset``: whether it was
    seen from the services' first state, None where nobody can put them there.
    """

    found: Found
    session: Session
    fields: int
    shown: int
    played: int
    is_smallest: bool
    after_writes: bool
    path: str
    legacy: str
    candidate: str
    java_fix: str
    after_reset: bool | None = None

    @property
    def id(self) -> str:
        """The id of the session, which is that of the cluster."""
        return self.session.id

    @property
    def minimal(self) -> bool | None:
        """Whether nothing of it can go; None where it may need what was written before it, which nobody can tell."""
        if not self.is_smallest:
            return False
        return None if self.after_writes and self.after_reset is None else True

    @property
    def why_not_minimal(self) -> str:
        """Why it is not known to be minimal, "" where it is."""
        reasons = {True: "", False: BUDGET_ENDED, None: RESTS_ON_WRITES}
        return reasons[self.minimal]

    @property
    def is_steady(self) -> bool:
        """Whether it was seen each time; else it may be noise, or need a state that only the run had."""
        return self.shown == self.played > 0 and self.after_reset is not False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fuzzed:
    """``cases`` in the order in which they were found; ``tallies`` by route; ``nowhere`` are routes that nobody serves.

    ``left_out`` are routes that were given up, with the reason. ``accepted`` were seen and may stay. ``tried`` counts
    sequences, ``sent`` calls. ``ended`` is why it ended.
    """

    seed: int
    cases: tuple[Case, ...]
    tallies: Mapping[str, Tally]
    nowhere: tuple[str, ...]
    left_out: Mapping[str, str]
    accepted: tuple[Found, ...]
    tried: int
    sent: int
    seconds: float
    ended: str

    @property
    def steady(self) -> tuple[Case, ...]:
        """The divergences."""
        return tuple(case for case in self.cases if case.is_steady)

    @property
    def flaky(self) -> tuple[Case, ...]:
        """What was not seen each time."""
        return tuple(case for case in self.cases if not case.is_steady)

    @property
    def compared(self) -> int:
        """How many calls were compared."""
        return sum(tally.compared for tally in self.tallies.values())

    @property
    def done(self) -> int:
        """How many of those legacy did; it refused the others."""
        return sum(tally.done for tally in self.tallies.values())
