"""What a recording holds beside the events: the run, and what was found in each comparison."""

from dataclasses import dataclass

from crossfade.shadow.evidence.records import RunInfo
from crossfade.shadow.exchange import Comparison
from crossfade.shadow.exchange.difference import Signature
from crossfade.shadow.exchange.observations import Judged, Observation, Sighting
from crossfade.shadow.exchange.outcome import Reason
from crossfade.shadow.exchange.route import RouteInfo

VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The first line of every file: whose comparisons follow. ``run.contract_digest`` names the contract beside it."""

    run: RunInfo
    sample_pct: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What was found in a comparison: a signature (empty if the answers are the same), or the reason why nothing was.

    ``noise`` is legacy against the secondary, None without a secondary. ``cut``: why a stream was compared only so far.
    ``excused``, ``drift`` and ``sightings`` as in ``Judged``; recordings of earlier versions have all in the signature.
    """

    signature: Signature | None
    noise: Signature | None = None
    reason: Reason | None = None
    cut: Reason | None = None
    excused: Signature = ()
    drift: Signature = ()
    sightings: tuple[Sighting, ...] = ()

    @property
    def found(self) -> Signature | None:
        """All of the candidate's differences, whosever fault they are."""
        return None if self.signature is None else tuple(sorted({*self.signature, *self.excused, *self.drift}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A comparison as it was recorded, redacted, with what was found in the originals.

    ``altered``: it does not show what was found in the originals, so it can't be judged again.
    """

    comparison: Comparison
    route: RouteInfo
    result: Result
    altered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The last line of a recording that was ended in order.

    ``left_out`` were chosen and not recorded, because ``max_mb`` was reached, the disk was full or a fault came up.
    """

    recorded: int
    left_out: int


def result_of(observation: Observation) -> Result:
    """What is recorded of an observation."""
    if isinstance(observation, Judged):
        return Result(
            signature=observation.signature,
            noise=observation.noise,
            cut=observation.cut,
            excused=observation.excused,
            drift=observation.drift,
            sightings=observation.sightings,
        )
    return Result(signature=None, reason=observation.reason)
