"""What goes into the pipe comes out of it."""

from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.exchange import Answer, Failure, FailureReason, Protocol, Request
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.pipe.frames import (
    LENGTH,
    CountsFrame,
    EndFrame,
    Frame,
    ReplyFrame,
    RequestFrame,
    RulesFrame,
    SettledFrame,
    UnmirroredFrame,
    decode,
    encode,
)

ROUTE = RouteInfo(route="GET /a", protocol="http", call_type="http", stage="shadow")
_headers = st.lists(st.tuples(st.text(), st.text()), max_size=4).map(tuple)
_requests = st.builds(
    Request,
    id=st.text(),
    protocol=st.sampled_from(Protocol),
    method=st.text(),
    scheme=st.text(),
    authority=st.text(),
    target=st.text(),
    headers=_headers,
    body=st.binary(),
    truncated=st.booleans(),
    trailers=_headers,
    started_at=st.floats(allow_nan=False),
)
_answers = st.builds(
    Answer,
    status=st.integers(0, 999),
    headers=_headers,
    body=st.binary(),
    truncated=st.booleans(),
    trailers=_headers,
    latency_ms=st.floats(0, 1e6),
)
_failures = st.builds(Failure, reason=st.sampled_from(FailureReason), detail=st.text(), latency_ms=st.floats(0, 1e6))
_counts = st.integers(0, 2**40)
_frames = st.one_of(
    st.builds(
        RequestFrame,
        route=st.just(ROUTE),
        listener=st.text(),
        write=st.booleans(),
        ask_secondary=st.booleans(),
        request=_requests,
    ),
    st.builds(ReplyFrame, request_id=st.text(), reply=st.one_of(_answers, _failures)),
    st.builds(SettledFrame, request_id=st.text(), outcome=st.sampled_from(Outcome), reason=st.sampled_from(Reason)),
    st.builds(
        CountsFrame,
        entered=st.tuples(st.tuples(st.just(ROUTE), _counts)),
        settled=st.tuples(st.tuples(st.just(ROUTE), st.sampled_from(Outcome), st.sampled_from(Reason), _counts)),
    ),
    st.builds(UnmirroredFrame, request=_requests, answer=_answers),
    st.just(EndFrame()),
    st.builds(RulesFrame, rules_digest=st.text()),
)


@given(_frames)
def test_round_trip(frame: Frame) -> None:
    """Every frame is read back as it was written, behind its own length."""
    data = encode(frame)
    (length,) = LENGTH.unpack(data[: LENGTH.size])
    assert length == len(data) - LENGTH.size
    assert decode(data[LENGTH.size :]) == frame
