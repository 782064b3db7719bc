"""What each place of a route is under the present rules: open, accepted, noise, undecided or suspicious. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from crossfade.shadow.evidence.asked_once import NOISE_FROM, is_seen_twice, is_unjudged
from crossfade.shadow.evidence.conclusions import NOISY, CheckView, PlaceView, Status
from crossfade.shadow.evidence.excess import discoveries, log_e_excess_above
from crossfade.shadow.evidence.records import CheckCount, Place, Sort
from crossfade.shadow.evidence.remaining import Remaining
from crossfade.shadow.evidence.unit_counts import COUNTED
from crossfade.shadow.exchange.difference import MORE, Kind
from crossfade.shadow.exchange.observations import Check

_PLACES, _TOGETHER, _CHECKS = 0.005, 0.002, 0.003
"""How often chance alone may call a place, the route as a whole or a check worse than legacy: one run in a hundred."""
_ALWAYS, _ALWAYS_PAIRS = 0.8, 20
"""A place is always different from this share of first looks on, of which there must be so many."""
_ALWAYS_IN_ORDER = 0.2
"""The same of a list's order: what legacy itself does not keep so often, no caller relies on."""
_MORE, _NOISY = (MORE.template, MORE.kind), (NOISY.template, NOISY.kind)
_BESIDE = frozenset({Check.DISTANCE, Check.PARTS})
"""Checks that hold the candidate against the secondary, not against what legacy answered before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedPlaces:
    """All places of a route. ``together``: the candidate's differences as a whole are no chance."""

    views: Mapping[Place, PlaceView]
    together: bool

    def of(self, *statuses: Status) -> frozenset[Place]:
        """The places of these statuses."""
        return frozenset(place for place, view in self.views.items() if view.status in statuses)

    def certain(self) -> frozenset[Place]:
        """Open places at which neither chance nor noise explains a difference: each that is seen there counts."""
        return frozenset(
            place
            for place, view in self.views.items()
            if view.status is Status.OPEN and (view.decided or self.together) and not view.is_unsteady
        )


def judge_places(left: Remaining, *, has_secondary: bool) -> JudgedPlaces:
    """The places of a route: all that were counted, or stand in a signature or a cluster."""
    worse = _worse(left)
    flagged = _flagged(left) | _parted(left)
    views = {}
    for place in left.all_places:
        view = _view(left, place, [key[1] for key in flagged if key[0] == place])
        status, decided = Status.ACCEPTED, False
        if place not in left.accepted_places:
            sorts = _sorts(left, place, is_signed=place in left.signed)
            status, decided = _status(view, sorts, is_worse=place in worse, has_secondary=has_secondary)
        views[place] = replace(view, status=status, decided=decided, more_pairs=_more_pairs(view, status))
    is_all = not left.accepted and not left.accepted_places
    together = is_all and _log_e(left.route.any_candidate, left.route.any_secondary) >= math.log(1 / _TOGETHER)
    return JudgedPlaces(views=views, together=together)


def _worse(left: Remaining) -> frozenset[Place]:
    """Where the candidate alone differs more often than the secondary alone, beyond chance."""
    places = set(left.all_places) - left.accepted_places - {_MORE, _NOISY}
    bets = {place: left.count_at(place) for place in sorted(places)}
    evidence = {place: _log_e(count.bets_candidate, count.bets_secondary) for place, count in bets.items()}
    return discoveries(evidence, _PLACES)


def _flagged(left: Remaining) -> frozenset[tuple[Place, Check]]:
    evidence = {
        key: _log_e(count.candidate, count.control)
        for key, count in left.route.checks.items()
        if key[0] not in left.accepted_places
    }
    return discoveries(evidence, _CHECKS)


