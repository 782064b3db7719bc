"""Who rests, and for how long."""

from crossfade.shadow.capture.mitmproxy.wire.shares import UNITS_PER_S, Contention, Share


def test_a_burst_needs_no_rest() -> None:
    """Some twenty requests at once are nobody's flood."""
    share = Share(0.0)
    assert [share.rest_s(32, 0.0, contended=True) for _ in range(20)] == [0.0] * 20
    assert share.rest_s(32, 0.0, contended=True) > 0


def test_beside_others_a_connection_gets_its_share() -> None:
    """Over ten seconds, whatever it would do."""
    share, now, done = Share(0.0), 0.0, 0
    while now < 10:
        done += 32
        now += share.rest_s(32, now, contended=True) + 0.0001
    assert 0.9 < done / (10 * UNITS_PER_S) < 1.15


def test_alone_it_rests_for_a_moment() -> None:
    """Which lets the loop do what else there is, and is not owed later."""
    share = Share(0.0)
    rests = [share.rest_s(1000, 0.0, contended=False) for _ in range(100)]
    assert max(rests) <= 0.001
    assert share.rest_s(32, 0.0, contended=True) < 0.01


def test_a_rest_is_bounded() -> None:
    """However much one batch was."""
    assert Share(0.0).rest_s(10**9, 0.0, contended=True) <= 0.05


def test_others() -> None:
    """A client is not an other to itself, and one that was seen long ago wants nothing."""
    seen = Contention()
    seen.note("a", 0.0)
    seen.note("a", 1.0)
    assert not seen.has_others("a", 1.0)
    assert seen.has_others("b", 1.0)
    seen.note("b", 2.0)
    assert seen.has_others("a", 2.05)
    assert not seen.is_quiet("a", 2.0005)
    assert seen.is_quiet("a", 2.01)
    assert not seen.has_others("a", 3.0)
    seen.note("a", 4.0)
    seen.note("a", 5.0)
    assert not seen.has_others("a", 5.0)
