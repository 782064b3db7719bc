"""Strategies of whole comparisons."""

import struct
from typing import Any

import pytest
from hypothesis import strategies as st

from crossfade.shadow.exchange import Answer, Comparison, Failure, FailureReason, Protocol, Request
from crossfade.shadow.exchange.outcome import Reason
from crossfade.shadow.exchange.records import Again

_text = st.text(st.characters(), max_size=20)  # lone surrogates too
_headers = st.lists(st.tuples(_text, _text), max_size=4).map(tuple)
_frame = st.builds(
    lambda flag, data: struct.pack(">BI", flag, len(data)) + data, st.integers(0, 255), st.binary(max_size=20)
)
_bodies = st.one_of(
    st.binary(max_size=60),
    st.lists(_frame, max_size=4).map(b"".join),
    _text.map(lambda text: text.encode("utf-8", "replace")),
)
_ms = st.floats(0, 1e6)
_requests = st.builds(
    Request,
    id=_text,
    protocol=st.sampled_from(Protocol),
    method=_text,
    scheme=_text,
    authority=_text,
    target=_text,
    headers=_headers,
    body=_bodies,
    truncated=st.booleans(),
    trailers=_headers,
    started_at=st.floats(allow_nan=False, allow_infinity=False),
    peer=_text,
)
_answers = st.builds(
    Answer,
    status=st.integers(0, 999),
    headers=_headers,
    body=_bodies,
    truncated=st.booleans(),
    trailers=_headers,
    latency_ms=_ms,
    windows=st.binary(max_size=17),
)
_replies = st.one_of(_answers, st.builds(Failure, reason=st.sampled_from(FailureReason), detail=_text, latency_ms=_ms))
COMPARISONS = st.builds(
    Comparison,
    request=_requests,
    route=_text,
    legacy=_replies,
    candidate=_replies,
    secondary=st.one_of(st.none(), _replies),
    followed=st.booleans(),
    chosen=st.booleans(),
    cut=st.one_of(st.none(), st.sampled_from(Reason)),
    again=st.one_of(
        st.none(), st.builds(Again, candidate=_replies, secondary=_replies, later=st.one_of(st.none(), _replies))
    ),
)


@pytest.fixture(scope="session")
def comparisons() -> Any:
    """Any comparison."""
    return COMPARISONS
