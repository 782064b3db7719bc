"""What became of a call that was sent to both services."""

from dataclasses import dataclass

from crossfade.parity_tests.corpus.records import Call, Session
from crossfade.shadow.exchange import Comparison, Reply
from crossfade.shadow.exchange.difference import Signature
from crossfade.shadow.exchange.observations import Judged, Observation, Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A call, what the services answered in live legacy's words, and what was found of that.

    ``comparison`` is None where nothing was compared: the observation then is settled with its reason. ``legacy`` is
    what legacy answered by itself, None where it was not asked. ``as_recorded``: whether that has the status that was
    recorded, None where none was. ``proofs``: faults that were put into copies of the answers. ``lacks_write``: the
    secondary did not get this write, because it is not known what it calls an id in it.
    """

    call: Call
    comparison: Comparison | None
    observation: Observation
    legacy: Reply | None = None
    as_recorded: bool | None = None
    proofs: tuple[Proof, ...] = ()
    lacks_write: bool = False

    @property
    def signature(self) -> Signature:
        """The candidate's differences; empty where there are none, and where nothing was compared."""
        return self.observation.signature if isinstance(self.observation, Judged) else ()

    @property
    def excused(self) -> Signature:
        """The candidate's differences where legacy differs from itself, too."""
        return self.observation.excused if isinstance(self.observation, Judged) else ()

    @property
    def compared(self) -> bool:
        """Whether both answered, or the candidate failed where legacy answered."""
        return isinstance(self.observation, Judged)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedSession:
    """A session as it went: one entry for each of its calls, in their order."""

    session: Session
    played: tuple[Played, ...]
