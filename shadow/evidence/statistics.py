"""Bounds on a divergence rate from k divergent among n distinct requests. Pure; needs nothing but ``math``."""

import math
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass

_RATIOS = (1.5, 2.0, 4.0, 10.0, 100.0)
_NONE_DIVERGES = 0.75
_SOME_DIVERGE = (1.5, 2.0, 4.0, 10.0)
"""What the upper bound bets on: three quarters on a rate of 0, the rest on the budget divided by one of these.

A claim is mostly proven where nothing diverges. This takes 315 units then (1 % at 95 %) instead of the 377 of an even
split, and a fifth more where some diverge. Any split that was fixed beforehand holds at every look.
"""
_MAX_STEPS = 200
_PRECISION, _LEAST = 4e-16, 1e-18  # of a bound, relative and absolute
_TINY = 1e-300
_MAX_FRACTION_TERMS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """A rate between 0 and 1: what was seen (None without data), and one-sided bounds at ``confidence``."""

    point: float | None
    lower: float
    upper: float
    confidence: float
    method: str


def finished_bounds(k: int, n: int, confidence: float) -> Bounds:
    """Clopper-Pearson bounds: exact for one look, at a number of units that was fixed before the first was seen.

    Raises: ValueError: not 0 <= k <= n, or not 0 < confidence < 1.
    Source: Clopper and Pearson 1934.
    """
    _check(k, n, confidence)
    alpha = 1 - confidence
    upper = 1.0 if k == n else _crossing(lambda p: beta_cdf(p, k + 1, n - k) - confidence)
    lower = 0.0 if k == 0 else _crossing(lambda p: beta_cdf(p, k, n - k + 1) - alpha)
    return Bounds(point=k / n if n else None, lower=lower, upper=upper, confidence=confidence, method="Clopper-Pearson")


def live_bounds(k: int, n: int, confidence: float) -> Bounds:
    """Anytime-valid bounds: they hold at every look, so also where it was the look that ended the run.

    Raises: ValueError: not 0 <= k <= n, or not 0 < confidence < 1.
    Source: one-sided mixture e-process over a grid of alternatives; Howard et al. 2021, Ville's inequality.
    """
    _check(k, n, confidence)
    limit = math.log(1 / (1 - confidence))
    upper = 1.0 if k == n else _crossing(lambda p: log_e_rate_below(k, n, p) - limit, left=k / n)
    lower = 0.0 if k == 0 else _crossing(lambda p: limit - log_e_rate_above(k, n, p), right=k / n)
    return Bounds(point=k / n if n else None, lower=lower, upper=upper, confidence=confidence, method="anytime-valid")


def needed_n(k: int, budget: float, confidence: float, bounds: Callable[[int, int, float], Bounds]) -> int:
    """The smallest n at which k divergent give an upper bound below the budget (0-1).

    ``bounds`` is ``finished_bounds`` or ``live_bounds``. Raises: ValueError: the budget is not above 0, so that no n is
    enough.
    """
    if not budget > 0:
        raise ValueError(f"expected a budget above 0, got {budget}")
    least = most = max(k, 1)

    def is_enough(n: int) -> bool:
        return _PROVES[bounds](k, n, budget, confidence)

    while not is_enough(most):
        least, most = most, 2 * most
    numbers = range(least, most + 1)
    return numbers[bisect_left(numbers, True, key=is_enough)]  # noqa: FBT003 - what is looked for


def _finished_proves(k: int, n: int, budget: float, confidence: float) -> bool:
    """Whether the upper bound is below the budget; the bound itself takes twenty times as long."""
    return budget > 1 or (k < n and beta_cdf(budget, k + 1, n - k) > confidence)


def _live_proves(k: int, n: int, budget: float, confidence: float) -> bool:
    """As ``_finished_proves``."""
    return budget > 1 or (k < n * budget and log_e_rate_below(k, n, budget) > math.log(1 / (1 - confidence)))


_PROVES: dict[Callable[[int, int, float], Bounds], Callable[[int, int, float, float], bool]] = {
    finished_bounds: _finished_proves,
    live_bounds: _live_proves,
}


