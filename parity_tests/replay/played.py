"""What became of a call that was sent to both services."""

from dataclasses import dataclass

from crossfade.parity_tests.corpus.records import Call, Session
from crossfade.shadow.exchange import Comparison
from crossfade.shadow.exchange.difference import Signature
from crossfade.shadow.exchange.observations import Judged, Observation


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A call, what the services answered in the words of its session, and what was found of that.

    ``comparison`` is None where nothing was sent: the observation then is settled with its reason.
    """

    call: Call
    comparison: Comparison | None
    observation: Observation

    @property
    def signature(self) -> Signature:
        """The candidate's differences; empty where there are none, and where nothing was compared."""
        return self.observation.signature if isinstance(self.observation, Judged) else ()

    @property
    def compared(self) -> bool:
        """Whether both answered, or the candidate failed where legacy answered."""
        return isinstance(self.observation, Judged)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedSession:
    """A session as it went: one entry for each of its calls, in their order."""

    session: Session
    played: tuple[Played, ...]
