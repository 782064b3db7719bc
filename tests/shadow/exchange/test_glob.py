"""One glob for routes, paths, kinds and header fields."""

import time

import pytest

from crossfade.shadow.exchange.glob import glob


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("*", "", True),
        ("GET /a/*", "GET /a/b/c", True),
        ("GET /a/?", "GET /a/b", True),
        ("GET /a/?", "GET /a/", False),
        ("message.items[0]", "message.items[0]", True),
        ("message.items[*].price", "message.items[12].price", True),
        ("message.items[01]", "message.items0", False),
        ("x[!a]", "xb", False),
        ("get /a", "GET /a", False),
        ("a.b", "axb", False),
        ("a*", "a\nb", True),
        ("a", "a\n", False),
    ],
)
def test_what_matches(pattern: str, text: str, *, matches: bool) -> None:
    """Only the star and the question mark are special, and the whole text has to match."""
    assert glob(pattern).matches(text) is matches


def test_no_glob_is_slow() -> None:
    """Many stars against a long text that nearly matches end at once."""
    start = time.process_time()
    assert not glob("a*" * 40 + "b").matches("a" * 5000)
    assert time.process_time() - start < 1
