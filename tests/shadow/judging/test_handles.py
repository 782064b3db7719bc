"""Values that legacy alone can know are remembered, as many as there is room for."""

from collections.abc import Callable

import pytest

from crossfade.shadow.exchange import Answer, Failure, FailureReason, Request
from crossfade.shadow.judging.handles import ForeignHandles

MINTED = "7f30116a-cd6a-42de-8ef0-dd270b92b597"


@pytest.fixture
def handles() -> ForeignHandles:
    """Of sides with stores of their own; room for three."""
    return ForeignHandles(contract=None, shared=False, capacity=3)


def test_what_was_learnt_is_foreign(handles: ForeignHandles) -> None:
    """One of many values is enough."""
    handles.learn([MINTED])
    assert handles.foreign(["known-to-both", MINTED])
    assert not handles.foreign(["known-to-both"])
    assert not handles.foreign([])


def test_the_oldest_is_forgotten(handles: ForeignHandles) -> None:
    """Learnt again is new again; there are never more than the capacity."""
    for value in ("a", "b", "c", "a", "d"):
        handles.learn([value])
    assert [value for value in "abcd" if handles.foreign([value])] == ["a", "c", "d"]
    handles.learn(str(number) for number in range(100))
    assert len(handles._known) == 3


def test_tokens_stand_where_a_handle_may_stand(handles: ForeignHandles, request_of: Callable[..., Request]) -> None:
    """Of the target and of a body."""
    json = (("content-type", "application/json"),)
    request = request_of(target=f"/a/{MINTED}?token=page-0002", headers=json, body=b'{"parent": "build-0001"}')
    assert handles.tokens(request) == {MINTED, "page-0002", "build-0001"}


def test_a_failure_has_no_values(
    handles: ForeignHandles, request_of: Callable[..., Request], answer_of: Callable[..., Answer]
) -> None:
    """An answer has those that a client may send back."""
    failed = Failure(reason=FailureReason.RESET, detail="", latency_ms=1.0)
    assert handles.answered(request_of(), failed) == frozenset()
    assert handles.answered(request_of(), answer_of(b'{"id": "%s"}' % MINTED.encode())) == {MINTED}


def test_what_the_client_sent_itself_was_not_minted(
    handles: ForeignHandles, request_of: Callable[..., Request], answer_of: Callable[..., Answer]
) -> None:
    """Only what the answer adds is foreign."""
    other = "698aed65-686c-4c9f-9364-b7706b3d75a2"
    answer = answer_of(b'{"id": "%s", "parent": "%s"}' % (MINTED.encode(), other.encode()))
    handles.learn_minted(request_of(target=f"/a/{other}"), answer)
    assert handles.foreign([MINTED])
    assert not handles.foreign([other])


def test_a_shared_store_has_none(request_of: Callable[..., Request], answer_of: Callable[..., Answer]) -> None:
    """Nothing is looked for, nothing is learnt."""
    handles = ForeignHandles(contract=None, shared=True)
    answer = answer_of(b'{"id": "%s"}' % MINTED.encode())
    handles.learn([MINTED])
    handles.learn_minted(request_of(), answer)
    assert not handles.foreign([MINTED])
    assert handles.tokens(request_of(target=f"/a/{MINTED}")) == frozenset()
    assert handles.answered(request_of(), answer) == frozenset()