def _parted(left: Remaining) -> frozenset[tuple[Place, Check]]:
    """Where the candidate differs, and the secondary farther than chance explains: noise would treat them alike.

    So the secondary is in another state. A second look shows that, so only places without one are asked: of writes.
    """
    places = left.places.items()
    single = {place: count for place, count in places if place not in left.accepted_places and count.differing}
    evidence = {
        key: _log_e(count.control, count.candidate)
        for key, count in left.route.checks.items()
        if key[0] in single and key[1] in _BESIDE and not is_seen_twice(single[key[0]])
    }
    return discoveries(evidence, _CHECKS)


def _log_e(candidate: int, control: int) -> float:
    return log_e_excess_above(candidate, control, candidate + control, 0)


def _view(left: Remaining, place: Place, flagged: list[Check]) -> PlaceView:
    count = left.count_at(place)
    checks = (
        _check_view(check, left.route.checks[place, check], is_flagged=check in flagged)
        for check in Check
        if (place, check) in left.route.checks
    )
    return PlaceView(
        template=place[0],
        kind=place[1],
        status=Status.UNDECIDED,
        pairs=min(left.route.secondary_asked, left.route.distinct) if left.route.is_chosen else left.route.paired,
        self_differs=count.self_differs if is_seen_twice(count) else count.once,
        candidate_only=count.bets_candidate if left.route.is_chosen else count.candidate_only,
        secondary_only=count.bets_secondary if left.route.is_chosen else count.secondary_only,
        drift=count.drift,
        always=_is_always(left, place),
        asked_once=is_unjudged(left.units, place, count),
        checks=tuple(checks),
    )


def _check_view(check: Check, count: CheckCount, *, is_flagged: bool) -> CheckView:
    return CheckView(check=check, n=count.n, candidate=count.candidate, control=count.control, flagged=is_flagged)


def _status(view: PlaceView, sorts: frozenset[Sort], *, is_worse: bool, has_secondary: bool) -> tuple[Status, bool]:
    """The status of a place that is not accepted, and whether it is decided; ``sorts`` are those of its differences."""
    place = view.template, view.kind
    if place == _NOISY:
        return Status.NOISE, False
    if view.kind == Kind.FAILED or is_worse or not has_secondary:
        return Status.OPEN, True
    if place == _MORE:
        return Status.OPEN, False
    is_flagged = any(check.flagged for check in view.checks)
    if view.self_differs >= NOISE_FROM and (is_flagged or not view.asked_once):
        return (Status.SUSPICIOUS if is_flagged else Status.NOISE), False
    is_drift = view.drift and Sort.PERSISTENT not in sorts
    if sorts & COUNTED and not view.self_differs and not is_drift:
        return Status.OPEN, False
    return (Status.UNDECIDED if sorts or view.asked_once else Status.NOISE), False


def _sorts(left: Remaining, place: Place, *, is_signed: bool) -> frozenset[Sort]:
    """The sorts of the candidate's differences; of one of which no unit is kept nothing is known of a second look."""
    found = frozenset(sort for sort in (*COUNTED, Sort.TRANSIENT) if (place, sort) in left.units)
    return frozenset({Sort.UNCHECKED}) if is_signed and not found else found


def _more_pairs(view: PlaceView, status: Status) -> int | None:
    """How many more pairs decide an undecided place, if legacy goes on differing from itself as often as before."""
    if status is not Status.UNDECIDED or not 0 < view.self_differs < NOISE_FROM:
        return None
    return -(-view.pairs * (NOISE_FROM - view.self_differs) // view.self_differs)


def _is_always(left: Remaining, place: Place) -> bool:
    """Whether legacy differs from itself in nearly all requests; of chosen pairs, the candidate from legacy as well."""
    count = left.count_at(place)
    least = _ALWAYS_IN_ORDER if place[1] == Kind.ORDER else _ALWAYS
    if left.route.is_chosen:
        pairs = count.chosen_pairs
        return pairs >= _ALWAYS_PAIRS and count.both >= least * pairs and left.differing_rate(place) >= least
    return left.route.paired >= _ALWAYS_PAIRS and left.self_rate(place) >= least and count.drift <= count.self_differs
