"""Places and injected faults as records: nothing lost, shares never better than they are."""

from typing import Any

from crossfade.reports.conclusions import STATUS_ORDER, all_surfaced, left_out_of, places_of, surfaced_of
from crossfade.reports.report import LeftOut
from crossfade.shadow.evidence.conclusions import CheckView, PlaceView, Status, Surfaced
from crossfade.shadow.exchange.observations import Check, Mutation


def test_every_status_has_its_place() -> None:
    """What a person looks at first comes first."""
    assert set(STATUS_ORDER) == {status.value for status in Status}
    assert sorted(STATUS_ORDER, key=STATUS_ORDER.__getitem__)[:3] == ["open", "suspicious", "undecided"]


def test_places_keep_all_that_is_known() -> None:
    """In the order of their status, then by path and kind."""
    check = CheckView(check=Check.FORM, n=7, candidate=5, control=1, flagged=True)
    views = [
        PlaceView(
            template="body/a", kind="value", status=Status.NOISE, always=True, pairs=40, self_differs=39, drift=2
        ),
        PlaceView(template="body/z", kind="order", status=Status.UNDECIDED, more_pairs=12),
        PlaceView(
            template="body/y",
            kind="value",
            status=Status.SUSPICIOUS,
            decided=True,
            candidate_only=3,
            secondary_only=1,
            checks=(check,),
        ),
    ]
    suspicious, undecided, noisy = places_of(views)
    (told,) = suspicious.checks
    assert (told.check, told.trials, told.candidate, told.control, told.flagged) == ("form", 7, 5, 1, True)
    assert (suspicious.decided, suspicious.candidate_only, suspicious.secondary_only) == (True, 3, 1)
    assert (undecided.path, undecided.kind, undecided.more_pairs) == ("body/z", "order", 12)
    assert (noisy.always, noisy.pairs, noisy.self_differs, noisy.drift) == (True, 40, 39, 2)


def test_injected_faults_are_summed_by_mutation() -> None:
    """Over routes, also where one has a mutation that another lacks."""
    one = surfaced_of(Surfaced(injected=6, surfaced=3, by_mutation={Mutation.VALUE: (4, 3), Mutation.STATUS: (2, 0)}))
    other = surfaced_of(Surfaced(injected=1, surfaced=1, by_mutation={Mutation.VALUE: (1, 1)}))
    total = all_surfaced([one, other])
    assert (total.injected, total.surfaced) == (7, 4)
    assert {name: (part.injected, part.surfaced) for name, part in total.by_mutation.items()} == {
        "status": (2, 0),
        "value": (5, 4),
    }
    assert all_surfaced([]).by_mutation == {}


def test_a_share_of_all_is_rounded_up() -> None:
    """One of 100,000 is not nothing; a reason without a request is not told."""
    told: dict[str, Any] = left_out_of({"policy": 1, "rule": 0}, 100_000)
    assert told == {"policy": LeftOut(requests=1, of_all_pct=0.01)}
    assert left_out_of({"policy": 1}, 1)["policy"].of_all_pct == 100.0
