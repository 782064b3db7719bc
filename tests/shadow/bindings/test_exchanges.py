"""What can be told of answers without reading them."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.bindings.exchanges import (
    credentials,
    etag_scope,
    may_differ_in_handles,
    page_scope,
    succeeded,
    unequal_parts,
)

ONE, TWO = "8f3a9c21aa01", "7e2b8d10bb02"


def test_answers_that_need_not_be_read(records: Any) -> None:
    """Equal ones, and those that differ in no id and no token."""
    ours = {"id": ONE, "n": 1, "at": "2026-03-10T10:00:00Z", "rows": [{"text": "x" * 300}] * 3}

    def may_differ(theirs: object, *, write: bool = False, **more: Any) -> bool:
        return may_differ_in_handles(records.answer(ours), records.answer(theirs, **more), write=write)

    assert not may_differ(ours)
    assert not may_differ(ours, headers=(("Date", "x"),))
    assert not may_differ({**ours, "n": 2, "at": "2026-03-10T10:00:01Z"})
    assert may_differ(ours, write=True)
    assert may_differ(ours, headers=(("Location", "/a/1"),))
    assert may_differ({**ours, "id": TWO})
    assert may_differ({**ours, "rows": [{"order_id": 1}]})
    assert may_differ({**ours, "n": 2, "page_token": "x"})
    assert not may_differ_in_handles(records.answer(ours), None, write=True)


@given(st.binary(max_size=600), st.binary(max_size=600), st.binary(max_size=600), st.binary(max_size=600))
def test_parts_that_differ(begin: bytes, one: bytes, two: bytes, end: bytes) -> None:
    """What is left out is equal on both sides."""
    ours, theirs = begin + one + end, begin + two + end
    left, right = unequal_parts(ours, theirs)
    assert len(ours) - len(left) == len(theirs) - len(right)
    assert left in ours
    assert right in theirs
    assert (left == right) is (ours == theirs)


def test_scopes(records: Any) -> None:
    """An ETag is of its resource, a page token of its caller and list."""
    made = records.answer({}, 201, (("Location", "/a/1?x=1"),))
    assert etag_scope(records.request("POST", "/a"), made) == etag_scope(records.request("GET", "/a/1?y=2"), None)
    callers = [
        records.request("GET", target, None, (("Authorization", f"Bearer {who}"),))
        for target, who in (("/a", ONE), ("/a?page_token=x", ONE), ("/a", TWO), ("/b", ONE))
    ]
    first, second, third, fourth = map(page_scope, callers)
    assert first == second
    assert len({first, third, fourth}) == 3


def test_credentials(records: Any) -> None:
    """Tokens and cookies, no passwords."""
    fields = (("Authorization", "Basic QW5uOnBhc3N3b3Jk"), ("Cookie", f"a=1; sid={ONE}"), ("X-Auth-Token", TWO))
    assert credentials(records.request("GET", "/a", None, fields)) == [ONE, TWO]


def test_success(records: Any) -> None:
    """Anything below an error."""
    request = records.request("GET", "/a")
    assert succeeded(records.answer({}, 302), request)
    assert not succeeded(records.answer({}, 404), request)
