"""The compare process: reads the engine's frames from standard input until they end, then drains and commits.

Started by ``process.WorkerProcess``. Killed or hung, it does not touch the client's traffic.
"""

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import click

from crossfade.shadow.apart.opening import queue_of, setup_of
from crossfade.shadow.asking.collector import Collector
from crossfade.shadow.asking.limits import Limits
from crossfade.shadow.asking.means import means_of
from crossfade.shadow.asking.sides import build_sides
from crossfade.shadow.bindings.bindings import Bindings
from crossfade.shadow.config import Config, State, load_config
from crossfade.shadow.errors import ShadowError
from crossfade.shadow.evidence import EvidenceError
from crossfade.shadow.exchange.observations import CrossRead, Noted, Proof, Settled
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.operate.status import Load, Totals
from crossfade.shadow.operate.switch import Switch
from crossfade.shadow.pipe.frames import (
    AnswerFrame,
    AnswerHeadFrame,
    CountsFrame,
    EndFrame,
    FailureFrame,
    Frame,
    PartFrame,
    RequestEndFrame,
    RequestFrame,
    RulesFrame,
    SettledFrame,
    UnmirroredFrame,
    WriteFrame,
)
from crossfade.shadow.pipe.reader import FrameReader
from crossfade.shadow.routes.patterns import glob_matches
from crossfade.shadow.runs.run import RunWriter, open_run
from crossfade.shadow.runs.setup import evidence_store, units_of

log = logging.getLogger("crossfade.compare")


class Worker:
    """Joins frames, collector and run; writes once per counters frame."""

    def __init__(
        self,
        collector: Collector,
        run: RunWriter,
        tell: Callable[[Load], None] = lambda _: None,
    ) -> None:
        """``tell`` gets the load after each counters frame, and before the last commit."""
        self._collector = collector
        self._run = run
        self._tell = tell
        self._entered: Counter[RouteInfo] = Counter()
        self._by_candidate: Counter[RouteInfo] = Counter()
        self._settled: Counter[tuple[RouteInfo, Outcome, Reason]] = Counter()
        self._received: Counter[RouteInfo] = Counter()

    def take(self, frame: Frame) -> bool:  # noqa: C901 - one for each frame
        """Handles one frame; False for the last."""
        match frame:
            case RequestFrame():
                self._received[frame.route] += 1
                self._collector.on_request(frame)
            case PartFrame():
                self._collector.on_part(frame)
            case RequestEndFrame():
                self._collector.on_request_end(frame)
            case AnswerHeadFrame():
                self._collector.on_answer_head(frame)
            case AnswerFrame() | FailureFrame():
                self._collector.on_reply(frame)
            case SettledFrame():
                self._collector.on_settled(frame)
            case WriteFrame():
                self._collector.on_write(frame)
            case UnmirroredFrame():
                self._collector.on_unmirrored(frame)
            case CountsFrame():
                self._take_counts(frame)
                self._run.flush(self._entered, self._by_candidate)
                self._tell(self._collector.load(self._run.flushed_at))
            case RulesFrame():
                self._run.note_rules(frame.rules_digest)
            case EndFrame():
                return False
        return True

    async def finish(self, drain_s: float) -> None:
        """Waits for what is in flight and commits the rest. Raises: EvidenceError.

        An engine that was killed did not count its last requests: those that came here entered all the same.
        """
        await self._collector.drain(drain_s)
        self._tell(self._collector.load(self._run.flushed_at))
        known = self._received.copy()
        for (route, _, _), total in self._settled.items():
            known[route] += total
        self._run.finish(self._entered | known, self._by_candidate)

    def _take_counts(self, frame: CountsFrame) -> None:
        """The engine's counters are totals: evidence gets what came since the last ones."""
        self._entered = Counter(dict(frame.entered))
        self._by_candidate = Counter(dict(frame.by_candidate))
        totals = Counter({(route, outcome, reason): total for route, outcome, reason, total in frame.settled})
        for (route, outcome, reason), count in (totals - self._settled).items():
            self._run.add(Settled(route=route, outcome=outcome, reason=reason, count=count))
        self._settled |= totals


