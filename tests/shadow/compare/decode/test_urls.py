"""An address has an origin, a path and fields."""

from typing import Any

import pytest

from crossfade.shadow.compare.decode.urls import MAX_CHARS, read_url


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("https://a:1/b?c=d&e", {"origin": "https://a:1", "path": "/b", "query": {"c": "d", "e": None}}),
        ("//a?c=", {"origin": "//a", "path": "", "query": {"c": ""}}),
        ("/b?c=1&c=2", {"origin": "", "path": "/b", "query": {"c": "1", "c#2": "2"}}),
        ("b?c#d", {"origin": "", "path": "b", "query": "c", "fragment": "d"}),
        ("/cb#token=x&a=%20+", {"origin": "", "path": "/cb", "fragment": {"token": "x", "a": "%20+"}}),
        ("?%61=b", {"origin": "", "path": "", "query": {"a": "b"}}),
        ("mailto:a@b?subject=x", {"origin": "mailto:", "path": "a@b", "query": {"subject": "x"}}),
        ("/b", None),
        ("", None),
        ("/?" + "a" * MAX_CHARS, None),
        ("/?" + "a=1&" * 1000, {"origin": "", "path": "/", "query": "a=1&" * 1000}),
    ],
    ids=lambda value: str(value)[:30],
)
def test_addresses(text: str, value: Any) -> None:
    """Values are as they are written; without a query and a fragment an address is one value."""
    assert read_url(text) == value
