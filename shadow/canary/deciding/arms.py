"""Whether the candidate's requests are bad more often than legacy's of the same moments, by more than a budget. Pure.

A look is a number of requests of both sides. Let ``s`` be the share of them that the candidate answered: which side
answered is known before it is known what is bad. A bet multiplies by ``1 + bet * (1 / s - excess)`` for a bad request
of the candidate, by ``1 - bet * (1 / (1 - s) + excess)`` for one of legacy, by ``1 - bet * excess`` for any other. As
``log(1 + x) <= x``, the mean of the product is at most ``exp(bet * requests * (p - q - excess))``, where ``p`` and
``q`` are the rates of both sides: at most 1 as long as ``p <= q + excess``, however the rates change from look to look.
So the product over all looks is an e-process (Ville), and load, time of day and faults that both sides have cancel
out. It is the test of counts given the share of traffic, with a margin.

Where nearly all clients are the candidate's, there is no legacy to compare with: then its rate is held against twice
the rate that legacy had before, and the budget, or against one half where little is known of legacy. What hits both
sides looks like a fault of the candidate there.
"""

import math

from crossfade.shadow.canary.deciding.records import Arms
from crossfade.shadow.evidence.statistics import live_bounds

TIMES = (0.05, 0.2, 0.5, 1.0, 3.0, 9.0, 30.0)
"""Alternatives of a fault: by how many times a bad request counts more than one that is right."""
SHARES = (0.97, 0.7, 0.3, 0.1, 0.02)
"""Bets against a fault, as shares of the largest one."""
_LARGEST = 0.9  # of the bet at which a bad request of legacy would end all
_LEGACY_AT_LEAST = 0.1  # of a look's requests, else there is no legacy to compare with
_SURE = 0.99  # of the bounds of legacy's rate before
_TIMES_BEFORE = 2.0
_BROKEN = 0.5  # a rate that is a fault where legacy has not shown that it has such a one too


def has_legacy(look: Arms) -> bool:
    """Whether the look has enough of legacy's requests to compare with."""
    return look.legacy >= _LEGACY_AT_LEAST * (look.candidate + look.legacy)


def log_factors_above(look: Arms, excess: float, total: Arms) -> tuple[float, ...]:
    """For each of ``TIMES`` the logarithm of the evidence in this look that the candidate exceeds legacy by more.

    ``excess`` is a difference of rates, 0 to 1, ``total`` all requests of the rollout.
    """
    if not look.candidate:
        return (0.0,) * len(TIMES)
    if not has_legacy(look):
        return _above_before(look, excess, total)
    s = look.candidate / (look.candidate + look.legacy)
    most = _LARGEST / (excess + 1 / (1 - s))
    return tuple(_grown(look, min(s * times, most), excess) for times in TIMES)


def log_factors_below(look: Arms, excess: float, total: Arms) -> tuple[float, ...]:
    """For each of ``SHARES`` the logarithm of the evidence in this look that it does not exceed legacy by so much."""
    if not look.candidate:
        return (0.0,) * len(SHARES)
    if not has_legacy(look):
        return _below_before(look, excess, total)
    s = look.candidate / (look.candidate + look.legacy)
    return tuple(_grown(look, -s * share, excess) for share in SHARES)


def _grown(look: Arms, bet: float, excess: float) -> float:
    s = look.candidate / (look.candidate + look.legacy)
    good = look.candidate + look.legacy - look.candidate_bad - look.legacy_bad
    return (
        look.candidate_bad * math.log1p(bet * (1 / s - excess))
        + look.legacy_bad * math.log1p(-bet * (1 / (1 - s) + excess))
        + good * math.log1p(-bet * excess)
    )


def _above_before(look: Arms, excess: float, total: Arms) -> tuple[float, ...]:
    before = live_bounds(total.legacy_bad, total.legacy, _SURE)
    most = max(_BROKEN, _TIMES_BEFORE * before.lower + excess)
    rate = min(_TIMES_BEFORE * before.upper + excess, most)
    if rate >= 1:
        return (0.0,) * len(TIMES)
    return tuple(_ratio(look, rate, min(rate * (1 + times), (1 + rate) / 2)) for times in TIMES)


def _below_before(look: Arms, excess: float, total: Arms) -> tuple[float, ...]:
    before = live_bounds(total.legacy_bad, total.legacy, _SURE).lower
    rate = min(before + excess, 0.999)
    return tuple(_ratio(look, rate, rate * (1 - share)) for share in SHARES)


def _ratio(look: Arms, rate: float, other: float) -> float:
    """How much more likely the candidate's requests are at another rate."""
    good = look.candidate - look.candidate_bad
    return look.candidate_bad * math.log(other / rate) + good * (math.log1p(-other) - math.log1p(-rate))
