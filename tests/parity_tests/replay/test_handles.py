"""What sessions of one recording share, and what they do not."""

from dataclasses import replace
from typing import Any

from crossfade.parity_tests.replay.handles import Handles
from crossfade.shadow.exchange import Answer


async def _make(handles: Handles, session: Any, live_id: int) -> None:
    """Legacy makes the second note again, and names it otherwise."""
    call = session.calls[1]
    await handles.learn(call, replace(call.reply, body=b'{"id": %d, "text": "two"}' % live_id))


async def _read(handles: Handles, session: Any) -> str:
    request = (await handles.rendered(session.calls[3])).request
    return "" if request is None else request.target


async def test_sessions_of_one_source_know_of_each_other(life_of: Any, numbered: Any, new_handles: Any) -> None:
    """One client reads what another one made."""
    session = life_of("s-1", numbered(start=9001), source="run 1")
    shared = new_handles()
    await _make(shared.of(session), session, 17)
    assert await _read(shared.of(replace(session, id="s-2")), session) == "/notes/17"


async def test_sources_have_ids_of_their_own(life_of: Any, numbered: Any, new_handles: Any) -> None:
    """Two recordings have a note 9002 each; so may two sessions that were written by hand."""
    first = life_of("s-1", numbered(start=9001), source="run 1")
    second = life_of("s-2", numbered(start=9001), source="run 2")
    shared = new_handles()
    await _make(shared.of(first), first, 17)
    await _make(shared.of(second), second, 18)
    assert (await _read(shared.of(first), first), await _read(shared.of(second), second)) == ("/notes/17", "/notes/18")
    alone = replace(first, id="s-3", source="")
    assert await _read(shared.of(alone), alone) == "/notes/9002"


async def test_a_shared_store_still_names_anew(life_of: Any, numbered: Any, new_handles: Any) -> None:
    """Both services have one store, and the recording had another one."""
    session = life_of("s-1", numbered(start=9001))
    handles = new_handles(shared=True).of(session)
    await _make(handles, session, 17)
    assert await _read(handles, session) == "/notes/17"


async def test_what_was_not_recorded_teaches_nothing(life_of: Any, new_handles: Any) -> None:
    """A session without answers goes out as it stands."""
    session = life_of("s-1")
    handles = new_handles().of(session)
    answer = Answer(status=201, headers=(), body=b'{"id": 17}', truncated=False, trailers=(), latency_ms=1.0)
    await handles.learn(session.calls[0], answer)
    assert (await handles.rendered(session.calls[3])).request is session.calls[3].request
