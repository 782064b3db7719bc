"""A shadow request carries the client's fields and the two marks, nothing else."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.exchange import Answer, Failure, FailureReason, Headers, Request
from crossfade.shadow.exchange.shadow_headers import (
    HOP_BY_HOP,
    is_copy,
    is_not_recorded,
    is_served_by_legacy,
    shadow_headers,
)

MARKS = (("x-crossfade-role", "shadow"), ("x-crossfade-id", "id-1"))


@pytest.mark.parametrize(
    ("headers", "kept"),
    [
        ((), ()),
        ((("B", "1"), ("a", "2"), ("b", "3")), (("B", "1"), ("a", "2"), ("b", "3"))),
        (((":path", "/a"), ("A", "1")), (("A", "1"),)),
        ((("Connection", "X-Hop , other"), ("x-hop", "1"), ("OTHER", "2"), ("A", "3")), (("A", "3"),)),
        ((("connection", "te"), ("TE", "trailers")), (("TE", "trailers"),)),
        ((("connection", ""), ("A", "1")), (("A", "1"),)),
        ((("X-Crossfade-Role", "live"), ("x-crossfade-id", "2"), ("A", "1")), (("A", "1"),)),
    ],
)
def test_shadow_headers(request_of: Callable[..., Request], headers: Headers, kept: Headers) -> None:
    """Order, duplicates and letter case are kept; the connection's own fields and a client's marks are not."""
    assert shadow_headers(request_of("id-1", headers=headers)) == (*kept, *MARKS)


def test_a_copy_is_known_by_its_mark(request_of: Callable[..., Request]) -> None:
    """What we send is known when it comes back; what a client says of itself is not."""
    assert is_copy(shadow_headers(request_of("id-1")))
    assert not is_copy((("x-crossfade-role", "live"), ("x-crossfade-id", "1"), ("role", "shadow")))


_names = st.sampled_from(["A", "a", "te", "Cookie", "x-crossfade-role", *sorted(HOP_BY_HOP)])


@given(st.lists(st.tuples(_names, st.sampled_from(["", "1", "a", "te, close"]))).map(tuple))
def test_nothing_is_added_but_the_marks(request_of: Callable[..., Request], headers: Headers) -> None:
    """What is sent is a part of what came, in its order, and each mark once."""
    *kept, role, mark = shadow_headers(request_of("id-1", headers=headers))
    assert (role, mark) == MARKS
    left = iter(headers)
    assert all(item in left for item in kept)
    assert {name.lower() for name, _ in kept}.isdisjoint({*HOP_BY_HOP, "x-crossfade-role"})


@pytest.mark.parametrize(
    ("headers", "trailers", "wanted"),
    [
        ((("X-Crossfade-Served-By", "legacy"),), (), True),
        ((), (("x-crossfade-served-by", "legacy"),), True),
        ((("x-crossfade-served-by", "candidate"),), (), False),
        ((), (), False),
    ],
)
def test_served_by_legacy(headers: Headers, trailers: Headers, wanted: bool) -> None:
    """The candidate says so, in the header or behind the body; one that failed says nothing."""
    answer = Answer(status=200, headers=headers, body=b"", truncated=False, trailers=trailers, latency_ms=1.0)
    assert is_served_by_legacy(answer) is wanted
    assert not is_served_by_legacy(Failure(reason=FailureReason.RESET, detail="", latency_ms=1.0))


@pytest.mark.parametrize("at", ["headers", "trailers"])
def test_not_recorded(at: str) -> None:
    """A mock says so, in the header or behind the body; one that failed says nothing."""
    fields = {"headers": (), "trailers": ()}
    answer = Answer(status=501, body=b"", truncated=False, latency_ms=1.0, **fields)
    assert not is_not_recorded(answer)
    marked = Answer(
        status=501, body=b"", truncated=False, latency_ms=1.0, **{**fields, at: (("X-Crossfade-Not-Recorded", "1"),)}
    )
    assert is_not_recorded(marked)
    assert not is_not_recorded(Failure(reason=FailureReason.RESET, detail="", latency_ms=1.0))
