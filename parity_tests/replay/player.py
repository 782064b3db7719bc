"""Plays sessions: the calls of each in their order, several sessions at a time."""

import asyncio
from collections.abc import Iterable

from crossfade.parity_tests.corpus.records import Session
from crossfade.parity_tests.replay.pair import Pair
from crossfade.parity_tests.replay.played import PlayedSession
from crossfade.shadow.bindings.bindings import Bindings


async def play_session(pair: Pair, session: Session, bindings: Bindings | None = None) -> PlayedSession:
    """All calls of a session, one after the other; ``bindings``: None: its own."""
    known = pair.new_bindings() if bindings is None else bindings
    played = [await pair.play(call, known) for call in session.calls]
    return PlayedSession(session=session, played=tuple(played))


async def play_sessions(pair: Pair, sessions: Iterable[Session], *, at_once: int) -> list[PlayedSession]:
    """All sessions, so many of them at a time."""
    free = asyncio.Semaphore(at_once)

    async def play(session: Session) -> PlayedSession:
        async with free:
            return await play_session(pair, session)

    return list(await asyncio.gather(*map(play, sessions)))
