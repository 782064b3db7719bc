"""What each place of a route is under the present rules: open, accepted, noise, undecided or suspicious. Pure."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from crossfade.shadow.evidence.asked_once import NOISE_FROM, excused_units, is_seen_twice, is_unjudged
from crossfade.shadow.evidence.conclusions import NOISY, CheckView, Excess, PlaceView, Status
from crossfade.shadow.evidence.excess import discoveries, log_e_excess_above
from crossfade.shadow.evidence.records import CheckCount, Place, PlaceCount, Sort, Units
from crossfade.shadow.evidence.remaining import Remaining
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
_COUNTED = frozenset({Sort.PERSISTENT, Sort.UNCHECKED})
_NONE, _NO_UNITS = PlaceCount(), Units()


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
            if view.status is Status.OPEN and (view.decided or self.together) and not _is_unsteady(view)
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


def excesses(left: Remaining, judged: JudgedPlaces) -> Iterator[Excess]:
    """What bounds the candidate's excess where legacy differs from itself, but not always.

    From above where that is noise, from below at open places.
    """
    noisy = [place for place in judged.of(Status.NOISE, Status.SUSPICIOUS) if not judged.views[place].always]
    dirty = [place for place, view in judged.views.items() if view.decided and _is_unsteady(view)]
    for place in sorted(noisy):
        if left.route.is_chosen:
            yield _at_chosen(left, place, judged.views[place])
        else:
            yield from _at_place(left, place, judged.views[place])
    if not left.route.is_chosen:
        yield from _at_all(left, noisy)
    for place in sorted(dirty):
        yield from _at_least(left, place, judged.views[place])


def fewest(left: Remaining, places: Iterable[Place], *sorts: Sort) -> int:
    """The units with a difference of some sort at one of these places, at least; by default one that counts."""
    found = [left.units.get((place, sort), _NO_UNITS) for place in places for sort in sorts or _COUNTED]
    one = max((len(units.hashes) + units.first for units in found), default=0)
    return max(one, len(_union(found)))


def most(left: Remaining, places: Iterable[Place], *sorts: Sort, excused: Iterable[Place] = ()) -> int:
    """The units with a difference of some sort at one of these places, at most; by default one that counts.

    At the places ``excused`` also those that the secondary's only look excuses.
    """
    found = [left.units.get((place, sort), _NO_UNITS) for place in places for sort in sorts or _COUNTED]
    found += excused_units(left.units, excused)
    return min(len(_union(found)) + sum(units.more for units in found), left.route.distinct)


def _worse(left: Remaining) -> frozenset[Place]:
    """Where the candidate alone differs more often than the secondary alone, beyond chance."""
    places = set(left.all_places) - left.accepted_places - {_MORE, _NOISY}
    bets = {place: left.places.get(place, _NONE) for place in sorted(places)}
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
    count = left.places.get(place, _NONE)
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
    if sorts & _COUNTED and not view.self_differs and not is_drift:
        return Status.OPEN, False
    return (Status.UNDECIDED if sorts or view.asked_once else Status.NOISE), False


def _sorts(left: Remaining, place: Place, *, is_signed: bool) -> frozenset[Sort]:
    """The sorts of the candidate's differences; of one of which no unit is kept nothing is known of a second look."""
    found = frozenset(sort for sort in (*_COUNTED, Sort.TRANSIENT) if (place, sort) in left.units)
    return frozenset({Sort.UNCHECKED}) if is_signed and not found else found


def _is_unsteady(view: PlaceView) -> bool:
    """Whether a difference of the candidate's may be noise, or another state."""
    return bool(view.self_differs or view.drift)


