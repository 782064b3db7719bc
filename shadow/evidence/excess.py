"""Evidence that the candidate differs more often than legacy does from itself, or that it does not. Pure.

Each unit of the claim gives one number: +1 where the candidate alone differs, -1 where the control alone does, else 0.
While both are the same implementation, each is as likely as the other, given all that was before. So the product of
bets on it is an e-process: a nonnegative supermartingale that starts at 1, and by Ville's inequality reaches 1/alpha
with a probability of alpha at most, however often it is looked at. Source: Waudby-Smith and Ramdas 2024, section 4.
"""

import math
from collections.abc import Hashable, Mapping
from typing import TypeVar

_BETS = (1.0, 0.85, 0.6, 0.35, 0.15, 0.05, 0.02, 0.005)
"""Shares of the largest bet at which no factor is below 0."""
_MAX_MORE = 10**9
Name = TypeVar("Name", bound=Hashable)


def log_e_excess_above(candidate: int, control: int, n: int, rate: float) -> float:
    """The logarithm of the evidence that over ``n`` units the mean is above ``rate`` (-1 < rate < 1).

    With a rate of 0 this is a sequential McNemar test. Raises: ValueError: more discordant units than units.
    """
    _check(candidate, control, n)
    if rate >= 1:
        return -math.inf
    return log_mean([_grown(bet / (1 + rate), candidate, control, n, rate) for bet in _BETS])


def log_e_excess_below(candidate: int, control: int, n: int, rate: float) -> float:
    """The logarithm of the evidence that over ``n`` units the mean is below ``rate`` (-1 < rate < 1).

    Raises: ValueError: more discordant units than units.
    """
    _check(candidate, control, n)
    return log_mean([_grown(bet / (1 - rate), control, candidate, n, -rate) for bet in _BETS])


def needed_pairs(candidate: int, control: int, n: int, rate: float, alpha: float) -> int | None:
    """How many more units like these prove at level ``alpha`` that the mean is below ``rate``; None where none do."""
    limit = math.log(1 / alpha)

    def is_enough(times: float) -> bool:
        return log_mean([times * growth for growth in growths]) >= limit

    if not n:
        return None
    growths = [_grown(bet / (1 - rate), control, candidate, n, -rate) for bet in _BETS]
    if is_enough(1):
        return 0
    few, many = 1.0, 2.0
    while not is_enough(many):
        few, many = many, 2 * many
        if many * n > _MAX_MORE:
            return None
    while (many - few) * n > 1:
        middle = (few + many) / 2
        few, many = (few, middle) if is_enough(middle) else (middle, many)
    return math.ceil(many * n) - n


def discoveries(log_evidence: Mapping[Name, float], level: float) -> frozenset[Name]:
    """Which of many hypotheses are rejected so that at most a share ``level`` of these is rejected in error.

    Holds under any dependence between them. Source: e-BH, Wang and Ramdas 2022.
    """
    falling = sorted(log_evidence.values(), reverse=True)
    for count in range(len(falling), 0, -1):
        limit = math.log(len(falling) / (level * count))
        if falling[count - 1] >= limit:
            return frozenset(name for name, found in log_evidence.items() if found >= limit)
    return frozenset()


def log_mean(terms: list[float]) -> float:
    """The logarithm of the mean of numbers that are given by their logarithms."""
    top = max(terms)
    if math.isinf(top):
        return top
    return top + math.log(sum(math.exp(term - top) for term in terms)) - math.log(len(terms))


def _grown(bet: float, up: int, down: int, n: int, rate: float) -> float:
    """The logarithm of what one unit of money became that was bet on a mean above ``rate``."""
    found = 0.0
    for times, change in ((up, 1 - rate), (down, -1 - rate), (n - up - down, -rate)):
        if times:
            factor = bet * change
            found += -math.inf if factor <= -1 + 1e-15 else times * math.log1p(factor)
    return found


def _check(candidate: int, control: int, n: int) -> None:
    if candidate < 0 or control < 0 or candidate + control > n:
        raise ValueError(f"expected 0 <= candidate + control <= n, got {candidate}, {control}, n={n}")
