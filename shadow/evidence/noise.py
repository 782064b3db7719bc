"""Which differences are noise: legacy's second instance shows them too, and the candidate shows them no more often."""

from collections.abc import Mapping

from crossfade.shadow.evidence.records import NoiseCount
from crossfade.shadow.evidence.statistics import beta_cdf

_ALPHA = 1e-6
_MIN_DISCORDANT = 20


def noisy_places(counts: Mapping[tuple[str, str], NoiseCount]) -> frozenset[tuple[str, str]]:
    """The (template, kind) pairs that are noise.

    One seen in legacy against its secondary is noise, unless pairs of answers to the same request show that the
    candidate differs there more often than the secondary does: then a bug sits in the noisy field. The level is far
    below the usual 5 %, because requests for the same thing repeat the same differences and so are not independent.
    A noisy ``value`` does not excuse a ``format``: each kind counts by itself.
    """
    return frozenset(place for place, count in counts.items() if _is_noise(count))


def _is_noise(count: NoiseCount) -> bool:
    if count.both + count.secondary_only == 0:
        return False
    return not (count.candidate_only >= _MIN_DISCORDANT and _candidate_worse(count) < _ALPHA)


def _candidate_worse(count: NoiseCount) -> float:
    """The exact one-sided p-value of McNemar's test on the discordant pairs: the upper tail of Binomial(n, 1/2)."""
    return beta_cdf(0.5, count.candidate_only, count.secondary_only + 1)  # DLMF 8.17.5