async def serve(config: Config, run_id: str) -> None:
    """Runs until the frames end. Raises: ShadowError, EvidenceError."""
    run = open_run(config, evidence_store(config), run_id, engine=config.capture.engine, units=units_of(config))
    calls = {} if run.contract is None else run.contract.methods
    sides = {listen.name: build_sides(config, listen, calls, with_legacy=True) for listen in config.listen}
    totals = Totals()
    queue = queue_of(config, setup_of(run))
    switch = Switch(config.evidence.dir)
    collector = Collector(
        sides=sides,
        means=means_of(
            contract=run.contract,
            judge=run.judge,
            bindings=Bindings(contract=run.contract, shared=config.service.state is State.SHARED),
            limits=_limits(config),
            queue=queue,
            recorder=run.recorder,
            reads_of=partial(_is_cross_read, config),
            templates=config.routes.http,
            noticing=run.noticing,
        ),
        record=lambda observation: _record(observation, run.writer, totals),
    )
    collector.obey(switch.is_off)
    worker = Worker(collector, run.writer, lambda load: _tell_engine(totals.lines(load)))
    watching = asyncio.create_task(switch.watch(lambda: collector.turned_off() if switch.is_off() else None))
    try:
        print("ready", flush=True)  # noqa: T201 - the engine waits for this line, which comes before all others
        reader = await _read_from_stdin(worker.take)
        await reader.wait()
        await worker.finish(drain_s=(config.mirror.max_wait_ms + config.mirror.deadline_ms) / 1000)
    finally:
        watching.cancel()
        await queue.close()
        run.writer.close()
        for side in sides.values():
            await side.close()


def _is_cross_read(config: Config, route: RouteInfo) -> bool:
    """Whether the group that moves a route asks that what is written on it is read through both sides."""
    of_route = (
        group.cross_read
        for group in config.canary.route
        if any(glob_matches(glob, route.route, route.listener) for glob in group.routes)
    )
    return next(of_route, False)


def _record(observation: Noted, writer: RunWriter, totals: Totals) -> None:
    """A proof is evidence of the gate, a cross-read of the way back: neither is a request."""
    writer.add(observation)
    if not isinstance(observation, Proof | CrossRead):
        totals.add(observation)


def _tell_engine(lines: Iterable[bytes]) -> None:
    """Writes to the engine; one that is gone is no error here."""
    with contextlib.suppress(OSError):
        for line in lines:
            os.write(sys.stdout.fileno(), line)


def _limits(config: Config) -> Limits:
    mirror = config.mirror
    return Limits(
        in_flight=mirror.max_in_flight,
        waiting=mirror.max_waiting,
        held_bytes=mirror.buffer_bytes,
        wait_s=mirror.max_wait_ms / 1000,
        deadline_s=mirror.deadline_ms / 1000,
        recheck_pct=mirror.recheck_pct,
        race_window_s=mirror.race_window_ms / 1000,
    )


async def _read_from_stdin(take: Callable[[Frame], bool]) -> FrameReader:
    reader = FrameReader(take)
    await asyncio.get_running_loop().connect_read_pipe(lambda: reader, sys.stdin.buffer)
    return reader


def _run(coroutine: Coroutine[Any, Any, None]) -> None:
    with contextlib.suppress(ImportError):
        import uvloop  # noqa: PLC0415 - exists on POSIX with the engine's extra

        return uvloop.run(coroutine)
    return asyncio.run(coroutine)


@click.command()
@click.option("--config", "config_path", type=click.Path(path_type=Path), required=True)
@click.option("--run-id", required=True)
@click.option("--record-pct", type=float, help="Instead of [record] sample_pct.")
def main(config_path: Path, run_id: str, record_pct: float | None) -> None:
    """Runs the compare process of one run."""
    # Ctrl-C reaches the whole group, and systemd's SIGTERM every process of a service: the engine ends first, and its
    # last frame, or the end of the pipe, ends this process.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(message)s")
    try:
        config = load_config(config_path)
        if record_pct is not None:
            config = config.model_copy(update={"record": config.record.model_copy(update={"sample_pct": record_pct})})
        _run(serve(config, run_id))
    except (ShadowError, EvidenceError) as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 - the engine shows it
        sys.exit(getattr(error, "exit_code", 4))


if __name__ == "__main__":
    main()
