"""Plays a plan: each call ends in exactly one observation, also where the replay is ended in between."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from crossfade.parity_tests.corpus.records import Call, Session
from crossfade.parity_tests.mining.relations import TimeRelations
from crossfade.parity_tests.replay.handles import Handles
from crossfade.parity_tests.replay.pair import Pair
from crossfade.parity_tests.replay.plan import Plan
from crossfade.parity_tests.replay.played import Played, PlayedSession
from crossfade.parity_tests.replay.player import Player, Playing
from crossfade.parity_tests.replay.recorded_order import RecordedOrder
from crossfade.parity_tests.replay.sending import Progress
from crossfade.parity_tests.replay.twins import Twins
from crossfade.shadow.errors import where
from crossfade.shadow.exchange.observations import Observation, Proof, Settled
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo

_T = TypeVar("_T")
log = logging.getLogger("crossfade.replay")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """So many sessions ``at_once``; or, ``in_order``, as many as the order needs in which all calls were recorded."""

    at_once: int
    in_order: bool = False


class Books:
    """Counts how calls ended, for the evidence and for the result."""

    def __init__(
        self,
        entered: Mapping[RouteInfo, int],
        record: Callable[[Observation | Proof], None],
        times: TimeRelations | None = None,
    ) -> None:
        """``times`` looks at the answers that differ; None: one without a contract."""
        self.entered = Counter(entered)
        self.times = times or TimeRelations(None)
        self.otherwise: Counter[str] = Counter()
        self.lacking: Counter[str] = Counter()
        self._ended: Counter[RouteInfo] = Counter()
        self._record = record

    @property
    def ended(self) -> int:
        """How many calls have ended."""
        return self._ended.total()

    def add(self, played: Played) -> None:
        """Takes one call that was played."""
        self._ended[played.call.route] += 1
        self.otherwise[played.call.route.key] += played.as_recorded is False
        self.lacking[played.call.route.key] += played.lacks_write
        self._record(played.observation)
        if played.comparison is not None and (played.signature or played.excused):
            self.times.see(played.call.route.key, played.comparison)
        for proof in played.proofs:
            self._record(proof)

    def close(self) -> None:
        """What has not ended is shed."""
        for route, left in (self.entered - self._ended).items():
            self._record(Settled(route=route, outcome=Outcome.SHED, reason=Reason.SHUTDOWN, count=left))
            self._ended[route] += left


async def play_plan(  # noqa: PLR0913 - what is played, on what, and who is told
    plan: Plan,
    pair: Pair,
    books: Books,
    *,
    twins: Twins,
    pace: Pace,
    on_session: Callable[[PlayedSession], None] = lambda _: None,
) -> None:
    """Plays all sessions against both services. Cancelling it hangs up; ``books`` has what ended.

    ``twins`` are legacy's answers of another run. Raises: ParityError: a session can't be read.
    """

    async def play(call: Call, handles: Handles, progress: Progress) -> Played:
        try:
            played = await pair.play(call, handles, twin=twins.take(call.request.id), progress=progress)
        except Exception as error:  # noqa: BLE001 - a bug ends one call, not the replay
            log.error("comparison.failed route=%s %s", call.route.route, where(error))  # noqa: TRY400 - no values
            settled = Settled(route=call.route, outcome=Outcome.UNCOMPARABLE, reason=Reason.INTERNAL)
            played = Played(call=call, comparison=None, observation=settled)
        books.add(played)
        return played

    def told(session: Session, played: tuple[Played, ...]) -> None:
        on_session(PlayedSession(session=session, played=played))

    await _play_all(plan, pair, play, told, pace)


async def play_legacy(plan: Plan, pair: Pair, *, pace: Pace) -> Twins:
    """Plays all sessions on legacy alone, and gives its answers. Raises: ParityError: a session can't be read."""
    twins = Twins()

    async def play(call: Call, handles: Handles, progress: Progress) -> None:
        twins.keep(call.request.id, await pair.play_legacy(call, handles, progress=progress))

    await _play_all(plan, pair, play, lambda *_: None, pace)
    return twins


async def _play_all(
    plan: Plan, pair: Pair, play: Playing[_T], told: Callable[[Session, tuple[_T, ...]], None], pace: Pace
) -> None:
    entrance = RecordedOrder(plan.call_ids) if pace.in_order else None
    player = Player(play, speed=pair.speed, origin_s=plan.origin_s, entrance=entrance)
    handles, left = pair.new_handles(), iter(plan.session_ids)

    async def work() -> None:
        for session_id in left:
            session = plan.session(session_id)
            told(session, await player.session(session, handles.of(session)))

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(plan.most_open if pace.in_order else pace.at_once):
                group.create_task(work())
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
