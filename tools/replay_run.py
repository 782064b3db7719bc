"""One replay of a corpus: reset, legacy against legacy where that can be, both services, evidence."""

import asyncio
import gc
import os
import signal
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.mining.bindings_file import reviewed_edges
from crossfade.parity_tests.mining.relations import TimeRelations
from crossfade.parity_tests.mining.review import accepted_changes
from crossfade.parity_tests.mining.stored import load_bindings
from crossfade.parity_tests.replay.pair import open_pair
from crossfade.parity_tests.replay.plan import plan_of
from crossfade.parity_tests.replay.played import PlayedSession
from crossfade.parity_tests.replay.reset import resets_of, run_resets
from crossfade.parity_tests.replay.result import Noise, ReplayResult, engine_of
from crossfade.parity_tests.replay.run import Books, Pace, play_legacy, play_plan
from crossfade.parity_tests.replay.twins import Twins
from crossfade.shadow.config import Config
from crossfade.shadow.config.settings import ContractSettings
from crossfade.shadow.errors import ShadowError
from crossfade.shadow.runs.run import OpenRun, RunWriter, new_run_id, open_run
from crossfade.shadow.runs.setup import evidence_store, read_contract, units_of
from crossfade.tools.errors import ExitCode
from crossfade.tools.reach import check_variables, missing_servers
from crossfade.tools.signals import stop_signals

