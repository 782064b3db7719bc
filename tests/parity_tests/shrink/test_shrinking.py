"""Shrinks sessions by playing them."""

import json
from typing import Any

import pytest

from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.corpus.records import Session
from crossfade.parity_tests.shrink.failing import Target, targets
from crossfade.parity_tests.shrink.shrinking import Verdict, shrink


def long_session(call_of: Any) -> Session:
    """200 calls, of which three fail together: a big note is made, changed and read."""
    calls = [call_of("POST", "/notes", {"text": f"n{index}", "size": index}, {"id": index + 1}) for index in range(60)]
    calls += [call_of("GET", f"/notes/{1 + index % 60}?n={index}") for index in range(100)]
    calls.append(call_of("PUT", "/notes/41", {"text": "long text", "tags": ["a", "b", "c"]}))
    calls += [call_of("GET", "/notes") for _ in range(30)]
    calls.append(call_of("GET", "/notes/41"))
    calls += [call_of("GET", f"/notes/{1 + index}") for index in range(200 - len(calls))]
    return Session(id="long", calls=tuple(calls))


def short_session(call_of: Any) -> Session:
    """A note with more in it than is needed is made, changed and read."""
    body = {"text": "some text", "size": 5000, "more": {"a": [1, 2, 3]}}
    return Session(
        id="s",
        calls=(
            call_of("POST", "/notes", body, {"id": 1}),
            call_of("PUT", "/notes/1", {"text": "other", "tags": []}),
            call_of("GET", "/notes/1"),
        ),
    )


async def target_of(play: Any, session: Session) -> Target:
    """The first way in which it fails."""
    return targets(await play(session))[0]


async def test_three_of_200_calls(play: Any, notes: Any, lossy: Any, call_of: Any) -> None:
    """They are found, with little in them, and fail in the same way."""
    oracle, session = play(notes, lossy), long_session(call_of)
    target = await target_of(oracle, session)
    found = await shrink(session, target, oracle, budget_calls=5_000, twin=play(notes, lossy, notes))
    assert found.verdict is Verdict.CONFIRMED
    assert found.minimal
    assert target.is_in(await oracle(found.session))
    assert [call.request.method for call in found.session.calls] == ["POST", "PUT", "GET"]
    assert set(json.loads(found.session.calls[0].request.body)) == {"text", "size"}
    assert found.calls <= 500
    assert found.replays <= 50


async def test_budget(play: Any, notes: Any, lossy: Any, call_of: Any) -> None:
    """When it is spent, the smallest so far is checked and told as not minimal."""
    oracle, session = play(notes, lossy), short_session(call_of)
    found = await shrink(session, await target_of(oracle, session), oracle, budget_calls=45)
    assert not found.minimal
    assert found.calls <= 45
    assert found.verdict is Verdict.CONFIRMED
    assert len(found.session.calls[0].request.body) < len(session.calls[0].request.body)


async def test_too_small_a_budget(play: Any, notes: Any, lossy: Any, call_of: Any) -> None:
    """It is refused before anything is sent."""
    session = long_session(call_of)
    target = await target_of(play(notes, lossy), session)
    with pytest.raises(ParityError, match="session long: expected a budget of at least 1000 calls, got 999"):
        await shrink(session, target, play(notes, lossy), budget_calls=999)


async def test_not_reproduced(play: Any, notes: Any, lossy: Any, call_of: Any) -> None:
    """A session that does not fail now stays as it is."""
    session = long_session(call_of)
    target = await target_of(play(notes, lossy), session)
    found = await shrink(session, target, play(notes, notes), budget_calls=5_000)
    assert found.verdict is Verdict.NOT_REPRODUCED
    assert found.session == session
    assert (found.replays, found.minimal) == (1, False)


async def test_flaky(play: Any, notes: Any, lossy: Any, call_of: Any) -> None:
    """What fails only at first is a candidate for noise."""
    session = short_session(call_of)
    target = await target_of(play(notes, lossy), session)
    played = 0

    async def oracle(tried: Session) -> Any:
        nonlocal played
        played += 1
        return await play(notes, lossy if played == 1 else notes)(tried)

    found = await shrink(session, target, oracle, budget_calls=500)
    assert found.verdict is Verdict.FLAKY


async def test_legacy_against_itself(play: Any, notes: Any, lossy: Any, call_of: Any) -> None:
    """Where a twin of legacy differs at the place, it is noise."""
    oracle, session = play(notes, lossy), short_session(call_of)
    found = await shrink(
        session, await target_of(oracle, session), oracle, budget_calls=500, twin=play(notes, lossy, lossy)
    )
    assert found.verdict is Verdict.NOISE


async def test_what_is_left_of_messages(play: Any, notes: Any, lossy: Any, call_of: Any) -> None:
    """Only what the failure needs, with the plainest values."""
    oracle, session = play(notes, lossy), short_session(call_of)
    found = await shrink(session, await target_of(oracle, session), oracle, budget_calls=2_000)
    made, changed, read = (call.request for call in found.session.calls)
    assert json.loads(made.body).keys() == {"text", "size"}
    assert json.loads(made.body)["size"] == 21
    assert changed.body == read.body == b""
    assert found.replays <= 50
