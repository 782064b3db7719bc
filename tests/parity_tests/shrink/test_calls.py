"""Takes calls out of sessions."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crossfade.parity_tests.corpus.records import Session
from crossfade.parity_tests.shrink.calls import fewest_calls, smaller_call
from crossfade.parity_tests.shrink.links import Links


def long_session(call_of: Any, notes: int, last: int) -> Session:
    """Notes are made, each is read three times; the last call changes one of them."""
    calls = [call_of("POST", "/notes", {"text": f"n{index}"}, {"id": 100 + index}) for index in range(notes)]
    reads = [call_of("GET", f"/notes/{100 + index % notes}?try={index}") for index in range(3 * notes)]
    return Session(id="s", calls=(*calls, *reads, call_of("PUT", f"/notes/{100 + last}", {"text": "x"})))


def test_what_the_last_call_needs_is_tried_first(drive: Any, call_of: Any) -> None:
    """It stays with its producer."""
    session = long_session(call_of, 50, 7)
    found = drive(fewest_calls(session, Links(session, None)), lambda _: True)
    assert found.result.calls == (session.calls[7], session.calls[-1])
    assert len(found.tried) == 1


@given(last=st.integers(0, 9), others=st.sets(st.integers(10, 39), max_size=3))
def test_producers_are_kept(drive: Any, call_of: Any, last: int, others: set[int]) -> None:
    """Every session that is tried has the producers of all its calls, and ends with the last call."""
    session = long_session(call_of, 10, last)
    links = Links(session, None)
    needed = {session.calls[index] for index in others}
    found = drive(fewest_calls(session, links), lambda tried: needed <= set(tried.calls))
    for tried in found.tried:
        again = Links(tried, None)
        assert tried.calls[-1] == session.calls[-1]
        assert all(bool(again.producers[at]) == (call.request.method != "POST") for at, call in enumerate(tried.calls))
        assert len(tried.calls) < len(session.calls)
    assert needed <= set(found.result.calls)
    assert len(found.result.calls) <= 2 + 2 * len(needed)


def test_a_call_with_less_in_it(drive: Any, call_of: Any) -> None:
    """Its body loses what is not needed; the other calls stay."""
    session = Session(id="s", calls=(call_of("GET", "/notes"), call_of("POST", "/notes", {"a": 1, "b": 2})))
    found = drive(smaller_call(session, 1, None, set()), lambda tried: b'"b"' in tried.calls[1].request.body).result
    assert found.calls[0] == session.calls[0]
    assert found.calls[1].request.body == b'{"b":0}'


def test_how_a_body_is_written_may_matter(drive: Any, call_of: Any) -> None:
    """Where a body that means the same does not fail, it stays as it is."""
    session = Session(id="s", calls=(call_of("POST", "/notes?a=1", b'{ "a" : 1 }'),))
    found = drive(smaller_call(session, 0, None, set()), lambda tried: b" : " in tried.calls[0].request.body).result
    assert found.calls[0].request.body == b'{ "a" : 1 }'
    assert found.calls[0].request.target == "/notes"
