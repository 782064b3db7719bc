"""Requests that may be stored: what is hidden is named, and exact bytes stay only where they hold no secret."""

import base64
import gzip
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from crossfade.shadow.evidence import Redactor
from crossfade.shadow.evidence.redact import Unchanged
from crossfade.shadow.evidence.samples import redact_sample
from crossfade.shadow.exchange.difference import Fingerprint
from crossfade.shadow.exchange.observations import Example, RequestSample


@pytest.fixture
def redacted() -> Callable[..., RequestSample]:
    """A sample as it may be stored."""
    redactor = Redactor(b"k" * 32, names=["tenant"])

    def build(**values: Any) -> RequestSample:
        defaults = {"protocol": "http", "method": "POST", "target": "/a", "headers": (), "body": ""}
        return redact_sample(RequestSample(**(defaults | values)), redactor)

    return build


def _data(text: bytes) -> str:
    return base64.b64encode(text).decode()


def test_nothing_to_hide_changes_nothing(redacted: Callable[..., RequestSample]) -> None:
    """And nothing is said of it."""
    sample = redacted(body='{"a": 1}', data=_data(b"\0"), headers=(("X-A", "1"),), cut="the body")
    assert (sample.body, sample.data, sample.cut, sample.redacted) == ('{"a": 1}', _data(b"\0"), "the body", ())


def test_what_was_replaced_is_named(redacted: Callable[..., RequestSample]) -> None:
    """The target, header fields by name, members of a body by path; more than five by number."""
    sample = redacted(
        target="/a?token=abc",
        headers=(("Cookie", "a=b"), ("Cookie", "c=d"), ("X-A", "1")),
        body='{"tenant": "x1", "rows": [{"password": "p1"}, {"password": "p2"}], "n": 1}',
    )
    assert sample.redacted == ("the target", "header Cookie", "body /tenant", "body /rows/*/password")
    many = redacted(body="{" + ", ".join(f'"tenant{n}": {{"password": "p{n}"}}' for n in range(8)) + "}")
    assert len(many.redacted) == 6
    assert many.redacted[-1] == "3 more of the body"


def test_a_body_that_is_no_json_is_named_as_a_whole(redacted: Callable[..., RequestSample]) -> None:
    """As a form or as text."""
    assert redacted(body="tenant=x1&a=1").redacted == ("the body",)
    assert redacted(body="write to ann@example.com").redacted == ("the body",)


def test_each_message_of_a_call_is_read_by_itself(redacted: Callable[..., RequestSample]) -> None:
    """One a line: a secret in the second is found by its name."""
    sample = redacted(protocol="grpc", body='{"a": "x"}\n{"password": "p1"}')
    first, second = sample.body.split("\n")
    assert (first, sample.redacted) == ('{"a": "x"}', ("body /password",))
    assert "p1" not in second


@pytest.mark.parametrize(
    ("values", "cut"),
    [
        ({"body": '{"password": "p1"}', "data": _data(b"p1")}, "what its text does not show"),
        ({"data": _data(b"\xffann@example.com")}, "the body"),
        ({"data": _data(b"\xff"), "unread": ("id", "password")}, "the body"),
        ({"data": _data(b"\xff"), "unread": ("tenant",)}, "the body"),
        ({"data": _data('{"password": "p1"}'.encode("utf-16"))}, "the body"),
        ({"data": _data(b"\x82\xa8password\xa2p1\xa1a\x01")}, "the body"),
        ({"data": _data(b"\xa1\x68password\x62p1")}, "the body"),
        ({"data": _data(gzip.compress(b"password=p1"))}, "the body"),
        ({"data": _data(zlib.compress(b"password=p1"))}, "the body"),
    ],
)
def test_exact_bytes_go_where_they_may_tell_a_secret(
    redacted: Callable[..., RequestSample], values: dict[str, Any], cut: str
) -> None:
    """One that the text shows, that a pattern finds, or that a field may hold which nobody can read."""
    sample = redacted(**values)
    assert (sample.data, sample.unread, sample.cut) == (None, (), cut)


def test_the_parts_that_no_client_should_put_a_secret_in(redacted: Callable[..., RequestSample]) -> None:
    """A method and the name of a field, which a hostile client makes of what it likes."""
    sample = redacted(method="token=p1", headers=(("x-token=p1", "1"),))
    assert "p1" not in repr(sample)


def test_names_of_fields_are_not_stored(redacted: Callable[..., RequestSample]) -> None:
    """They were for this decision alone."""
    sample = redacted(data=_data(b"\xff"), unread=("id",))
    assert (sample.data, sample.unread) == (_data(b"\xff"), ())


def test_what_was_redacted_before_is_told_as_far_as_it_is_known(example: Any) -> None:
    """A recording does not say which of its values are pseudonyms."""
    stored = Unchanged().example(example)
    assert stored.request.redacted == ("what the recording hid, if anything",)
    assert stored.request.unread == ()


@pytest.fixture
def example() -> Example:
    """A difference on a request of which a field could not be read."""
    request = RequestSample(protocol="grpc", method="POST", target="/a.B/C", headers=(), body="", unread=("id",))
    mark = Fingerprint(template="message.a", kind="value")
    return Example(comparison_id="c1", fingerprint=mark, path="message.a", legacy="1", candidate="2", request=request)
