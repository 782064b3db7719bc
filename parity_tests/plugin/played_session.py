"""A session as pytest reports it: failed, with nothing to say, expected to differ, or passed. Pure but for playing."""

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from crossfade.parity_tests.corpus.records import Call, Session
from crossfade.parity_tests.mining.relations import Broken, TimeRelations
from crossfade.parity_tests.plugin.found import Found, found_of
from crossfade.parity_tests.plugin.pytest_pair import PytestPair
from crossfade.parity_tests.replay.handles import Handles
from crossfade.parity_tests.replay.player import Player
from crossfade.parity_tests.replay.sending import Progress
from crossfade.shadow.evidence.view import AcceptRule


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFound:
    """What the calls of a session show, in their order.

    ``broken_times``: where times break what holds at legacy; ``restless``: those that fail it, because they move and
    stay between two reads otherwise than legacy's, in this session or in those before it.
    """

    session: Session
    found: tuple[Found, ...]
    broken_times: tuple[str, ...] = ()
    restless: tuple[str, ...] = ()

    @property
    def failing(self) -> tuple[tuple[int, Found], ...]:
        """The calls that differ, and those that legacy did not answer, with their number from 1 on."""
        numbered = enumerate(self.found, 1)
        return tuple((at, found) for at, found in numbered if found.differences or found.legacy_failed)

    @property
    def left_out(self) -> Counter[str]:
        """How many calls were not compared, by reason."""
        return Counter(found.left_out for found in self.found if found.left_out)

    @property
    def compared(self) -> int:
        """Calls that were compared."""
        return sum(not found.left_out for found in self.found)

    @property
    def accepted(self) -> tuple[AcceptRule, ...]:
        """The rules that accept a difference of it."""
        return tuple(dict.fromkeys(rule for found in self.found for rule in found.accepted))


async def find_in_session(tested: PytestPair, session: Session, today: datetime.date) -> SessionFound:
    """Plays a session on both tested. Each call is looked at before the next one may change what it read."""

    async def find(call: Call, handles: Handles, progress: Progress) -> Found:
        played = await tested.pair.play(call, handles, progress=progress)
        return found_of(played, await tested.noise.left(played, handles), tested.accepted, today)

    found = await Player(find).session(session, tested.handles.of(session))
    own = TimeRelations(tested.contract)
    for relations in (own, tested.times):
        _see(relations, found)
    routes = {one.played.call.route.route for one in found}
    return SessionFound(
        session=session,
        found=found,
        broken_times=tuple(map(_text, {**own.broken, **tested.times.restless})),
        restless=tuple(_text(item) for item in tested.times.restless if item[0] in routes),
    )


def _see(relations: TimeRelations, found: Iterable[Found]) -> None:
    """Times differ in every answer, so they are noise; what is told of them is no difference of its own."""
    for played in (one.played for one in found):
        if played.comparison is not None and (played.signature or played.excused):
            relations.see(played.call.route.route, played.comparison)


def _text(item: tuple[str, Broken]) -> str:
    route, broken = item
    return f"{route} {broken.template} ({broken.relation})"
