"""What is left of a rate limit is left out; the limit itself is compared."""

import pytest

from crossfade.shadow.compare.decode.rate_limits import without_usage


@pytest.mark.parametrize(
    "name",
    [
        "x-ratelimit-remaining",
        "x-ratelimit-used",
        "ratelimit-reset",
        "x-rate-limit-remaining",
        "x-ratelimit-reset-after",
        "x-ratelimit-remaining-tokens",
        "x-ratelimit-requests-remaining",
        "x-app-rate-limit-used",
    ],
)
def test_how_often_somebody_asked(name: str) -> None:
    """Any numbers are the same; that there is one still counts."""
    assert without_usage(name, ("41",)) == without_usage(name, ("7",)) != without_usage(name, ("41", "7"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1790000000", "1790000060"),
        ("1790000000123", "1790000060000"),
        ("1790000000.25", "1790000060.5"),
        ("0.25", "59.5"),
        ("6m0s", "1h2m3.5s"),
        ("20ms", "59s"),
        ("2026-01-02T03:04:05Z", "2026-01-02T03:05:05Z"),
        ("Fri, 02 Jan 2026 03:04:05 GMT", "Fri, 02 Jan 2026 03:05:05 GMT"),
    ],
)
def test_what_is_left_in_one_form(one: str, other: str) -> None:
    """It says the same to a caller; in another form it does not."""
    form = without_usage("x-ratelimit-reset", (one,))
    assert form == without_usage("x-ratelimit-reset", (other,))
    assert form != without_usage("x-ratelimit-reset", ("30",))


def test_what_is_left_may_be_much() -> None:
    """A number of ten digits is a moment only where one resets."""
    few, many = (without_usage("x-ratelimit-remaining-tokens", (text,)) for text in ("7", "1790000000"))
    assert few == many


@pytest.mark.parametrize("text", ["", "-1", "unlimited", "none"])
def test_what_is_no_figure_stays(text: str) -> None:
    """A caller that reads a number fails there."""
    assert without_usage("x-ratelimit-remaining", (text,)) == (text,)


@pytest.mark.parametrize(
    "name",
    [
        "x-ratelimit-limit",
        "ratelimit-policy",
        "ratelimit-limit",
        "x-ratelimit-resource",
        "x-remaining",
        "x-generate-limit-remaining",
        "remaining",
        "retry-after",
    ],
)
def test_all_else_stays(name: str) -> None:
    """A candidate with another limit or policy is no port of the service."""
    assert without_usage(name, ("100", "r=5")) == ("100", "r=5")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ('"default";r=50;t=30', '"default";r=49;t=2', True),
        ('"default"; r = 50; t=30', '"default"; r = 7; t=30', True),
        ('"burst";r=5, "daily";r=900;t=3', '"burst";r=0, "daily";r=1;t=9', True),
        ("limit=100, remaining=50, reset=5", "limit=100, remaining=7, reset=59", True),
        ("limit=100, remaining=50, reset=5", "limit=10, remaining=5, reset=5", False),
        ('"default";r=50', '"other";r=50', False),
        ('"default";r=50', '"default"', False),
        ('"default";q=50', '"default";q=60', False),
        ('"r=5";r=50', '"r=6";r=50', False),
    ],
)
def test_the_structured_field(one: str, other: str, same: bool) -> None:
    """Without the figures of r, t, remaining and reset."""
    assert (without_usage("ratelimit", (one,)) == without_usage("ratelimit", (other,))) is same