def beta_cdf(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b). Source: continued fraction, DLMF 8.17.22."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = a * math.log(x) + b * math.log1p(-x) + math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    if x < (a + 1) / (a + b + 2):
        return math.exp(front) * _fraction(x, a, b) / a
    return 1 - math.exp(front) * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction of the incomplete beta function by the modified Lentz method."""
    c, d = 1.0, _away_from_zero(1 - (a + b) * x / (a + 1))
    d = 1 / d
    result = d
    for m in range(1, _MAX_FRACTION_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / _away_from_zero(1 + term * d)
            c = _away_from_zero(1 + term / c)
            result *= d * c
        if abs(d * c - 1) < 1e-14:  # noqa: PLR2004 - the last digits of a double
            break
    return result


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def log_e_rate_below(k: int, n: int, p: float) -> float:
    """The logarithm of the evidence that the rate is below p, which holds at every look."""
    if p >= 1:
        return math.inf if k < n else -math.inf
    log_steady = -math.log1p(-p)
    terms = [-k * math.log(r) + (n - k) * (math.log1p(-p / r) + log_steady) for r in _SOME_DIVERGE]
    some = math.log(1 - _NONE_DIVERGES) + _log_mean(terms)
    if k:
        return some
    none = math.log(_NONE_DIVERGES) + n * log_steady
    return max(some, none) + math.log1p(math.exp(-abs(some - none)))


def log_e_rate_above(k: int, n: int, p: float) -> float:
    """The logarithm of the evidence that the rate is above p, which holds at every look."""
    if p <= 0:
        return math.inf if k > 0 else -math.inf
    terms = []
    for ratio in _RATIOS:
        q = min(p * ratio, (1 + p) / 2)
        terms.append(k * math.log(q / p) + (n - k) * (math.log1p(-q) - math.log1p(-p)))
    return _log_mean(terms)


def _log_mean(terms: list[float]) -> float:
    top = max(terms)
    return top + math.log(sum(math.exp(term - top) for term in terms)) - math.log(len(terms))


def _crossing(f: Callable[[float], float], left: float = 0.0, right: float = 1.0) -> float:
    """The point between ``left`` and ``right`` where ``f``, which rises, is no longer below 0; ``right`` if none is.

    Source: Chandrupatla 1997: inverse quadratic interpolation where that is safe, else bisection.
    """
    new, f_new, opposite, f_opposite, part = left, -math.inf, right, math.inf, 0.5
    for _ in range(_MAX_STEPS):
        at = new + part * (opposite - new)
        f_at = f(at)
        if (f_at < 0) == (f_new < 0):
            before, f_before = new, f_new
        else:
            before, f_before, opposite, f_opposite = opposite, f_opposite, new, f_new
        new, f_new = at, f_at
        least = (_PRECISION * max(new, opposite) + _LEAST) / abs(opposite - new)
        if least > 0.5 or f_new == 0:  # noqa: PLR2004 - half of what is left
            break
        part = _part((new, opposite, before), (f_new, f_opposite, f_before))
        part = min(max(part, least), 1 - least)
    return new if f_new == 0 else max(new, opposite)


def _part(at: tuple[float, float, float], f: tuple[float, float, float]) -> float:
    """How far the next point lies from the first of three towards the second, 0 to 1."""
    xi, phi = (at[0] - at[1]) / (at[2] - at[1]), (f[0] - f[1]) / (f[2] - f[1])
    if not (phi**2 < xi and (1 - phi) ** 2 < 1 - xi):
        return 0.5
    along = (at[2] - at[0]) / (at[1] - at[0])
    return f[0] / (f[1] - f[0]) * f[2] / (f[1] - f[2]) + along * f[0] / (f[2] - f[0]) * f[1] / (f[2] - f[1])


def _check(k: int, n: int, confidence: float) -> None:
    if not 0 <= k <= n:
        raise ValueError(f"expected 0 <= k <= n, got k={k}, n={n}")
    if not 0 < confidence < 1:
        raise ValueError(f"expected a confidence between 0 and 1, got {confidence}")