_PATIENCE_S = 10.0
"""So long a service may take to serve again after its command has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayOptions:
    """``speed``: a factor of the recorded pace, 0: without waiting. ``is_recorded``: legacy is its recording.

    ``in_order``: all calls begin in their recorded order, which two runs that are held against each other need.
    ``sessions`` and ``routes`` choose, none of them all.
    """

    at_once: int
    speed: float
    is_recorded: bool
    in_order: bool = False
    sessions: Sequence[str] = ()
    routes: Sequence[str] = ()


class Replay:
    """Plays a corpus once; ``on_session`` is told each session that was played."""

    def __init__(  # noqa: PLR0913 - what is played, and who is told
        self,
        config: Config,
        config_path: Path,
        corpus: CorpusFolder,
        options: ReplayOptions,
        *,
        now: float,
        on_session: Callable[[PlayedSession], None] = lambda _: None,
    ) -> None:
        """``now`` is in seconds since the epoch. Raises: ShadowError: a config or a corpus that can't be played."""
        if not config.listen:
            raise ShadowError(f"{config_path}: listen: expected a port with both services, got none; add [[listen]]")
        self._config = with_contract(config, corpus)
        self._folder = config_path.absolute().parent
        self._corpus = corpus
        self._bindings = load_bindings(corpus.folder)
        self._edges = reviewed_edges(self._bindings)
        self._options = options
        self._run_id = new_run_id(now)
        self._on_session = on_session
        self._twins = Twins()
        self._noise = _noise_of(config, options)
        self._pace = Pace(
            at_once=options.at_once, in_order=options.in_order or options.is_recorded or self._noise is Noise.TWICE
        )
        ports = [listen.name for listen in config.listen]
        self._plan = plan_of(corpus, ports, sessions=options.sessions, routes=options.routes)
        check_variables(config, config_path, os.environ)
        gc.freeze()  # the plan stays to the end: full collections that go through it took a tenth of a replay

    async def play(self) -> ReplayResult:
        """How it went; Ctrl-C ends the run in order.

        Raises: ShadowError: a service can't be reached or reset, a session can't be read; EvidenceError: the store.
        """
        if self._noise is Noise.TWICE:
            await self._reset("legacy")
            self._twins = await self._play_legacy_first()
        await self._reset(*self._sides())
        config = self._config
        run = open_run(
            config,
            evidence_store(config),
            self._run_id,
            engine=engine_of(self._corpus.folder.resolve().name, self._corpus.manifest.half, self._selection()),
            units=units_of(config),
            secondary=self._noise is not Noise.NOT_MEASURED,
        )
        books = Books(self._plan.entered, run.writer.add, TimeRelations(run.contract))
        try:
            is_interrupted = await self._play_both(run, books)
        finally:
            try:
                books.close()
                run.writer.finish(books.entered)
            finally:
                run.writer.close()
        return self._result(books, is_interrupted=is_interrupted)

    def _selection(self) -> str:
        """What was chosen of the corpus: a claim is of that alone, whoever reads the run later."""
        if not (self._options.sessions or self._options.routes):
            return ""
        return f"{len(self._plan.session_ids)} of {len(self._corpus.session_ids())} sessions chosen"

    def _sides(self) -> tuple[str, ...]:
        if self._options.is_recorded:
            return ("candidate",)
        return ("legacy", "candidate", "secondary") if self._noise is Noise.SECONDARY else ("legacy", "candidate")

    async def _reset(self, *sides: str) -> None:
        """Puts the data of these sides back, and looks whether all services are there. Raises: ShadowError."""
        resets = resets_of(self._config.replay, self._folder, sides)
        await run_resets(resets)
        missing = await missing_servers(self._config, sides=self._sides(), patience_s=_PATIENCE_S if resets else 0.0)
        if missing:
            raise ShadowError(f"{'; '.join(missing)}; start what is missing", exit_code=ExitCode.INFRASTRUCTURE)

    async def _play_legacy_first(self) -> Twins:
        contract = read_contract(self._config)
        async with open_pair(self._config, contract, edges=self._edges, speed=self._options.speed) as pair:
            return await play_legacy(self._plan, pair, pace=self._pace)

    async def _play_both(self, run: OpenRun, books: Books) -> bool:
        """Whether it was ended by a signal."""
        options = self._options
        pair_of = partial(
            open_pair,
            edges=self._edges,
            judge=run.judge,
            rules=run.rules,
            noticing=run.noticing,
            speed=options.speed,
        )
        async with pair_of(self._config, run.contract, is_recorded=options.is_recorded) as pair:
            playing = play_plan(
                self._plan, pair, books, twins=self._twins, pace=self._pace, on_session=self._on_session
            )
            return await _until_stopped(playing, self._flush(run.writer, books))

    async def _flush(self, writer: RunWriter, books: Books) -> None:
        while True:
            writer.flush(books.entered)
            await asyncio.sleep(self._config.evidence.flush_ms / 1000)

    def _result(self, books: Books, *, is_interrupted: bool) -> ReplayResult:
        return ReplayResult(
            run_id=self._run_id,
            corpus=str(self._corpus.folder.resolve()),
            half=self._corpus.manifest.half,
            sessions=len(self._plan.session_ids),
            entered=books.entered.total(),
            otherwise=+books.otherwise,
            lacking=+books.lacking,
            noise=self._noise,
            is_recorded=self._options.is_recorded,
            untold=self._twins.left_out,
            id_changes=accepted_changes(self._bindings),
            broken_times=books.times.lines(),
            restless=bool(books.times.restless),
            interrupted=is_interrupted,
        )


async def _until_stopped(work: Coroutine[Any, Any, None], beside: Coroutine[Any, Any, None]) -> bool:
    """Does the work, and something beside it, until it is done or a signal comes; whether one did."""
    stop: asyncio.Future[signal.Signals] = asyncio.get_running_loop().create_future()
    with stop_signals(stop):
        tasks: list[asyncio.Future[Any]] = [asyncio.create_task(work), asyncio.create_task(beside)]
        try:
            await asyncio.wait({*tasks, stop}, return_when=asyncio.FIRST_COMPLETED)
            if not stop.done():
                await tasks[0]
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
    return stop.done()


def _noise_of(config: Config, options: ReplayOptions) -> Noise:
    has_secondary = [listen.secondary is not None for listen in config.listen]
    if options.is_recorded:
        return Noise.NOT_MEASURED
    if config.replay.reset_legacy and not all(has_secondary):
        return Noise.TWICE
    return Noise.SECONDARY if any(has_secondary) else Noise.NOT_MEASURED


def with_contract(config: Config, corpus: CorpusFolder) -> Config:
    """Where the config names no contract, that of the corpus counts."""
    if corpus.contract_path is None or config.contract != ContractSettings():
        return config
    return config.model_copy(update={"contract": ContractSettings(descriptor_set=corpus.contract_path)})
