"""Which sessions are kept."""

from typing import Any

import pytest

from crossfade.parity_tests.minimise.choosing import Why, choose
from crossfade.parity_tests.minimise.pairs import Showing, shown_by


@pytest.fixture
def showing(session_of: Any) -> Showing:
    """Forty plain sessions, one with a negative size in its second call of three, one with a note."""
    plain = {"size": 5, "note": "a b"}
    sessions = [session_of(f"plain-{index:02}", plain, plain) for index in range(40)]
    odd = session_of("odd", plain, {"size": -5, "note": "a b"}, plain)
    return shown_by([*sessions, odd, session_of("noted", plain, {"size": 5, "note": "é ü"})], None)


def test_the_odd_ones_are_kept(showing: Showing) -> None:
    """Up to the call that is odd, and nothing else but the tail."""
    selection = choose(showing, diverged=(), tail_pct=0, seed=1)
    assert {item.session_id: item.calls for item in selection.kept} == {"odd": 2, "noted": 2}
    assert {item.why for item in selection.kept} == {Why.SHOWS}
    assert (selection.calls, selection.sessions, selection.kept_calls) == (85, 42, 4)
    assert all(item.new and item.example for item in selection.kept)


def test_whole_sessions(showing: Showing) -> None:
    """They are kept to their end, when that is asked for."""
    selection = choose(showing, diverged=(), tail_pct=0, seed=1, whole=True)
    assert {item.session_id: item.calls for item in selection.kept} == {"odd": 3, "noted": 2}


def test_no_more_than_a_share(session_of: Any) -> None:
    """Every feature first, then pairs; what there is no room for is counted, and what diverged before is kept."""
    odd = {"size": -5, "note": "é ü"}
    large, plain = {"size": -5, "note": "a b"}, {"size": 5, "note": "a b"}
    noted = {"size": 5, "note": "é ü"}
    sessions = [session_of("both", *[odd] * 5), session_of("size", large, large), session_of("note", noted, noted)]
    sessions.append(session_of("plain", plain, plain))
    showing = shown_by(sessions, None)
    kept = choose(showing, diverged=(), tail_pct=0, seed=1, whole=True, at_most_pct=40)
    assert {item.session_id for item in kept.kept} == {"size", "note"}
    assert (kept.kept_features, kept.kept_pairs < kept.pairs) == (kept.features, True)
    assert kept.kept_calls <= 4
    known = choose(showing, diverged={"both"}, tail_pct=0, seed=1, whole=True, at_most_pct=10)
    assert [item.session_id for item in known.kept] == ["both"]
    all_of_it = choose(showing, diverged=(), tail_pct=0, seed=1, whole=True, at_most_pct=100)
    assert (all_of_it.kept_features, all_of_it.kept_pairs) == (showing.features, showing.pairs)


def test_a_tail_that_has_no_room(showing: Showing) -> None:
    """It is a part of the share: of 85 calls 8 may be kept, of which the odd ones are 4."""
    kept = choose(showing, diverged=(), tail_pct=50, seed=1, at_most_pct=10)
    assert kept.kept_calls <= 8
    assert sum(item.why is Why.TAIL for item in kept.kept) >= 2


def test_past_divergences_are_kept(showing: Showing) -> None:
    """To their end, and before all others."""
    selection = choose(showing, diverged={"plain-07", "gone"}, tail_pct=0, seed=1)
    assert (selection.kept[0].session_id, selection.kept[0].calls, selection.kept[0].why) == (
        "plain-07",
        2,
        Why.DIVERGED,
    )


def test_random_tail(showing: Showing) -> None:
    """So many percent of all sessions, rounded up, the same for the same seed, none that is kept anyway."""
    tails = [
        [item.session_id for item in choose(showing, diverged=(), tail_pct=10, seed=seed).kept if item.why is Why.TAIL]
        for seed in (1, 1, 2)
    ]
    assert tails[0] == tails[1] != tails[2]
    assert len(set(tails[0])) == 5
    assert not {"odd", "noted"}.intersection(tails[0])


def test_a_tail_of_all(showing: Showing) -> None:
    """Then all sessions are kept."""
    selection = choose(showing, diverged=(), tail_pct=100, seed=1)
    assert len(selection.kept) == 42


def test_nothing() -> None:
    """An empty corpus stays empty."""
    selection = choose(shown_by([], None), diverged=(), tail_pct=1, seed=1)
    assert (selection.kept, selection.kept_pct) == ((), 0.0)
