"""Both services of a config, contacted by tests that are not asynchronous."""

import asyncio
import os
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.mining.relations import TimeRelations
from crossfade.parity_tests.plugin.noise import Noise
from crossfade.parity_tests.replay.handles import SharedHandles
from crossfade.parity_tests.replay.pair import Pair, open_pair
from crossfade.shadow.bindings.edges import NO_EDGES, Edges
from crossfade.shadow.config import Config
from crossfade.shadow.evidence import Redactor
from crossfade.shadow.evidence.view import AcceptRule
from crossfade.shadow.judging.judge import Judge
from crossfade.shadow.runs.setup import accept_rules, noticing_of, passing_redactor, read_contract, rules_of

_T = TypeVar("_T")


class LoopThread:
    """A loop in a thread of its own, so that it also serves tests that run in a loop themselves."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="crossfade", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        """What the work gives; an interrupt cancels it."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def stop(self) -> None:
        """Ends the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class PytestPair:
    """Both services, and what decides what a difference between them means.

    ``handles`` are those of the sessions that are played: the services have one store each, whoever uses it.
    ``times`` knows how their times moved between reads. ``redactor`` hides what is secret in the lines of a failing
    test; without a key its pseudonyms last as long as it.
    """

    config: Config
    contract: Contract | None
    pair: Pair
    handles: SharedHandles
    noise: Noise
    times: TimeRelations
    accepted: tuple[AcceptRule, ...]
    redactor: Redactor
    loop: LoopThread


@contextmanager
def open_for_tests(config: Config, kept: Contract | None = None, edges: Edges = NO_EDGES) -> Iterator[PytestPair]:
    """The services until the block ends; ``kept`` is the contract where the config names none, ``edges`` are reviewed.

    Raises: ShadowError: a contract or a certificate that can't be read; EvidenceError: a key that can't.
    """
    contract = read_contract(config) or kept
    redactor = passing_redactor(config, contract)
    judge = Judge(contract=contract, rules=rules_of(config, redactor.shows))
    noticing = noticing_of(config, contract, redactor, os.environ)
    loop = LoopThread()
    opened = open_pair(config, contract, edges=edges, judge=judge, noticing=noticing)
    try:
        pair = loop.run(opened.__aenter__())
        try:
            yield PytestPair(
                config=config,
                contract=contract,
                pair=pair,
                handles=pair.new_handles(),
                noise=Noise(pair),
                times=TimeRelations(contract),
                accepted=accept_rules(config),
                redactor=redactor,
                loop=loop,
            )
        finally:
            loop.run(opened.__aexit__(None, None, None))
    finally:
        loop.stop()
