"""Plays what the reducers yield, until nothing more can go or the budget is spent."""

import hashlib
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.corpus.records import Session
from crossfade.parity_tests.replay.played import PlayedSession
from crossfade.parity_tests.shrink.calls import fewest_calls, smaller_call
from crossfade.parity_tests.shrink.failing import Target, up_to_failing, without_answers
from crossfade.parity_tests.shrink.links import Links
from crossfade.parity_tests.shrink.subsets import Reduction
from crossfade.shadow.exchange.observations import Example

Oracle = Callable[[Session], Awaitable[PlayedSession]]
"""Plays a session from the same state each time: with fresh handles, or after a reset."""

CHECKS = 3
"""How often the smallest session is played again before it is reported."""


class Verdict(StrEnum):
    """What is known of the smallest session."""

    CONFIRMED = "confirmed"
    NOT_REPRODUCED = "not reproduced"  # the recorded session did not fail in this way
    FLAKY = "noise candidate: it fails only sometimes"
    NOISE = "noise candidate: legacy differs from itself there"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shrunk:
    """``session`` is the smallest that was found; where it is not the recorded one, its answers are told to be hidden.

    ``example`` is its difference as it was last seen, not redacted. ``replays`` and ``calls`` are what was sent for it,
    calls to each side. ``minimal``: False where the budget was spent before nothing more could go.
    """

    target: Target
    session: Session
    verdict: Verdict
    minimal: bool
    replays: int
    calls: int
    example: Example | None = None

    @property
    def reproduced(self) -> bool:
        """Whether the recorded session failed in this way when it was played."""
        return self.verdict is not Verdict.NOT_REPRODUCED


async def shrink(  # noqa: PLR0913 - a session, and how it is played
    session: Session,
    target: Target,
    play: Oracle,
    *,
    budget_calls: int,
    contract: Contract | None = None,
    twin: Oracle | None = None,
) -> Shrunk:
    """The smallest session that fails in this way.

    ``twin`` plays so that legacy's answers are held against a second one, too; None where that can't be. At most
    ``budget_calls`` calls are sent to each side, the checks of the smallest session included.
    Raises: ParityError: the budget does not suffice to play the session and to check it.
    """
    least = (CHECKS + 2) * len(session.calls)
    if budget_calls < least:
        raise ParityError(f"session {session.id}: expected a budget of at least {least} calls, got {budget_calls}")
    player = _Player(session, target, play, budget_calls)
    minimal, verdict = False, Verdict.NOT_REPRODUCED
    if await player.fails(session):
        minimal = await _reduce(player, contract)
        verdict = await _checked(player, twin)
    return Shrunk(
        target=target,
        session=session if _key(player.best) == _key(session) else without_answers(player.best),
        verdict=verdict,
        minimal=minimal,
        replays=player.replays,
        calls=player.calls,
        example=player.example,
    )


class _SpentError(Exception):
    """Of the budget is left what the checks need."""


class _Player:
    """Plays sessions within the budget, none twice while it shrinks, and keeps the last that failed: the smallest."""

    def __init__(self, session: Session, target: Target, play: Oracle, budget_calls: int) -> None:
        self.best = session
        self.target = target
        self.example: Example | None = None
        self.replays = 0
        self.calls = 0
        self._play = play
        self._budget_calls = budget_calls
        self._found: dict[bytes, bool] = {}

    async def fails(self, session: Session) -> bool:
        """Whether a session fails as the target says. Raises: _SpentError."""
        key = _key(session)
        if key not in self._found:
            if self.calls + len(session.calls) + (CHECKS + 1) * len(self.best.calls) > self._budget_calls:
                raise _SpentError
            done = await self.played(session, self._play)
            self._found[key] = self.target.is_in(done)
            if self._found[key]:
                self.best = up_to_failing(done, self.target)
                self.example = self.target.shown_in(done)
        return self._found[key]

    async def fails_again(self) -> bool:
        """Whether the smallest session fails when it is played once more."""
        return self.target.is_in(await self.played(self.best, self._play))

    async def played(self, session: Session, play: Oracle) -> PlayedSession:
        """A session, played and counted."""
        self.replays += 1
        self.calls += len(session.calls)
        return await play(session)


async def _reduce(player: _Player, contract: Contract | None) -> bool:
    """Whether nothing more could go before the budget was spent."""
    try:
        while True:
            before = _key(player.best)
            await _drive(fewest_calls(player.best, Links(player.best, contract)), player)
            for index in reversed(range(len(player.best.calls))):
                handles = Links(player.best, contract).handles
                await _drive(smaller_call(player.best, index, contract, handles), player)
            if _key(player.best) == before:
                return True
    except _SpentError:
        return False


async def _drive(reduction: Reduction[Session], player: _Player) -> None:
    with suppress(StopIteration):
        candidate = next(reduction)
        while True:
            candidate = reduction.send(await player.fails(candidate))


async def _checked(player: _Player, twin: Oracle | None) -> Verdict:
    for _ in range(CHECKS):
        if not await player.fails_again():
            return Verdict.FLAKY
    if twin is not None and player.target.is_noise_in(await player.played(player.best, twin)):
        return Verdict.NOISE
    return Verdict.CONFIRMED


def _key(session: Session) -> bytes:
    """Equal where the same requests are sent."""
    digest = hashlib.blake2b(digest_size=16)
    for call in session.calls:
        request = call.request
        sent = (call.route.key, request.method, request.target, request.headers, request.trailers, request.body)
        digest.update(repr(sent).encode("utf-8", "surrogatepass"))
    return digest.digest()
