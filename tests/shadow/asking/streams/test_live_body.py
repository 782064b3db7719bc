"""The body of a request that is still coming goes on to each side, with that side's own handles in its messages."""

import gzip
import itertools
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.asking.clients.request_parts import RequestParts
from crossfade.shadow.asking.streams.live_body import LiveBody, RefusedError
from crossfade.shadow.bindings.sides import Side
from crossfade.shadow.exchange import Protocol, Request
from crossfade.shadow.exchange.outcome import Reason
from crossfade.shadow.judging.judge import MAX_MESSAGE_BYTES

GRPC = (("content-type", "application/grpc"), ("grpc-encoding", "gzip"))
BOTH = (Side.CANDIDATE, Side.SECONDARY)


def _frame(message: bytes, *, flag: int = 0) -> bytes:
    return bytes([flag]) + len(message).to_bytes(4) + message


def _render(message: bytes, side: Side) -> bytes | Reason:
    """Each side has its own name for ``id``; nobody has one for ``lost``."""
    return Reason.BLOCKED if message == b"lost" else message.replace(b"id", side.value.encode())


def _waiting(parts: RequestParts) -> bytes:
    return b"".join(parts._parts)


@pytest.fixture
def body_of(request_of: Callable[..., Request]) -> Callable[[], LiveBody]:
    """Builds the body of a gRPC call."""
    return lambda: LiveBody(request_of(protocol=Protocol.GRPC, headers=GRPC, body=b""), _render)


def test_each_side_gets_its_own_handles(body_of: Callable[[], LiveBody]) -> None:
    """Before the beginning and after it; a frame goes on when it is whole."""
    body = body_of()
    assert body.add(_frame(b"id 1") + _frame(b"2")[:3]) == (_frame(b"id 1"),)
    candidate, secondary = body.start(BOTH)
    assert _waiting(candidate) == _frame(b"candidate 1")
    assert body.add(_frame(b"2")[3:] + _frame(b"id")) == (_frame(b"2"), _frame(b"id"))
    assert _waiting(candidate) == _frame(b"candidate 1") + _frame(b"2") + _frame(b"candidate")
    assert _waiting(secondary) == _frame(b"secondary 1") + _frame(b"2") + _frame(b"secondary")


def test_compressed_messages(body_of: Callable[[], LiveBody]) -> None:
    """One that is changed goes on uncompressed, any other as it came."""
    body = body_of()
    plain, own = _frame(gzip.compress(b"1"), flag=1), _frame(gzip.compress(b"id"), flag=1)
    (candidate,) = body.start(BOTH[:1])
    assert body.add(plain + own) == (_frame(b"1"), _frame(b"id"))
    assert _waiting(candidate) == plain + _frame(b"candidate")


@pytest.mark.parametrize("is_begun", [False, True])
def test_a_message_that_a_side_can_not_have(body_of: Callable[[], LiveBody], is_begun: bool) -> None:
    """It is refused as soon as it would be sent."""
    body = body_of()
    if is_begun:
        body.start(BOTH)
        with pytest.raises(RefusedError) as raised:
            body.add(_frame(b"lost"))
    else:
        assert body.add(_frame(b"lost")) == (_frame(b"lost"),)
        with pytest.raises(RefusedError) as raised:
            body.start(BOTH)
    assert raised.value.reason is Reason.BLOCKED


@pytest.mark.parametrize(
    "odd",
    [
        b"\7\0\0\0\1x" + _frame(b"id"),
        _frame(b"no gzip", flag=1) + _frame(b"id"),
        _frame(b"")[:1] + (MAX_MESSAGE_BYTES + 1).to_bytes(4) + b"id",
    ],
)
def test_what_can_not_be_read_goes_on_as_it_came(body_of: Callable[[], LiveBody], odd: bytes) -> None:
    """Whatever follows it, too."""
    body = body_of()
    (candidate,) = body.start(BOTH[:1])
    body.add(_frame(b"id"))
    body.add(odd)
    body.add(_frame(b"id"))
    body.finish()
    assert _waiting(candidate) == _frame(b"candidate") + odd + _frame(b"id")


def test_a_body_that_ends_within_a_frame(body_of: Callable[[], LiveBody]) -> None:
    """The sides get what legacy got."""
    body = body_of()
    (candidate,) = body.start(BOTH[:1])
    body.add(_frame(b"12345")[:7])
    assert _waiting(candidate) == b""
    body.finish()
    assert _waiting(candidate) == _frame(b"12345")[:7]


def test_other_bodies_go_on_part_by_part(request_of: Callable[..., Request]) -> None:
    """An upload is not read, and its beginning is kept."""
    body = LiveBody(request_of(body=b""), _render)
    assert body.add(b"id") == ()
    (candidate,) = body.start(BOTH[:1])
    assert body.add(_frame(b"lost")) == ()
    assert _waiting(candidate) == body.request().body == b"id" + _frame(b"lost")


@given(
    messages=st.lists(st.binary(max_size=40), max_size=8),
    cuts=st.lists(st.integers(0, 400), max_size=8),
    starts=st.integers(0, 9),
)
def test_any_parts_give_the_same_bytes(messages: list[bytes], cuts: list[int], starts: int) -> None:
    """Wherever they are cut, and whenever the sides begin; and each byte that waits is counted."""
    data = b"".join(map(_frame, messages))
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    request = Request(
        id="1",
        protocol=Protocol.GRPC,
        method="POST",
        scheme="http",
        authority="a.test",
        target="/s/M",
        headers=GRPC,
        body=b"",
        truncated=False,
        trailers=(),
        started_at=0.0,
    )
    body = LiveBody(request, lambda message, _: message)
    parts: tuple[RequestParts, ...] = ()
    found: list[bytes] = []
    held = 0
    for number, (start, end) in enumerate(itertools.pairwise(edges)):
        if number == starts:
            parts = body.start(BOTH)
        found += body.add(data[start:end])
        held += body.more_bytes()
        assert held == end
    parts = parts or body.start(BOTH)
    body.finish()
    assert found == list(map(_frame, messages))
    assert [_waiting(part) for part in parts] == [data, data]
