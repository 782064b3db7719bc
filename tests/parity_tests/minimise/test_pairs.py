"""What sessions show."""

from typing import Any

from crossfade.parity_tests.minimise.pairs import MAX_PAIRED, shown_by


def classes(showing: Any, session: int, call: int) -> set[tuple[tuple[str, str], ...]]:
    """The places and classes of what a call shows."""
    items = showing.sessions[session].calls[call]
    return {tuple((feature.path, feature.value_class) for feature in showing.named(item)) for item in items}


def test_pairs_of_one_call(session_of: Any) -> None:
    """Two features of one call are a pair, those of two calls are none."""
    showing = shown_by(
        [session_of("s", {"size": -5, "note": "é ü"}, {"size": 5, "note": ""}, {"size": -5, "note": ""})], None
    )
    neg, text = ("body/size", "neg"), ("body/note", "non-ASCII")
    pairs = {frozenset(item) for item in classes(showing, 0, 0) if len(item) == 2}
    assert frozenset((neg, text)) in pairs
    assert frozenset((("body/note", "empty"), text)) not in pairs
    assert (neg,) in classes(showing, 0, 0)
    assert showing.pairs == len(
        {item for call in showing.sessions[0].calls for item in call if len(showing.named(item)) == 2}
    )


def test_what_always_comes_together_is_one(session_of: Any) -> None:
    """Beyond ASCII and set are one feature where no note is else; what all calls have makes no pair."""
    showing = shown_by([session_of("s", {"note": "é ü"}, {})], None)
    first = classes(showing, 0, 0)
    assert len(first) == 2
    assert (("body/note", "non-ASCII"),) in first
    assert (("body/note", "set"),) not in first
    assert showing.pairs == 0


def test_a_wide_call(session_of: Any) -> None:
    """Of many features the rarest are paired, and it is counted."""
    wide = {f"a{letter}b": -5 for letter in map(chr, range(97, 123))}
    bodies = [
        {name: value for index, (name, value) in enumerate(wide.items()) if index % step} for step in (2, 3, 5, 7)
    ]
    deep = {f"o{index}x": dict.fromkeys(list(wide)[index:], 0) for index in range(20)}
    showing = shown_by([session_of("s", *bodies, {**wide, **deep}, {})], None)
    most = MAX_PAIRED * (MAX_PAIRED - 1) // 2
    assert all(sum(1 for item in classes(showing, 0, at) if len(item) == 2) <= most for at in range(6))
