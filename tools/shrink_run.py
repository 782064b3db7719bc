"""Plays sessions against the services, and shrinks what fails: each failure once."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Call, Session
from crossfade.parity_tests.mining.stored import load_edges
from crossfade.parity_tests.replay.handles import Handles
from crossfade.parity_tests.replay.pair import Pair, open_pair
from crossfade.parity_tests.replay.plan import placed
from crossfade.parity_tests.replay.played import Played, PlayedSession
from crossfade.parity_tests.replay.player import Player
from crossfade.parity_tests.replay.reset import resets_of, run_resets
from crossfade.parity_tests.replay.sending import Progress
from crossfade.parity_tests.shrink.failing import Target, targets, up_to_failing
from crossfade.parity_tests.shrink.shrinking import Oracle, Shrunk, shrink
from crossfade.shadow.config import Config
from crossfade.shadow.errors import ShadowError
from crossfade.shadow.runs.setup import read_contract
from crossfade.tools.errors import ExitCode
from crossfade.tools.reach import missing_servers

T = TypeVar("T")
_PATIENCE_S = 10.0
"""So long a service may take to serve again after its command has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShrinkOptions:
    """``session_ids``: those to play, none: all. At most ``max_cases`` are shrunk, by ``budget_calls`` each."""

    session_ids: Sequence[str]
    budget_calls: int
    max_cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A failure of a session of so many ``calls``, and what it was shrunk to."""

    shrunk: Shrunk
    calls: int


class ShrinkRun:
    """One run; ``on_case`` is told each failure that was shrunk."""

    def __init__(
        self, config: Config, config_path: Path, corpus: CorpusFolder, on_case: Callable[[Case], None]
    ) -> None:
        self._config = config
        self._folder = config_path.absolute().parent
        self._corpus = corpus
        self._on_case = on_case
        self._contract = corpus.contract() or read_contract(config)
        self._edges = load_edges(corpus.folder)

    async def shrink(self, options: ShrinkOptions) -> int:
        """How many failures were shrunk. Raises: ShadowError: a service can't be reached, a session can't be read."""
        async with open_pair(self._config, self._contract, edges=self._edges) as pair:
            player = SessionPlayer(pair, self._config, self._folder)
            await player.check_reached()
            done: set[Target] = set()
            for session_id in options.session_ids or self._corpus.session_ids():
                session = placed(self._corpus.session(session_id), tuple(pair.sides))
                played = await player.play(session)
                for target in targets(played):
                    if target not in done and len(done) < options.max_cases:
                        done.add(target)
                        await self._case(played, target, player, options.budget_calls)
        return len(done)

    async def _case(self, played: PlayedSession, target: Target, player: "SessionPlayer", budget_calls: int) -> None:
        shrunk = await shrink(
            up_to_failing(played, target),
            target,
            player.play,
            budget_calls=budget_calls,
            contract=self._contract,
            twin=player.twin,
        )
        source = f"cluster {target.id}, shrunk from {played.session.id}"
        named = replace(_numbered(shrunk.session), id=f"case-{target.id}", source=source)
        self._on_case(Case(shrunk=replace(shrunk, session=named), calls=len(played.session.calls)))


class SessionPlayer:
    """Plays sessions one after the other, each from the state that commands put back, else with new ids.

    ``twin`` does so with two answers of legacy; None where there is neither a secondary nor a command that puts legacy
    back.
    """

    def __init__(self, pair: Pair, config: Config, folder: Path) -> None:
        self._pair = pair
        self._config = config
        self._folder = folder
        self._live = pair.new_bindings().live
        self.twin: Oracle | None = None
        if all(sides.secondary is not None for sides in pair.sides.values()):
            self.twin = self.play
        elif config.replay.reset_legacy:
            self.twin = self._play_twice

    async def check_reached(self, patience_s: float = 0.0) -> None:
        """Raises: ShadowError: a service takes no connection."""
        missing = await missing_servers(self._config, patience_s=patience_s)
        if missing:
            raise ShadowError(f"{'; '.join(missing)}; start what is missing", exit_code=ExitCode.INFRASTRUCTURE)

    async def play(self, session: Session) -> PlayedSession:
        """Both services answer it; the secondary too, where there is one."""
        return PlayedSession(session=session, played=await self._played(session, self._pair.play))

    async def _play_twice(self, session: Session) -> PlayedSession:
        replies = await self._played(session, self._pair.play_legacy)
        twins = {call.request.id: reply for call, reply in zip(session.calls, replies, strict=True)}

        async def beside(call: Call, handles: Handles, *, progress: Progress) -> Played:
            return await self._pair.play(call, handles, twin=twins[call.request.id], progress=progress)

        return PlayedSession(session=session, played=await self._played(session, beside))

    async def _played(self, session: Session, play: Callable[..., Awaitable[T]]) -> tuple[T, ...]:
        resets = resets_of(self._config.replay, self._folder, ("legacy", "candidate", "secondary"))
        new = self._pair.new_bindings()
        if resets:
            await run_resets(resets)
            await self.check_reached(_PATIENCE_S)
            await self._pair.log_in()
            self._live = new.live  # what had been minted is no more
        playing = Player[T](lambda call, handles, progress: play(call, handles, progress=progress))
        return await playing.session(session, Handles(recorded=new.recorded, live=self._live))


def _numbered(session: Session) -> Session:
    """With ids of calls as a corpus has them."""
    calls = enumerate(session.calls, 1)
    return replace(session, calls=tuple(replace(call, request=replace(call.request, id=str(at))) for at, call in calls))
