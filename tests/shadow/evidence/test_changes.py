"""Names that every store can write."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.evidence.changes import by_key, storable, storable_fingerprint, storable_route

ANY = st.text(st.characters() | st.sampled_from("\ud800\udfff"), max_size=8)


@given(ANY)
def test_any_text_can_be_written(text: str) -> None:
    """As it is where it can be; a lone surrogate as its escape."""
    found = storable(text)
    assert found.encode("utf-8").decode("utf-8") == found
    assert storable(found) == found
    assert ("\\ud800" in found) >= ("\ud800" in text)


@pytest.mark.parametrize("text", ["", "GET /a", "GET /é", "\U0001f600"])
def test_what_can_be_written_is_kept(make: Any, text: str) -> None:
    """Byte by byte."""
    assert storable(text) == text
    assert storable_route(make.route(text)) == make.route(text)
    assert storable_fingerprint(make.fingerprint(text)) == make.fingerprint(text)


def test_routes_that_are_written_alike_are_one(make: Any) -> None:
    """What entered on them is added up, so that no count is overwritten by another."""
    one, other = make.route("GET /\ud800"), make.route("GET /\\ud800")
    assert by_key({one: 3, other: 4}) == {"GET /\\ud800": (other, 7)}