def _more_pairs(view: PlaceView, status: Status) -> int | None:
    """How many more pairs decide an undecided place, if legacy goes on differing from itself as often as before."""
    if status is not Status.UNDECIDED or not 0 < view.self_differs < NOISE_FROM:
        return None
    return -(-view.pairs * (NOISE_FROM - view.self_differs) // view.self_differs)


def _self_rate(left: Remaining, place: Place) -> float:
    """How often legacy's two instances differ at a first look, which nothing chose; drift included."""
    count = left.places.get(place, _NONE)
    return (count.both + count.secondary_only) / left.route.paired if left.route.paired else 0.0


def _is_always(left: Remaining, place: Place) -> bool:
    """Whether legacy differs from itself in nearly all requests; of chosen pairs, the candidate from legacy as well."""
    count = left.places.get(place, _NONE)
    least = _ALWAYS_IN_ORDER if place[1] == Kind.ORDER else _ALWAYS
    if left.route.is_chosen:
        pairs = _chosen_pairs(count)
        return pairs >= _ALWAYS_PAIRS and count.both >= least * pairs and _differing_rate(left, count) >= least
    return left.route.paired >= _ALWAYS_PAIRS and _self_rate(left, place) >= least and count.drift <= count.self_differs


def _chosen_pairs(count: PlaceCount) -> int:
    """Where legacy and candidate differ there, the units in which the secondary was asked."""
    return count.both + count.candidate_only


def _differing_rate(left: Remaining, count: PlaceCount) -> float:
    """In how many requests the candidate differs from legacy: at least as many as those where legacy would."""
    requests = sum(seen.count for seen in left.route.signatures.values())
    return min(1.0, count.differing / requests) if requests else 0.0


def _at_chosen(left: Remaining, place: Place, view: PlaceView) -> Excess:
    """All units, also those without a pair: where legacy and candidate agree, there is no difference on either side.

    A fault shows where it is asked about, and the secondary agrees with legacy, whichever of the two instances it is.
    """
    count = left.places.get(place, _NONE)
    asked = _chosen_pairs(count) / count.differing if count.differing else 1.0
    steady = 1 - _differing_rate(left, count)
    n = max(left.route.distinct, count.bets_candidate + count.bets_secondary)
    return Excess(
        place=view,
        transient=False,
        candidate=count.bets_candidate,
        control=count.bets_secondary,
        n=n,
        pairs=n,
        seen=most(left, [place], *_COUNTED, Sort.TRANSIENT),
        of=left.route.distinct,
        share=steady**2 * min(1.0, asked),
        seen_share=steady**2,
    )


def _at_place(left: Remaining, place: Place, view: PlaceView) -> Iterator[Excess]:
    """At a first look all differences, at a second those that stay; without second looks nothing tells them apart."""
    count, steady = left.places.get(place, _NONE), 1 - _self_rate(left, place)
    has_again = _has_second_looks(count)
    if has_again:
        yield _second_look(left, [place], view, share=steady * _rechecked(count), seen_share=steady**2)
    yield Excess(
        place=view,
        transient=has_again,
        candidate=count.candidate_only,
        control=count.secondary_only,
        n=left.route.paired,
        pairs=left.route.paired,
        seen=most(left, [place], *_COUNTED, Sort.TRANSIENT),
        of=left.route.distinct,
        share=steady,
        seen_share=steady**2,
    )


def _at_all(left: Remaining, places: list[Place]) -> Iterator[Excess]:
    """All noisy places together: a fault may be spread over many of them."""
    places = [place for place in places if _has_second_looks(left.places.get(place, _NONE))]
    if len(places) > 1:
        steady = min(1 - _self_rate(left, place) for place in places)
        rechecked = min(_rechecked(left.places.get(place, _NONE)) for place in places)
        controls = most(left, places, Sort.CONTROL)
        apart = 1 - controls / left.route.asked_again if left.route.asked_again > controls else 0.0
        yield _second_look(left, places, None, share=steady * rechecked * apart, seen_share=steady**2)


def _second_look(
    left: Remaining, places: list[Place], view: PlaceView | None, *, share: float, seen_share: float
) -> Excess:
    """Given that the candidate differed at the first look, either side is as likely to differ alone at the second."""
    candidate = most(left, places, Sort.PERSISTENT)
    controls = _union(left.units.get((place, Sort.CONTROL), _NO_UNITS) for place in places)
    return Excess(
        place=view,
        transient=False,
        candidate=candidate,
        control=min(len(controls), left.route.distinct - candidate),
        n=left.route.distinct,
        pairs=min(left.route.asked_again, left.route.distinct),
        seen=most(left, places),
        of=left.route.distinct,
        share=share,
        seen_share=seen_share,
    )


def _at_least(left: Remaining, place: Place, view: PlaceView) -> Iterator[Excess]:
    """Of an open place at which legacy differs from itself too: the differences that are surely excess."""
    units, count = left.units.get((place, Sort.PERSISTENT), _NO_UNITS), left.places[place]
    again = len(units.hashes) + units.first, most(left, [place], Sort.CONTROL, Sort.EITHER), _rechecked(count)
    bets = count.bets_candidate, count.bets_secondary, 1.0
    for transient, (candidate, control, share) in ((False, again), (True, bets)):
        n = max(left.route.distinct, candidate + control)
        yield Excess(
            place=view,
            transient=transient,
            candidate=candidate,
            control=control,
            n=n,
            pairs=n,
            seen=n,
            of=n,
            share=share,
            seen_share=1.0,
        )


def _has_second_looks(count: PlaceCount) -> bool:
    return bool(count.rechecked or not count.differing)


def _rechecked(count: PlaceCount) -> float:
    """The share of the candidate's differences that were looked at again."""
    return count.rechecked / count.differing if count.differing else 1.0


def _union(found: Iterable[Units]) -> frozenset[int]:
    return frozenset().union(*(units.hashes for units in found))
