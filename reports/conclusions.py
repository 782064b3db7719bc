"""What evidence concluded of a route's places and injected faults, as records of the report. Pure."""

import math
from collections.abc import Iterable, Mapping

from crossfade.reports.report import Injected, LeftOut, Place, PlaceCheck, Surfaced
from crossfade.shadow.evidence.conclusions import CheckView, PlaceView, Status
from crossfade.shadow.evidence.conclusions import Surfaced as SurfacedView
from crossfade.shadow.exchange.outcome import Reason

STATUS_ORDER = {
    status.value: order
    for order, status in enumerate((Status.OPEN, Status.SUSPICIOUS, Status.UNDECIDED, Status.ACCEPTED, Status.NOISE))
}
"""What a person looks at first comes first."""


def places_of(views: Iterable[PlaceView]) -> tuple[Place, ...]:
    """The places of a route, in the order of their status and then by name."""
    return tuple(sorted(map(_place, views), key=lambda place: (STATUS_ORDER[place.status], place.path, place.kind)))


def _place(view: PlaceView) -> Place:
    return Place(
        path=view.template,
        kind=view.kind,
        status=view.status.value,
        decided=view.decided,
        always=view.always,
        asked_once=view.asked_once,
        pairs=view.pairs,
        self_differs=view.self_differs,
        candidate_only=view.candidate_only,
        secondary_only=view.secondary_only,
        drift=view.drift,
        more_pairs=view.more_pairs,
        checks=tuple(map(_check, view.checks)),
    )


def _check(view: CheckView) -> PlaceCheck:
    return PlaceCheck(
        check=view.check.value,
        trials=view.n,
        candidate=view.candidate,
        control=view.control,
        flagged=view.flagged,
    )


def surfaced_of(view: SurfacedView) -> Surfaced:
    """The account of injected faults of a route."""
    by_mutation = {
        mutation.value: Injected(injected=injected, surfaced=surfaced)
        for mutation, (injected, surfaced) in sorted(view.by_mutation.items())
    }
    return Surfaced(injected=view.injected, surfaced=view.surfaced, by_mutation=by_mutation)


def all_surfaced(accounts: Iterable[Surfaced]) -> Surfaced:
    """The sum of several accounts."""
    found = tuple(accounts)
    names = sorted({name for account in found for name in account.by_mutation})
    return Surfaced(
        injected=sum(account.injected for account in found),
        surfaced=sum(account.surfaced for account in found),
        by_mutation={name: _sum(account.by_mutation.get(name) for account in found) for name in names},
    )


def _sum(parts: Iterable[Injected | None]) -> Injected:
    known = [part for part in parts if part is not None]
    return Injected(injected=sum(part.injected for part in known), surfaced=sum(part.surfaced for part in known))


def left_out_of(numbers: Mapping[Reason, int] | Mapping[str, int], total: int) -> dict[str, LeftOut]:
    """By reason, how many of all requests were not compared, and their share: two decimals, rounded up."""
    return {
        str(reason): LeftOut(requests=number, of_all_pct=min(100.0, math.ceil(10_000 * number / total) / 100))
        for reason, number in sorted(numbers.items())
        if number and total
    }
