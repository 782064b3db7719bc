"""Keeps a compare process running beside the engine. One that is lost ends its run; the next begins a new one."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from crossfade.shadow.errors import ShadowError
from crossfade.shadow.evidence import EvidenceError, Store
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.pipe.process import WorkerProcess
from crossfade.shadow.runs.run import new_run_id

_FIRST_WAIT_S = 1.0
_MAX_WAIT_S = 60.0

log = logging.getLogger("crossfade.shadow")

Entered = dict[RouteInfo, int]


class CompareProcess:
    """The compare process of the present run (a ``feed.Pipe``), and its successors.

    While there is none it is down, and the requests that enter count for the next run.
    """

    def __init__(self, config_path: Path, store: Store, *, record_pct: float | None = None) -> None:
        """``store`` is where the evidence is; ``record_pct`` overrides ``record.sample_pct``."""
        self._config_path = config_path
        self._record_pct = record_pct
        self._store = store
        self._begin_anew: Callable[[], Entered] = dict
        self._hear: Callable[[bytes], None] = lambda _: None
        self._obstacle: Callable[[], str] = str
        self._worker: WorkerProcess | None = None
        self._watching: asyncio.Task[None] | None = None
        self.run_id = new_run_id(time.time())
        self.lost_runs: list[str] = []
        self._entered_lost: Entered = {}
        self._unclosed: dict[str, Entered] = {}

    async def start(self) -> None:
        """Starts the first one. Raises: ShadowError: it did not start."""
        self._worker = await WorkerProcess.start(self._config_path, self.run_id, record_pct=self._record_pct)

    def keep(
        self, begin_anew: Callable[[], Entered], hear: Callable[[bytes], None], obstacle: Callable[[], str]
    ) -> None:
        """Watches from now on. ``begin_anew`` forgets what a lost process was sent, and returns what had entered.

        ``hear`` gets each line that a process prints; ``obstacle`` is why the next one must not start, "" if it may.
        """
        self._begin_anew, self._hear, self._obstacle = begin_anew, hear, obstacle
        self._watching = asyncio.create_task(self._watch())

    @property
    def pid(self) -> int:
        """The process id; 0 while there is none."""
        return 0 if self._worker is None else self._worker.pid

    def is_down(self) -> bool:
        """Whether none is reading."""
        return self._worker is None or self._worker.is_down()

    def waiting_bytes(self) -> int:
        """Bytes that it has not read yet."""
        return 0 if self._worker is None else self._worker.waiting_bytes()

    def write(self, data: bytes) -> None:
        """Queues bytes."""
        if self._worker is not None:
            self._worker.write(data)

    async def finish(self, timeout_s: float) -> int:
        """Ends the present one and returns its exit code; -1 where there is none."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        if (
            self._worker is None and self.lost_runs
        ):  # there is no next run: what has entered since counts for the last one
            self._unclosed[self.lost_runs[-1]] = dict(Counter(self._entered_lost) + Counter(self._begin_anew()))
        code = -1
        if self._worker is not None:
            listening = asyncio.create_task(self._worker.listen(self._hear))
            code = await self._worker.finish(timeout_s)
            await listening
            if code:  # lost at the last moment
                self._unclosed[self.run_id] = self._begin_anew()
        await self._close_lost_runs()
        return code

    async def _watch(self) -> None:
        while True:
            if self._worker is not None:
                await self._worker.listen(self._hear)
                await self._end_run(await self._worker.wait())
            await self._start_next()

    async def _end_run(self, code: int) -> None:
        """Counts the rest of the run as lost with the process."""
        self._worker = None
        self._entered_lost = self._unclosed[self.run_id] = self._begin_anew()
        self.lost_runs.append(self.run_id)
        log.error("compare.lost run=%s exit_code=%d; clients are served, starting another", self.run_id, code)
        await self._close_lost_runs()

    async def _close_lost_runs(self) -> None:
        """Adds what the store lacks, in a thread: a store that is locked or hangs must not delay the clients."""
        for run_id, entered in list(self._unclosed.items()):
            try:
                lost = await asyncio.to_thread(self._store.close_lost, run_id, entered, now=time.time())
            except EvidenceError as error:
                log.error("run.not_closed %s; will try again", error)  # noqa: TRY400 - one line
            else:
                del self._unclosed[run_id]
                log.error("run.closed run=%s entered=%d compare_down=%d", run_id, sum(entered.values()), lost)

    async def _start_next(self) -> None:
        wait_s = _FIRST_WAIT_S
        while self._worker is None:
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, _MAX_WAIT_S)
            await self._close_lost_runs()
            if obstacle := self._obstacle():
                log.error("compare.not_started %s", obstacle)
                continue
            self.run_id = new_run_id(time.time())
            try:
                self._worker = await WorkerProcess.start(self._config_path, self.run_id, record_pct=self._record_pct)
            except ShadowError as error:
                log.error("compare.not_started %s", error)  # noqa: TRY400 - one line
            else:
                log.warning("run.began run=%s", self.run_id)
