"""The process that records a corpus, beside the engine. One that is lost ends the recording, and nothing else."""

import asyncio
import json
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from crossfade.codegen.contract import Method
from crossfade.shadow.config import Config
from crossfade.shadow.mirror.policy import Policy
from crossfade.shadow.mirror.record_feed import RecordFeed
from crossfade.shadow.pipe.process import WorkerProcess
from crossfade.shadow.routes.table import RouteTable

_FINISH_S = 60.0

log = logging.getLogger("crossfade.shadow")


class CorpusProcess:
    """The process and what feeds it; ``summary`` is what it printed at its end, None where it was lost."""

    def __init__(self, worker: WorkerProcess, feed: RecordFeed) -> None:
        self._worker = worker
        self.feed = feed
        self.summary: Mapping[str, Any] | None = None
        self._ending = False
        self._listening = asyncio.create_task(self._listen())

    @classmethod
    async def start(
        cls, config: Config, config_path: Path, corpus: Path, *, routes: RouteTable, methods: Mapping[str, Method]
    ) -> "CorpusProcess":
        """Starts it. Raises: ShadowError: it did not start, and its own message is on stderr."""
        module = "crossfade.parity_tests.recorded.worker"
        worker = await WorkerProcess.start_module("corpus process", module, config_path, "--corpus", str(corpus))
        policy = Policy(config.mirror, methods, config.service.state, templates=config.routes.http)
        feed = RecordFeed(routes=routes, is_write=policy.is_write, pipe=worker, buffer_bytes=config.mirror.buffer_bytes)
        return cls(worker, feed)

    async def finish(self) -> None:
        """Sends the end, and waits until all is written; ``summary`` then is known."""
        self._ending = True
        self.feed.finish()
        code = await self._worker.finish(_FINISH_S)
        await self._listening
        if code:
            self.summary = None
            log.error("corpus.lost exit_code=%d; what it had written is readable", code)

    async def _listen(self) -> None:
        await self._worker.listen(self._take)
        if not self._ending:
            log.error("corpus.lost the recording ends here; clients are served")

    def _take(self, line: bytes) -> None:
        try:
            record = json.loads(line)
        except ValueError:  # a library may print
            return
        if isinstance(record, dict) and "calls" in record:
            self.summary = record


def summary_lines(corpus: Path, summary: Mapping[str, Any]) -> Iterator[str]:
    """What was recorded, and what was left out and why, for a person."""
    yield (
        f"corpus {corpus}: {summary['calls']} of {summary['entered']} requests in {summary['sessions']} sessions, "
        f"{summary['written_bytes'] / 1e6:.1f} MB"
    )
    if summary["left_out"]:
        yield "left out: " + ", ".join(f"{count} {reason}" for reason, count in summary["left_out"].items())
