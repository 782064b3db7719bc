"""What held in all of legacy's first answers is held against the candidate from then on."""

from crossfade.shadow.judging.checks.relations import Fresh, Orders, Times, Window


def times(
    created: tuple[float, float], updated: tuple[float, float], element: tuple[str, ...] = ()
) -> dict[str, Times]:
    return {"body/created": Times(*created, element), "body/updated": Times(*updated, element)}


def learnt(*, equal: bool = False) -> Orders:
    orders = Orders()
    for number in range(20):
        updated = float(number if equal else number + number % 3)
        assert list(orders.see(times((float(number), 0.0), (updated, 0.0)))) == []
    return orders


def test_created_comes_before_updated() -> None:
    """The candidate fails where it does not and legacy does, and the other way round."""
    orders = learnt()
    assert list(orders.see(times((1.0, 9.0), (2.0, 8.0)))) == [("body/updated", True, False)]
    assert list(orders.see(times((2.0, 8.0), (1.0, 9.0)))) == [("body/updated", False, True)]
    assert list(orders.see(times((1.0, 3.0), (2.0, 4.0)))) == [("body/updated", False, False)]


def test_two_times_that_are_equal() -> None:
    """Stay equal in an answer of the candidate's."""
    assert list(learnt(equal=True).see(times((1.0, 3.0), (1.0, 3.5)))) == [("body/updated", True, False)]


def test_times_without_an_order_are_not_tested() -> None:
    """Nor those of two elements of a list."""
    orders = Orders()
    for number in range(20):
        list(orders.see(times((float(number % 2), 0.0), (float((number + 1) % 2), 0.0))))
    assert list(orders.see(times((1.0, 9.0), (2.0, 8.0)))) == []
    orders = learnt()
    apart = {**times((1.0, 9.0), (2.0, 8.0), ("0",)), "body/updated": Times(2.0, 8.0, ("1",))}
    assert list(orders.see(apart)) == []


def test_a_window_is_the_request_with_slack() -> None:
    """Two seconds before it began, and behind its end."""
    window = Window(started_at=100.0, latency_ms=500.0)
    assert [window.holds(moment) for moment in (97.9, 98.0, 102.5, 102.6)] == [False, True, True, False]


def test_a_place_is_fresh_where_it_always_was() -> None:
    """From twenty answers on, and what comes later changes nothing."""
    fresh, stale = Fresh(), Fresh()
    for number in range(20):
        assert not fresh.is_known
        fresh.learn(in_window=True)
        stale.learn(in_window=number != 3)
    fresh.learn(in_window=False)
    assert fresh.is_known
    assert not stale.is_known
