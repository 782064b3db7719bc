"""A bounded share of what differs is asked again, whatever a second look will show."""

from crossfade.shadow.asking.rechecks import _MOST_PLACES, Rechecks
from crossfade.shadow.exchange.route import RouteInfo

ROUTE = RouteInfo(route="GET /a", protocol="http", call_type="http", stage="shadow")
PLACE = ("body/a", "value")


def _taken(rechecks: Rechecks, ids: range, place: tuple[str, str] = PLACE, route: RouteInfo = ROUTE) -> list[int]:
    return [number for number in ids if rechecks.take(route, {place}, str(number), is_sampled=False)]


def test_a_burst_at_first_and_a_share_later() -> None:
    """A new place may use up all, then each request fills in its part."""
    rechecks = Rechecks(10.0)
    assert sum(rechecks.take(ROUTE, {(f"body/{at}", "value")}, str(at), is_sampled=False) for at in range(150)) == 100
    taken = 0
    for at in range(200, 1200):
        rechecks.earn()
        taken += rechecks.take(ROUTE, {(f"body/{at}", "value")}, str(at), is_sampled=False)
    assert 99 <= taken <= 101


def test_turned_off() -> None:
    """With a share of 0 there is no burst either."""
    rechecks = Rechecks(0.0)
    rechecks.earn()
    assert not rechecks.take(ROUTE, {PLACE}, "1", is_sampled=False)


def test_what_does_not_differ_is_not_asked_again() -> None:
    """Nor does it cost anything."""
    rechecks = Rechecks(100.0)
    assert not rechecks.take(ROUTE, (), "1", is_sampled=False)
    assert len(_taken(rechecks, range(30))) == 30


def test_a_place_that_always_differs_leaves_something_for_a_rare_one() -> None:
    """It gets a half of its requests, chosen by their ids, while the bucket is more than half full."""
    rechecks = Rechecks(20.0)
    noisy = []
    for number in range(2000):
        rechecks.earn()
        if rechecks.take(ROUTE, {PLACE}, str(number), is_sampled=False):
            noisy.append(number)
    assert 350 <= len(noisy) <= 480
    assert len(_taken(rechecks, range(100), ("body/rare", "value"))) >= 49
    again = Rechecks(20.0)
    same = []
    for number in range(2000):
        again.earn()
        if again.take(ROUTE, {PLACE}, str(number), is_sampled=False):
            same.append(number)
    assert same == noisy


def test_a_sampled_request_comes_before_the_others() -> None:
    """Each of them is looked at again as long as the share suffices for all, and each time a quarter is left."""
    rechecks = Rechecks(25.0)
    looked = []
    for number in range(2000):
        rechecks.earn()
        if rechecks.take(ROUTE, {PLACE}, str(number), is_sampled=number % 5 == 0):
            looked.append(number)
    late = [number for number in looked if number > 200]
    assert {number for number in late if number % 5 == 0} == set(range(205, 2000, 5))
    assert 60 <= len([number for number in late if number % 5]) <= 120
    greedy = Rechecks(1.0)
    assert sum(greedy.take(ROUTE, {PLACE}, str(number), is_sampled=True) for number in range(100)) == 75


def test_places_are_counted_for_each_route() -> None:
    """The same field of another route is another place, as is another kind."""
    rechecks = Rechecks(1.0)
    assert len(_taken(rechecks, range(30))) == 30
    other = RouteInfo(route="GET /b", protocol="http", call_type="http", stage="shadow")
    assert _taken(rechecks, range(1), route=other) == [0]
    assert _taken(rechecks, range(1), ("body/a", "missing")) == [0]


def test_what_is_kept_is_bounded() -> None:
    """Places that nobody sees again are forgotten."""
    rechecks = Rechecks(100.0)
    for number in range(_MOST_PLACES // 100 + 10):
        rechecks.earn()
        assert rechecks.take(
            ROUTE, {(f"body/{number}/{at}", "value") for at in range(100)}, str(number), is_sampled=False
        )
    assert len(rechecks._looks) == _MOST_PLACES
