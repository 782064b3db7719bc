"""The checks of a route begin where the secondary was seen to differ, and hold the right values against each other."""

from dataclasses import replace

from crossfade.shadow.exchange.difference import Difference, Kind, Value
from crossfade.shadow.exchange.observations import Check, Checked
from crossfade.shadow.judging.checks.relations import Window
from crossfade.shadow.judging.checks.route import MAX_PLACES, Beside, RouteChecks, Seen
from crossfade.shadow.judging.checks.values import CLOSE, Slack
from crossfade.shadow.judging.differ import Look

WINDOW = Window(started_at=1_700_000_000.0, latency_ms=10.0)


def look(legacy: Value, other: Value, *, name: str = "v", path: str = "", kind: Kind = Kind.VALUE) -> Look:
    """One difference, or none where the values are equal."""
    template = f"body/{name}"
    item = Difference(path=path or template, template=template, kind=kind, legacy=legacy, candidate=other)
    differences = () if legacy == other else (item,)
    return look_of(*differences)


def look_of(*differences: Difference) -> Look:
    keys = frozenset((item.template, item.kind.value) for item in differences)
    return Look(differences=differences, keys=keys, full=False, other_status=False)


def seen(number: int, candidate: Look, secondary: Look | None = None, **values: frozenset[str]) -> Seen:
    beside = None
    if secondary is not None:
        beside = Beside(candidate=candidate, secondary=secondary, windows=(WINDOW, WINDOW))
    secondaries = () if secondary is None else (secondary,)
    return Seen(
        request_hash=number, candidate=candidate, window=WINDOW, beside=beside, secondaries=secondaries, **values
    )


def watching(name: str = "v") -> RouteChecks:
    """Checks of a place at which the secondary differed, and at which numbers do not grow with the time."""
    checks = RouteChecks()
    checks.learn(seen(0, look(1, 1, name=name), look(1, 2, name=name)), 10)
    for number in range(20):
        at = replace(WINDOW, started_at=WINDOW.started_at + number)
        checks.see(replace(seen(100 + number, look(number % 2, 2, name=name)), window=at))
    return checks


def results(found: tuple[Checked, ...], check: Check) -> list[tuple[bool, bool]]:
    return [(item.candidate, item.control) for item in found if item.check is check]


def test_nothing_is_checked_where_the_secondary_agrees() -> None:
    """A difference there needs no further look."""
    assert RouteChecks().see(seen(1, look(1, 2), look(1, 1))) == ()


def test_a_place_is_checked_from_the_next_request_on() -> None:
    """The one in which the secondary differed was chosen by that."""
    now = 1_700_000_000
    checks, first = RouteChecks(), seen(1, look(now, now + 1), look(now, now + 2))
    assert checks.see(first) == ()
    assert checks.learn(first, 10) == 1
    assert checks.is_checked("body/v")
    assert results(checks.see(seen(2, look(now, now + 99), look(now, now + 1))), Check.DISTANCE) == [(True, False)]


def test_another_state_is_no_noise() -> None:
    """Where the secondary agrees with itself."""
    checks = RouteChecks()
    assert checks.learn(seen(1, look(1, 2), look(1, 3), steady=frozenset({"body/v"})), 10) == 0


def test_distance_holds_the_candidate_against_the_secondary() -> None:
    """Either fails that is more than twice as far from legacy; what is legacy's value is at no distance."""
    checks = watching()
    for candidate, secondary, expected in (
        (19, 12, (True, False)),
        (12, 19, (False, True)),
        (13, 12, (False, False)),
        (10, 12, (False, True)),
        (12, 10, (True, False)),
    ):
        trials = checks.see(seen(3, look(10, candidate), look(10, secondary)))
        assert results(trials, Check.DISTANCE) == [expected]


def test_of_a_list_the_farthest_element_counts() -> None:
    """In whatever element either differs."""
    checks = watching("items/*/v")
    differences = [
        Difference(path=f"body/items/{at}/v", template="body/items/*/v", kind=Kind.VALUE, legacy=10, candidate=other)
        for at, other in ((0, 11), (1, 90))
    ]
    secondary = look(10, 12, name="items/*/v", path="body/items/7/v")
    assert results(checks.see(seen(1, look_of(*differences), secondary)), Check.DISTANCE) == [(True, False)]


def test_a_wrong_element_beside_a_noisy_one_is_one_part_more() -> None:
    """Either fails that differs from legacy in more elements, or in more words of a text, than the other."""
    checks = watching("items/*/v")

    def of(*at: int) -> Look:
        return look_of(
            *(
                Difference(path=f"body/items/{i}/v", template="body/items/*/v", kind=Kind.VALUE, legacy=10, candidate=9)
                for i in at
            )
        )

    assert results(checks.see(seen(1, of(0, 3), of(0))), Check.PARTS) == [(True, False)]
    assert results(checks.see(seen(2, of(0), of(0, 3))), Check.PARTS) == [(False, True)]
    assert results(checks.see(seen(3, of(0), of(3))), Check.PARTS) == [(False, False)]
    signed = watching().see(seen(4, look("/o/7?sig=a1", "/o/8?sig=b2"), look("/o/7?sig=a1", "/o/7?sig=c3")))
    assert results(signed, Check.PARTS) == [(True, False)]


