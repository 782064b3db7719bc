"""How much more than legacy from itself the candidate may differ, where legacy does. Pure."""

from collections.abc import Iterator

from crossfade.shadow.evidence.conclusions import Excess, PlaceView, Status
from crossfade.shadow.evidence.places import JudgedPlaces
from crossfade.shadow.evidence.records import Place, PlaceCount, Sort
from crossfade.shadow.evidence.remaining import Remaining
from crossfade.shadow.evidence.unit_counts import COUNTED, most, union


def excesses(left: Remaining, judged: JudgedPlaces) -> Iterator[Excess]:
    """What bounds the candidate's excess where legacy differs from itself, but not always.

    From above where that is noise, from below at open places.
    """
    noisy = [place for place in judged.of(Status.NOISE, Status.SUSPICIOUS) if not judged.views[place].always]
    dirty = [place for place, view in judged.views.items() if view.decided and view.is_unsteady]
    for place in sorted(noisy):
        if left.route.is_chosen:
            yield _at_chosen(left, place, judged.views[place])
        else:
            yield from _at_place(left, place, judged.views[place])
    if not left.route.is_chosen:
        yield from _at_all(left, noisy)
    for place in sorted(dirty):
        yield from _at_least(left, place, judged.views[place])


def _at_chosen(left: Remaining, place: Place, view: PlaceView) -> Excess:
    """All units, also those without a pair: where legacy and candidate agree, there is no difference on either side.

    A fault shows where it is asked about, and the secondary agrees with legacy, whichever of the two instances it is.
    """
    count = left.count_at(place)
    asked = count.chosen_pairs / count.differing if count.differing else 1.0
    steady = 1 - left.differing_rate(place)
    n = max(left.route.distinct, count.bets_candidate + count.bets_secondary)
    return Excess(
        place=view,
        transient=False,
        candidate=count.bets_candidate,
        control=count.bets_secondary,
        n=n,
        pairs=n,
        seen=most(left, [place], *COUNTED, Sort.TRANSIENT),
        of=left.route.distinct,
        share=steady**2 * min(1.0, asked),
        seen_share=steady**2,
    )


def _at_place(left: Remaining, place: Place, view: PlaceView) -> Iterator[Excess]:
    """At a first look all differences, at a second those that stay; without second looks nothing tells them apart."""
    count, steady = left.count_at(place), 1 - left.self_rate(place)
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
        seen=most(left, [place], *COUNTED, Sort.TRANSIENT),
        of=left.route.distinct,
        share=steady,
        seen_share=steady**2,
    )


def _at_all(left: Remaining, places: list[Place]) -> Iterator[Excess]:
    """All noisy places together: a fault may be spread over many of them."""
    places = [place for place in places if _has_second_looks(left.count_at(place))]
    if len(places) > 1:
        steady = min(1 - left.self_rate(place) for place in places)
        rechecked = min(_rechecked(left.count_at(place)) for place in places)
        controls = most(left, places, Sort.CONTROL)
        apart = 1 - controls / left.route.asked_again if left.route.asked_again > controls else 0.0
        yield _second_look(left, places, None, share=steady * rechecked * apart, seen_share=steady**2)


def _second_look(
    left: Remaining, places: list[Place], view: PlaceView | None, *, share: float, seen_share: float
) -> Excess:
    """Given that the candidate differed at the first look, either side is as likely to differ alone at the second."""
    candidate = most(left, places, Sort.PERSISTENT)
    controls = union(left.units_at(place, Sort.CONTROL) for place in places)
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
    units, count = left.units_at(place, Sort.PERSISTENT), left.places[place]
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
