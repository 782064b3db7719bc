"""What an instance counts since its own start is told from prices, jitter and totals."""

import random

import pytest

from crossfade.shadow.judging.checks.growth import Growth, Uptime


def learnt(numbers: list[float], *, every_s: float = 1.0) -> Growth:
    found = Growth()
    for at, number in enumerate(numbers):
        found.learn(at * every_s, number)
    return found


def test_numbers_of_an_instance_grow_with_the_time() -> None:
    """From twenty on it is known whether they do, and what comes later changes nothing."""
    counter, jitter = Growth(), Growth()
    for number in range(20):
        assert counter.may_grow
        assert jitter.may_grow
        counter.learn(float(number), 5.0 + number)
        counter.learn_other(5.0 + number, 9.0 + 0.5 * number)
        jitter.learn(float(number), 5.0 + number % 7)
    jitter.learn(99.0, 99.0)
    counter.learn(100.0, 0.0)
    counter.learn_other(1.0, 0.0)
    assert counter.may_grow
    assert not jitter.may_grow


def test_whole_seconds_change_no_sooner() -> None:
    """At two hundred requests a second most of them get the same number."""
    assert learnt([float(int(at / 200)) for at in range(1000)], every_s=1 / 200).may_grow
    assert not learnt([float(at % 3) for at in range(1000)], every_s=1 / 200).may_grow


def test_a_place_is_known_in_the_end_however_many_requests_there_are() -> None:
    """Within two seconds after some thousands."""
    jitter = learnt([float(at % 3) for at in range(5100)], every_s=1e-5)
    assert not jitter.may_grow


def test_numbers_on_both_sides_of_legacys_are_of_no_instance() -> None:
    """Prices that rise, and jitter."""
    price = learnt([5.0 + number for number in range(20)])
    assert price.may_grow
    for secondary in (5.1, 4.9, 5.1):
        assert price.may_grow
        price.learn_other(5.0, secondary)
    assert not price.may_grow


@pytest.mark.parametrize(("falls", "grows"), [(False, True), (True, False)])
def test_an_instance_that_was_asked_the_same_again(falls: bool, grows: bool) -> None:
    """Never counts less then, whichever of two instances is ahead; a price jitters either way."""
    found = learnt([5.0 + number for number in range(20)])
    for number in range(10):
        found.learn_other(5.0, 5.0 + (-1) ** number)
        found.learn_again(7.0, 6.9 if falls and number == 4 else 7.1)
    found.learn_again(7.0, 1.0)
    assert found.may_grow is grows


def uptime(numbers: list[float], *, every_s: float = 0.1) -> Uptime:
    found = Uptime()
    for at, number in enumerate(numbers):
        found.learn(1_790_000_000.0 + at * every_s, number)
    return found


@pytest.mark.parametrize("unit", [1.0, 1e3, 1e6, 1e9])
def test_an_uptime_goes_as_a_clock(unit: float) -> None:
    """In whole seconds or smaller units, whenever it began; known after twenty seconds."""
    numbers = [float(int((at * 0.1 + 4021.7) * unit)) for at in range(250)]
    assert uptime(numbers).is_known
    assert not uptime(numbers[:200]).is_known
    assert not Uptime().is_known


def test_what_is_counted_is_no_uptime() -> None:
    """Also if it grows by one a second on the whole, as a total of rows may."""
    rng = random.Random(7)
    rows, total = [], 0
    for _ in range(600):
        total += rng.random() < 0.1
        rows.append(float(total))
    assert not uptime(rows).is_known
    assert not uptime([float(at) for at in range(600)]).is_known
    assert not uptime([41.0] * 600).is_known


def test_an_instance_that_was_started_again_is_none() -> None:
    """Nothing says from when on to count."""
    assert not uptime([at * 0.1 for at in range(300)] + [0.0]).is_known