def test_what_is_no_measure_has_no_distance() -> None:
    """Texts, ids that count rows, and what lies in something that one side lacks."""
    assert results(watching().see(seen(1, look("a", "b"), look("a", "c"))), Check.DISTANCE) == []
    numbered = watching("order_id").see(seen(1, look(1, 99, name="order_id"), look(1, 2, name="order_id")))
    assert results(numbered, Check.DISTANCE) == []
    checks = watching("user/v")
    lacking = look({"v": 1}, None, name="user", kind=Kind.MISSING)
    assert results(checks.see(seen(1, lacking, look(1, 2, name="user/v"))), Check.DISTANCE) == []


def test_what_counts_since_its_instance_began_is_held_against_no_other() -> None:
    """Uptimes and counters: the candidate may have been started last. A constant is told still."""
    checks = RouteChecks()
    checks.learn(seen(0, look(1, 1), look(1, 2)), 10)
    found: list[Checked] = []
    for number in range(100):
        uptime = 90_000 + number // 8 * 8 - number % 8  # eight at once, in another order
        window = Window(started_at=WINDOW.started_at + number // 8, latency_ms=10.0)
        one = replace(seen(number, look(uptime, 7), look(uptime, uptime + 3)), window=window)
        found += checks.see(one)
        checks.learn(one, 10)
    assert results(tuple(found), Check.DISTANCE) == results(tuple(found), Check.FORM) == []
    assert results(tuple(found), Check.REPEATS) == [(True, False)] * 50


def test_a_time_of_the_request_stays_one() -> None:
    """Where legacy's always was; the secondary's is asked at the same time."""
    checks = watching()
    now = 1_700_000_001
    for number in range(20):
        assert results(checks.see(seen(number, look(now, now - 1))), Check.RELATION) == []
    trials = checks.see(seen(30, look(now, now - 90), look(now, now - 1)))
    assert results(trials, Check.RELATION) == [(True, False)]
    trials = checks.see(seen(31, look(now, now - 1), look(now, now + 90)))
    assert results(trials, Check.RELATION) == [(False, True)]


def test_the_order_of_two_times_is_checked() -> None:
    """Created before updated, where both differ from legacy's."""
    checks = RouteChecks()
    names, legacy = ("created", "updated"), (1_700_000_001, 1_700_000_002)
    for name in names:
        checks.learn(seen(0, look(1, 1), look(1, 2, name=name)), 10)

    def of(created: int, updated: int) -> Look:
        pairs = zip(names, legacy, (created, updated), strict=True)
        return look_of(*(item for name, ours, other in pairs for item in look(ours, other, name=name).differences))

    for number in range(20):
        checks.see(seen(number, of(1_700_000_003, 1_700_000_009)))
    trials = checks.see(seen(99, of(1_700_000_009, 1_700_000_003)))
    assert [(item.template, item.candidate) for item in trials if item.check is Check.RELATION] == [
        ("body/updated", True)
    ]


def test_a_constant_is_told_in_an_account_of_its_own() -> None:
    """Each pair of requests in which legacy's values differ; the candidate's own values play no part."""
    checks = watching()
    found = [checks.see_constant(seen(number, look(number, -number))) for number in range(1, 5)]
    assert [results(trials, Check.REPEATS) for trials in found] == [[], [(True, False)], [], [(True, False)]]


def test_places_are_bounded() -> None:
    """By the room that is given, and by the route's own bound."""
    checks = RouteChecks()
    many = [look(1, 2, name=f"f{number}").differences[0] for number in range(MAX_PLACES + 10)]
    assert checks.learn(seen(1, look(1, 1), look_of(*many)), 5) == 5
    assert checks.learn(seen(1, look(1, 1), look_of(*many)), MAX_PLACES + 10) == MAX_PLACES - 5


def test_times_of_different_moments() -> None:
    """They may be farther apart, and nothing is known of when the request was under way."""
    for slack, far in ((CLOSE, True), (Slack(10.0, 0.5), False)):
        checks = watching()
        near = look("2023-11-14T22:13:20Z", "2023-11-14T22:13:20Z")
        beside = Beside(candidate=look("2023-11-14T22:13:20Z", "2023-11-14T22:13:25Z"), secondary=near, slack=slack)
        found = checks.see(replace(seen(1, look(1, 1)), beside=beside))
        assert [(item.check, item.candidate, item.control) for item in found] == [(Check.DISTANCE, far, False)]
