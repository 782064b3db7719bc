"""Whether an answer that is not read may hold a value."""

import gzip
from dataclasses import replace
from typing import Any

from crossfade.shadow.apart.unread import Unread
from crossfade.shadow.bindings.messages import MAX_BODY_BYTES
from crossfade.shadow.exchange import Protocol

TOKEN, OTHER = (f"{digit * 8}-0a1b-4000-8000-0123456789ab" for digit in "12")


def test_by_the_bytes(make: Any) -> None:
    """A token in the body or in a header field; no other one."""
    answer = make.answer(b'{"a": "%s"}' % TOKEN.encode(), (("content-type", "application/json"), ("x-id", OTHER)))
    unread = Unread(make.request(), answer, ids=True)
    assert unread.may_hold(TOKEN)
    assert unread.may_hold(OTHER)
    assert not unread.may_hold(TOKEN.replace("1", "3"))


def test_a_coded_body_is_decoded(make: Any) -> None:
    """As far as bodies are looked through at all."""
    headers = (("content-type", "application/json"), ("content-encoding", "gzip"))
    packed = make.answer(gzip.compress(b'["%s"]' % TOKEN.encode()), headers)
    assert Unread(make.request(), packed, ids=True).may_hold(TOKEN)
    bomb = make.answer(gzip.compress(b'["%s"]' % TOKEN.encode() + b" " * MAX_BODY_BYTES), headers)
    assert not Unread(make.request(), bomb, ids=True).may_hold(TOKEN)
    assert not Unread(make.request(), make.answer(b"other", headers), ids=True).may_hold(TOKEN)
    assert not Unread(make.request(), replace(packed, truncated=True), ids=True).may_hold(TOKEN)


def test_a_short_id_stands_at_a_member_that_is_one(make: Any) -> None:
    """And holds nobody up where the answer is of a read."""
    answer = make.answer(b'[{"id": 17, "count": 18, "user_id": "u-19"}]')
    unread = Unread(make.request(), answer, ids=True)
    assert [value for value in ("17", "18", "u-19", "1") if unread.may_hold(value)] == ["17", "u-19"]
    assert not Unread(make.request(), answer, ids=False).may_hold("17")


def test_what_may_be_written_otherwise(make: Any) -> None:
    """Letters behind escapes, and numbers in a message, can't be searched for: they may be there."""
    escaped = Unread(make.request(), make.answer(b'{"a": "\\u0041"}'), ids=False)
    assert escaped.may_hold(TOKEN)
    call = replace(make.request(), protocol=Protocol.GRPC)
    message = Unread(call, make.answer(b"\0\0\0\0\3abc", ()), ids=True)
    assert message.may_hold("12345678")
    assert message.may_hold("17")
    assert not message.may_hold(TOKEN)
    assert not Unread(call, make.answer(b"", ()), ids=True).may_hold("17")
