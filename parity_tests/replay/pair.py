"""The services of a config, contacted directly: one request to both, judged like live traffic."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.records import Call
from crossfade.parity_tests.replay.attempt import Attempt
from crossfade.parity_tests.replay.handles import Handles, SharedHandles, live_bindings, recorded_bindings
from crossfade.parity_tests.replay.login import Logins
from crossfade.parity_tests.replay.played import Played
from crossfade.parity_tests.replay.recorded import redaction_of
from crossfade.parity_tests.replay.sending import Progress
from crossfade.parity_tests.replay.services import Services
from crossfade.shadow.apart.opening import queue_of, setup_by
from crossfade.shadow.apart.weight import HEAVY
from crossfade.shadow.asking.judging import Judging
from crossfade.shadow.asking.sides import build_sides
from crossfade.shadow.bindings.bindings import Bindings
from crossfade.shadow.bindings.edges import NO_EDGES, Edges
from crossfade.shadow.config import Config
from crossfade.shadow.config.settings import State
from crossfade.shadow.exchange import Comparison, Reply
from crossfade.shadow.judging.judge import Judge
from crossfade.shadow.judging.rules import Rules
from crossfade.shadow.recording.noticing import NOTHING_STORED, Noticing
from crossfade.shadow.recording.redaction import ComparisonRedactor
from crossfade.shadow.runs.setup import read_redactor, rules_of, secrecy_of

_MOST = 20 * HEAVY
"""Some 200 ms of work, 1 s at worst: a call waits for seconds, and less is done sooner than sent to a process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair(Services):
    """Plays calls against the services; ``logins`` are by what each gave a credential."""

    logins: Logins

    async def log_in(self) -> None:
        """Has each service give a new credential, as after a reset. Raises: ParityError: one does not."""
        await self.logins.log_in(self.sides, self.noticing)

    def new_handles(self) -> SharedHandles:
        """Those of all sessions that are played in one state of the services."""
        return SharedHandles(contract=self.contract, shared=self.shared, edges=self.edges, judging=self.judging)

    def judging(self, bindings: Bindings) -> Judging:
        """Who learns and maps by these handles, and judges: what is heavy in a process of its own."""
        return Judging(
            judge=self.judge,
            bindings=bindings,
            queue=self.queue,
            recorder=None,
            noticing=self.noticing,
            most=_MOST,
        )

    def new_bindings(self) -> Handles:
        """Those of one session, or of all that share ids."""
        live = live_bindings(self.contract, self.edges, shared=self.shared)
        return Handles(recorded=self.judging(recorded_bindings(self.contract, self.edges)), live=self.judging(live))

    async def play(
        self, call: Call, handles: Handles, *, twin: Reply | None = None, progress: Progress | None = None
    ) -> Played:
        """Sends one call to both services; legacy's live answer is what the candidate's is held against.

        Each gets the request in its own handles, legacy those that it minted itself where the recording has others. The
        secondary is asked where there is one, unless ``twin`` is what another run of legacy answered. ``progress`` is
        told how many messages of legacy's stream have come.
        """
        return await Attempt(self, call, handles, twin=twin, progress=progress or Progress()).play()

    async def play_legacy(self, call: Call, handles: Handles, *, progress: Progress | None = None) -> Reply | None:
        """What legacy alone answers; None where it does not get the call."""
        return await Attempt(self, call, handles, twin=None, progress=progress or Progress()).play_legacy()

    async def close(self) -> None:
        """Closes the connections, and ends the process in which heavy comparisons are judged."""
        if self.queue is not None:
            await self.queue.close()
        for sides in self.sides.values():
            await sides.close()


@asynccontextmanager
async def open_pair(  # noqa: PLR0913 - each has its default
    config: Config,
    contract: Contract | None,
    *,
    edges: Edges = NO_EDGES,
    judge: Judge | None = None,
    noticing: Noticing = NOTHING_STORED,
    rules: Rules | None = None,
    speed: float = 0.0,
    is_recorded: bool = False,
) -> AsyncIterator[Pair]:
    """The services that the config names, until the block ends; as ``Services``.

    ``judge`` and the ``rules`` under which it judges: None: those of the config. What is heavy is judged apart, as in
    live traffic, within the budget of ``[compare]``.

    Raises: ShadowError: a certificate can't be read, a variable of the environment is not set, or a service refuses a
        login of the config.
    """
    rules = rules or rules_of(config, secrecy_of(config, contract).shows)
    calls = frozenset[str]() if contract is None else frozenset(contract.methods)
    logins = Logins(config.replay.login, config.listen, contract, os.environ)
    pair = Pair(
        logins=logins,
        sides={
            listen.name: build_sides(
                config, listen, calls, rules=config.replay.header, own=logins.own, with_legacy=not is_recorded
            )
            for listen in config.listen
        },
        judge=judge or Judge(contract=contract, rules=rules),
        noticing=noticing,
        contract=contract,
        queue=queue_of(config, setup_by(contract, rules)),
        shared=config.service.state is State.SHARED,
        edges=edges,
        is_recorded=is_recorded,
        redacted=_redaction(config, contract) if is_recorded else None,
        speed=speed,
    )
    try:
        await pair.log_in()
        yield pair
    finally:
        await pair.close()


def _redaction(config: Config, contract: Contract | None) -> Callable[[Comparison], Comparison] | None:
    redactor = read_redactor(config, contract)
    return None if redactor is None else redaction_of(ComparisonRedactor(redactor, contract))
