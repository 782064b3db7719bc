"""Places are named, a few of them."""

from crossfade.reports.place_names import MAX_PLACES, place_name, some_of


def test_a_place() -> None:
    """Its path, its kind, and what else is told of it."""
    assert place_name("body/at", "value") == "body/at (value)"
    assert place_name("body/at", "value", "12 more pairs") == "body/at (value, 12 more pairs)"


def test_some_of_many() -> None:
    """All where they are few; else the first, and how many more there are."""
    names = [f"n{at}" for at in range(1500)]
    assert some_of([]) == ""
    assert some_of(names[:MAX_PLACES]).split(", ") == names[:MAX_PLACES]
    assert some_of(names, 2, "; ") == "n0; n1 and 1,498 more"
