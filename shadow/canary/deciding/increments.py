"""What was served since the last tick, from totals of processes that may start again."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest

from crossfade.shadow.serving.counts import ServedCounts, ServedRoute, SideCounts

_MAX_EPOCHS = 64
_NOTHING = ServedRoute(route="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Increment:
    """One route since the last tick; ``latency`` is by the buckets of the counts."""

    candidate: int = 0
    candidate_errors: int = 0
    candidate_latency: tuple[int, ...] = ()
    legacy: int = 0
    legacy_errors: int = 0
    legacy_latency: tuple[int, ...] = ()
    fallback: int = 0

    def __add__(self, other: "Increment") -> "Increment":
        """Both together: those of two processes."""
        return Increment(
            candidate=self.candidate + other.candidate,
            candidate_errors=self.candidate_errors + other.candidate_errors,
            candidate_latency=_sum(self.candidate_latency, other.candidate_latency),
            legacy=self.legacy + other.legacy,
            legacy_errors=self.legacy_errors + other.legacy_errors,
            legacy_latency=_sum(self.legacy_latency, other.legacy_latency),
            fallback=self.fallback + other.fallback,
        )


def increments(seen: tuple[ServedCounts, ...], now: Iterable[ServedCounts]) -> dict[str, Increment]:
    """By route. What a process counted before the first tick of all belongs to no rollout, and is left out."""
    found: dict[str, Increment] = {}
    before = {counts.epoch: counts for counts in seen}
    for counts in now:
        earlier = before.get(counts.epoch)
        if earlier is None and not seen:
            continue
        totals = {route.route: route for route in earlier.routes} if earlier else {}
        for route in counts.routes:
            more = _since(totals.get(route.route, _NOTHING), route)
            found[route.route] = found.get(route.route, Increment()) + more
    return found


def latest(seen: tuple[ServedCounts, ...], now: tuple[ServedCounts, ...]) -> tuple[ServedCounts, ...]:
    """The newest totals of each process, also of those that did not answer this time; of the newest ones, bounded."""
    epochs = {counts.epoch for counts in now}
    kept = (*(counts for counts in seen if counts.epoch not in epochs), *now)
    return kept[-_MAX_EPOCHS:]


def _since(before: ServedRoute, now: ServedRoute) -> Increment:
    return Increment(
        candidate=_more(before.candidate.requests, now.candidate.requests),
        candidate_errors=_more(before.candidate.errors, now.candidate.errors),
        candidate_latency=_more_latency(before.candidate, now.candidate),
        legacy=_more(before.legacy.requests, now.legacy.requests),
        legacy_errors=_more(before.legacy.errors, now.legacy.errors),
        legacy_latency=_more_latency(before.legacy, now.legacy),
        fallback=_more(before.fallback, now.fallback),
    )


def _more(before: int, now: int) -> int:
    return max(0, now - before)


def _more_latency(before: SideCounts, now: SideCounts) -> tuple[int, ...]:
    return tuple(_more(old, new) for old, new in zip_longest(before.latency, now.latency, fillvalue=0))


def _sum(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(a + b for a, b in zip_longest(one, other, fillvalue=0))
