"""Evidence that finds a fault soon, also one that begins after days without any. Pure.

A test that has watched a right candidate for long has lost all that it could bet, and needs as long to win it back. So
a small part of the stake is kept for each look: at each, a bet begins that knows nothing of what was before. The sum of
all those bets is what one is worth, and as the parts add up to one at most, it is an e-process like each of them.
"""

import math

from crossfade.shadow.canary.deciding.records import NO_EVIDENCE, Detector
from crossfade.shadow.evidence.excess import log_mean

_SUM = 2.11  # of 1 / (n log(n)^2) over all n from 2


def watched(detector: Detector, log_factors: tuple[float, ...], stake: float) -> Detector:
    """The detector after one look; all looks since ``restarted`` together bet no more than ``stake`` (0 to 1)."""
    looks = detector.looks + 1
    part = math.log(stake / (_SUM * (looks + 1) * math.log(looks + 1) ** 2))
    wealth = detector.log_wealth or (NO_EVIDENCE,) * len(log_factors)
    grown = (_log_sum(before, part) + factor for before, factor in zip(wealth, log_factors, strict=True))
    return Detector(log_wealth=tuple(max(NO_EVIDENCE, value) for value in grown), looks=looks)


def restarted(detector: Detector) -> Detector:
    """The same evidence, and the next looks count as the first: they get the larger parts of another stake."""
    return Detector(log_wealth=detector.log_wealth)


def log_evidence(detector: Detector) -> float:
    """The logarithm of the evidence of a fault. At level alpha it is one where this is ``log(1 / alpha)`` or more."""
    return log_mean(list(detector.log_wealth)) if detector.log_wealth else NO_EVIDENCE


def _log_sum(one: float, other: float) -> float:
    top = max(one, other)
    return top + math.log1p(math.exp(min(one, other) - top))
