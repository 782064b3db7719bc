"""Lines become records, or end the connection."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.capture.source import Match
from crossfade.shadow.exchange import Failure, FailureReason
from crossfade.shadow.exchange.outcome import Reason
from crossfade.shadow.ingest.protocol import (
    Counts,
    Hello,
    Pair,
    ProtocolError,
    Unreadable,
    is_route,
    read_line,
    read_overlong,
)

HASH = "00000000000000ff"


def test_hello(lines: Any) -> None:
    """Who sends; a build that is not said is unknown, and keys of a newer service are ignored."""
    assert read_line(lines.hello("users", "j-1", more=1)) == Hello(service="users", candidate_build="j-1")
    assert read_line(lines.hello("users")).candidate_build == "unknown"
    assert read_line(lines.line(kind="hello", service="users")).candidate_build == "unknown"


def test_counts(lines: Any) -> None:
    """One entry for each equal pair, and the rest by reason."""
    found = read_line(lines.counts(5, HASH, shed={"queue_full": 3}, legacy_ms=[1], candidate_ms=[None]))
    equal = Match(request_hash=255, legacy_ms=1.0, candidate_ms=None)
    assert found == Counts(route=lines.get, entered=5, equals=(equal,), shed=(("queue_full", 3),))
    bare = read_line(lines.line(kind="counts", route=lines.get))
    assert bare == Counts(route=lines.get, entered=0, equals=(), shed=())


def test_pair(lines: Any) -> None:
    """The request and both sides."""
    found = read_line(lines.pair(lines.answer(b"a"), lines.answer(b"b"), b"q1", b"q2", headers=[["x-a", "1"]]))
    assert isinstance(found, Pair)
    assert found.request_headers == (("x-a", "1"),)
    assert found.request_body == b"\0\0\0\0\x02q1\0\0\0\0\x02q2"


@pytest.mark.parametrize(
    ("word", "read"),
    [
        ("deadline", FailureReason.DEADLINE),
        ("reset", FailureReason.RESET),
        ("something new", FailureReason.INVALID),
        ("not_ported", Reason.NOT_PORTED),
        ("client_cancelled", Reason.CLIENT_CANCELLED),
    ],
)
def test_a_candidate_that_gave_no_answer(lines: Any, word: str, read: object) -> None:
    """It failed, or was not asked after all."""
    found = read_line(lines.pair(lines.answer(), {"failed": word, "detail": "..."}))
    assert isinstance(found, Pair)
    assert (found.candidate.reason if isinstance(found.candidate, Failure) else found.candidate) is read


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (b"", "json"),
        (b"{", "json"),
        (b"[]", "json"),
        (b'"hello"', "json"),
        (b"\xff", "json"),
        (b'{"v":1,"kind":"hello","service":"\xff"}', "json"),
        (b"[" * 100_000, "json"),
        (b'{"v":' + b"1" * 10_000 + b"}", "json"),
        (b"{}", "version"),
        (b'{"v":2,"kind":"hello"}', "version"),
        (b'{"v":true,"kind":"hello"}', "version"),
        (b'{"v":"1","kind":"hello"}', "version"),
        (b'{"v":1}', "kind"),
        (b'{"v":1,"kind":"bye"}', "kind"),
        (b'{"v":1,"kind":["hello"]}', "kind"),
        (b'{"v":1,"kind":"hello"}', "field"),
        (b'{"v":1,"kind":"hello","service":"a\\u0007"}', "field"),
        (b'{"v":1,"kind":"hello","service":"a","builds":[]}', "field"),
        (b'{"v":1,"kind":"counts"}', "field"),
        (b'{"v":1,"kind":"counts","route":"a.B/C","entered":-1}', "field"),
        (b'{"v":1,"kind":"counts","route":"a.B/C","equal":1}', "field"),
        (b'{"v":1,"kind":"counts","route":"a.B/C","shed":{"queue_full":0.5}}', "field"),
        (b'{"v":1,"kind":"counts","route":"a.B/C","shed":["queue_full"]}', "field"),
        (b'{"v":1,"kind":"pair"}', "field"),
        (b'{"v":1,"kind":"pair","route":5}', "field"),
    ],
)
def test_a_line_that_ends_its_connection(line: bytes, kind: str) -> None:
    """What it was, in one line that holds nothing of it."""
    with pytest.raises(ProtocolError) as raised:
        read_line(line)
    assert raised.value.kind == kind
    assert str(raised.value).isprintable()


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"request": None}, "request: expected an object, got nothing"),
        ({"request": {"messages": ["!"]}}, "request.messages: expected base64, got another text"),
        ({"request": {"messages": "AA=="}}, "request.messages: expected a list, got a text"),
        ({"legacy": {}}, "legacy.messages: expected a list, got nothing"),
        ({"legacy": 5}, "legacy: expected an object, got another value"),
        ({"candidate": {"messages": []}}, "candidate.status: expected a whole number from 0 to"),
        ({"candidate": {"failed": 5}}, "candidate.failed: expected a text, got another value"),
    ],
)
def test_a_pair_of_which_only_the_route_can_be_read(lines: Any, change: dict[str, Any], what: str) -> None:
    """It can still be counted."""
    told = json.loads(lines.pair(lines.answer(b"a"), lines.answer(b"b"))) | change
    found = read_line(json.dumps(told).encode())
    assert isinstance(found, Unreadable)
    assert found.route == lines.get
    assert found.what.startswith(what)


@pytest.mark.parametrize(
    "head", [b'{"v":1,"kind":"pair","route":"p.S/M","request":{"hea', b'{ "v": 1, "kind": "pair", "route": "p.S/M" ']
)
def test_an_overlong_pair(head: bytes) -> None:
    """Its route stands at its beginning, so that it can be counted."""
    assert read_overlong(head) == Unreadable(route="p.S/M", what="expected a shorter line", reason=Reason.TRUNCATED)


@pytest.mark.parametrize(
    "head",
    [b"", b"xxx", b'{"v":1,"kind":"counts","route":"p.S/M"', b'{"v":1,"kind":"pair","route":"p.S', b"\xff" * 512],
)
def test_an_overlong_line_that_is_no_pair(head: bytes) -> None:
    """Nothing can be said of it, so its connection ends."""
    with pytest.raises(ProtocolError):
        read_overlong(head)


@pytest.mark.parametrize("text", ["p.S/M", "S/M", "_a.b_1.S/M_2"])
def test_routes(text: str) -> None:
    """Package, service and method."""
    assert is_route(text)


@pytest.mark.parametrize(
    "text", ["", "M", "/M", "p.S/", "/p.S/M", "p.S/M/N", "p.S/M\n", "p S/M", "p.S/é", "p.S/" + "M" * 200]
)
def test_texts_that_are_no_routes(text: str) -> None:
    """They are counted as ``(other)``."""
    assert not is_route(text)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
_KEYS = st.sampled_from(
    ["v", "kind", "route", "request", "legacy", "candidate", "hashes", "shed", "entered", "messages", "status"]
)


@given(st.dictionaries(_KEYS, _JSON | st.sampled_from([1, "hello", "counts", "pair", "p.S/M"])))
def test_any_object(told: dict[str, Any]) -> None:
    """It is read, or ends its connection; nothing else comes out."""
    with contextlib.suppress(ProtocolError):
        read_line(json.dumps({"v": 1, **told}).encode())
