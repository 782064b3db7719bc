"""Whether clients get the share that the weight says; where they don't, something else decides who gets what. Pure."""

import math

from crossfade.shadow.evidence.excess import log_mean
from crossfade.shadow.evidence.statistics import log_e_rate_above
from crossfade.shadow.serving.counts import ServedRoute

FALSE_ALARM = 1e-4
"""How often a right share is called wrong, over all looks at one weight."""
_FULL_PCT = 100.0


def is_off(route: ServedRoute) -> bool:
    """Whether the clients of one process are not split as they were assigned.

    Requests don't tell: a client stays on its side, and some send many. Source: a sample ratio mismatch test.
    """
    if not 0 < route.expected_pct < _FULL_PCT:
        return False
    candidate, expected = route.candidate.clients, route.expected_pct / _FULL_PCT
    clients = candidate + route.legacy.clients
    more = log_e_rate_above(candidate, clients, expected)
    fewer = log_e_rate_above(clients - candidate, clients, 1 - expected)
    return log_mean([more, fewer]) >= math.log(1 / FALSE_ALARM)
