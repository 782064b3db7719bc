"""The checks of all routes, within a bound, and from one comparison to what they see of it."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from crossfade.shadow.exchange import Answer, Comparison, Reply
from crossfade.shadow.exchange.observations import Checked
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.judging.checks.relations import Window
from crossfade.shadow.judging.checks.route import Beside, RouteChecks, Seen
from crossfade.shadow.judging.checks.values import Slack
from crossfade.shadow.judging.differ import Look
from crossfade.shadow.judging.judgement import Judgement
from crossfade.shadow.judging.looks import Shown
from crossfade.shadow.judging.sides import BothSides

_MAX_ROUTES = 1000
_MAX_PLACES = 4000  # of all routes: some 60 MB where each has as many forms as it may
_CONSTANTS = 100
"""So many requests of a route are also checked as if the candidate always answered the same."""
_CHOSEN_SLACK_S, _CHOSEN_SLACK = 2.0, 0.5


class NoiseChecks:
    """Checks values at noisy places; what differs at none of them costs nothing and is not remembered."""

    def __init__(self) -> None:
        self._routes: dict[str, RouteChecks] = {}
        self._constants: dict[str, int] = {}
        self._places = 0

    def see(self, route: RouteInfo, seen: Seen) -> tuple[Checked, ...]:
        """The trials of one request."""
        if route.key not in self._routes:
            if len(self._routes) >= _MAX_ROUTES:
                return ()
            self._routes[route.key] = RouteChecks()
        checks = self._routes[route.key]
        found = checks.see(seen)
        self._places += checks.learn(seen, _MAX_PLACES - self._places)
        return found

    def noisy(self, route: RouteInfo) -> Callable[[str], bool]:
        """Whether the secondary once differed from legacy at a template of this route."""
        checks = self._routes.get(route.key)
        return (lambda _: False) if checks is None else checks.is_checked

    def uptimes(self, route: RouteInfo) -> Callable[[str], bool]:
        """Whether legacy's numbers at a template of this route tell how long its instance has been running."""
        checks = self._routes.get(route.key)
        return (lambda _: False) if checks is None else checks.is_uptime

    def see_constant(self, route: RouteInfo, seen: Seen, *, is_sampled: bool) -> tuple[Checked, ...]:
        """The trials of the same request with a candidate that never changes: of the first ones and a sample."""
        checks = self._routes.get(route.key)
        count = self._constants.get(route.key, 0)
        if checks is None or (count >= _CONSTANTS and not is_sampled):
            return ()
        found = checks.see_constant(seen)
        if found:
            self._constants[route.key] = count + 1
        return found


def seen_of(judgement: Judgement, shown: Shown, comparison: Comparison, request_hash: int, sides: BothSides) -> Seen:
    """What is to be checked of a comparison; nothing where statuses differ.

    ``sides`` are those of a secondary that was asked because legacy and candidate differ.
    """
    secondaries = tuple(look for look in (judgement.secondary, shown.again[1]) if _is_comparable(look))
    candidate = judgement.candidate
    return Seen(
        request_hash=request_hash,
        candidate=_NOTHING if candidate.other_status else candidate,
        window=_window(comparison, comparison.legacy),
        beside=_chosen(comparison, sides) if comparison.chosen else _beside(judgement, shown, comparison),
        secondaries=tuple(look for look in secondaries if look is not None),
        steady=frozenset(item.template for item in shown.sightings if item.drift),
        again=shown.theirs,
    )


_NOTHING = Look(differences=(), keys=frozenset(), full=False, other_status=False)


def _is_comparable(look: Look | None) -> bool:
    return look is not None and not look.other_status


def _beside(judgement: Judgement, shown: Shown, comparison: Comparison) -> Beside | None:
    """The first look, where the secondary was asked then, whatever came of it; else the second.

    A candidate's first answer must not be held against the secondary's second: that was asked for because of it.
    """
    replies: Iterable[Reply | None] = (comparison.candidate, comparison.secondary)
    looks: tuple[Look | None, Look | None] = (judgement.candidate, judgement.secondary)
    if comparison.secondary is None and comparison.again is not None:
        replies, looks = (comparison.again.candidate, comparison.again.secondary), shown.again
    candidate, secondary = looks
    if candidate is None or secondary is None or candidate.other_status or secondary.other_status:
        return None
    windows = [_window(comparison, reply) for reply in replies]
    return Beside(candidate=candidate, secondary=secondary, windows=(windows[0], windows[1]))


def _chosen(comparison: Comparison, sides: BothSides) -> Beside | None:
    """The candidate's and legacy's first answers, both held against the secondary's, which was asked later.

    Either side is as near to that as the other, but for the time between the two: what changes meanwhile is no sign.
    So times must be farther apart than both calls took, numbers by half, and nothing is known of the request's window.
    """
    legacy, candidate = sides.legacy, sides.candidate
    if legacy is None or candidate is None or legacy.other_status or candidate.other_status:
        return None
    windows = [_window(comparison, reply) for reply in (comparison.candidate, comparison.legacy)]
    seconds = _CHOSEN_SLACK_S + sum(window.latency_ms for window in windows) / 1000
    slack = Slack(seconds=seconds, share=_CHOSEN_SLACK)
    return Beside(candidate=_exchanged(candidate), secondary=_exchanged(legacy), slack=slack)


def _exchanged(look: Look) -> Look:
    """The secondary's value stands for legacy's. Only of two values, whose kind is the same either way."""
    found = tuple(replace(item, legacy=item.candidate, candidate=item.legacy) for item in look.differences)
    return replace(look, differences=found)


def _window(comparison: Comparison, reply: Reply | None) -> Window:
    latency_ms = reply.latency_ms if isinstance(reply, Answer) else 0.0
    return Window(started_at=comparison.request.started_at, latency_ms=latency_ms)
