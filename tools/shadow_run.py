"""One run of the shadow proxy: the engine in this process, the compare process beside it."""

import asyncio
import contextlib
import gc
import os
import signal
import sys
import uuid
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crossfade.codegen.contract import Method
from crossfade.shadow.capture.engine import Engine, EngineSettings, MakeEngine
from crossfade.shadow.capture.settings import CandidateServer, ClientCertificates, ListenerSettings
from crossfade.shadow.capture.sink import Sink
from crossfade.shadow.config import Config, place_of
from crossfade.shadow.config.address import split_address
from crossfade.shadow.evidence import load_key
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.mirror.feed import Feed
from crossfade.shadow.mirror.served_sink import ServedSink
from crossfade.shadow.mirror.served_tally import ServedTally
from crossfade.shadow.mirror.steering import Steering
from crossfade.shadow.mirror.tee import Tee
from crossfade.shadow.operate.switch import Switch
from crossfade.shadow.routes.table import RouteTable
from crossfade.shadow.runs.setup import evidence_store, globs_of, read_contract
from crossfade.tools.compare_process import CompareProcess
from crossfade.tools.corpus_process import CorpusProcess
from crossfade.tools.endpoints import check_endpoints
from crossfade.tools.housekeeping import Housekeeping, policy_of
from crossfade.tools.reach import check_address_free, check_variables
from crossfade.tools.signals import stop_signals
from crossfade.tools.steered import steering_of

if sys.platform != "win32":
    import resource

_COMMIT_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """How a run ended: ``worker_exit_code`` is 0 if all evidence was committed; ``entered`` is the engine's count.

    ``lost_runs`` are the earlier ones, whose compare processes were lost. ``recorded`` is the summary of the corpus,
    None without one, and where it was lost.
    """

    run_id: str
    entered: int
    worker_exit_code: int
    lost_runs: tuple[str, ...]
    interrupted: bool
    recorded: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordOptions:
    """What is kept beside evidence: the share of raw comparisons (None: the config's), and everything in a corpus."""

    sample_pct: float | None = None
    corpus: Path | None = None


async def run_shadow(
    config: Config,
    config_path: Path,
    make_engine: MakeEngine,
    *,
    announce: Callable[[str], None],
    record: RecordOptions = RecordOptions(),
) -> RunResult:
    """Runs until SIGINT or SIGTERM, then drains and commits.

    Raises: ShadowError: a port is taken, a contract can't be read, the compare process does not start; EvidenceError:
        the redaction key can't be used.
    """
    check_free(listeners(config), config_path)
    check_endpoints(config, config_path)
    check_variables(config, config_path, os.environ)
    load_key(config.redact.key_file)  # the compare process reads it; a mistake is reported here, once
    contract = read_contract(config)
    methods = {} if contract is None else contract.methods
    switch = Switch(config.evidence.dir)
    recording = None
    if record.corpus is not None:  # before the compare process, which begins a run
        recording = await CorpusProcess.start(
            config, config_path, record.corpus, routes=routes_of(config, methods), methods=methods
        )
    compare = CompareProcess(config_path, evidence_store(config), record_pct=record.sample_pct)
    await compare.start()
    tally = ServedTally(uuid.uuid4().hex)
    steering = steering_of(config, methods, tally)
    feed = Feed(
        routes=routes_of(config, methods),
        policy=policy_of(config, methods, switch),
        pipe=compare,
        buffer_bytes=config.mirror.buffer_bytes,
        stage_of=(lambda _: Stage.SHADOW) if steering is None else steering.stage,
    )
    sink = _sink(config, feed, recording)
    engine = make_engine(settings_of(config, steering), sink if steering is None else ServedSink(sink, tally, methods))
    housekeeping = Housekeeping(
        config=config,
        config_path=config_path,
        methods=methods,
        switch=switch,
        feed=feed,
        engine=engine,
        compare=compare,
        steering=steering,
    )
    async with housekeeping:
        try:
            counting = _count(feed, config.evidence.flush_ms / 1000)
            signalled = await serve(engine, _greeting(housekeeping, announce), counting)
        finally:
            entered = feed.entered_total()
            feed.finish()
            commit_s = _COMMIT_S + (config.mirror.max_wait_ms + config.mirror.deadline_ms) / 1000
            committing = asyncio.create_task(compare.finish(commit_s))
            try:
                if recording is not None:
                    await recording.finish()
            finally:
                code = await committing  # whatever becomes of the recording
    return RunResult(
        run_id=compare.run_id,
        entered=entered,
        worker_exit_code=code,
        lost_runs=tuple(compare.lost_runs),
        interrupted=signalled is signal.SIGINT,
        recorded=None if recording is None else recording.summary,
    )


def _sink(config: Config, feed: Feed, recording: CorpusProcess | None) -> Sink:
    if recording is None:
        return feed
    return Tee(feed, recording.feed, body_limit_bytes=config.mirror.body_limit_bytes)


def routes_of(config: Config, methods: Mapping[str, Method]) -> RouteTable:
    """What requests are counted under."""
    return RouteTable(config.routes.http, config.routes.max_inferred, methods, globs_of(config))


def settings_of(config: Config, steering: Steering | None = None) -> EngineSettings:
    """What the engine gets. ``steering`` chooses who answers; without it legacy does."""
    return EngineSettings(
        listeners=listeners(config),
        body_limit_bytes=config.mirror.body_limit_bytes,
        folder=config.evidence.dir,
        new_id=lambda: uuid.uuid4().hex,
        choose=None if steering is None else steering.choose,
    )


def listeners(config: Config) -> tuple[ListenerSettings, ...]:
    """The engine's ports."""
    result = []
    for listen in config.listen:
        host, port = split_address(listen.address)
        result.append(
            ListenerSettings(
                name=listen.name,
                host=host,
                port=port,
                legacy_url=listen.legacy,
                cert=listen.cert,
                ca=listen.legacy_ca,
                legacy_cert=listen.legacy_cert,
                client_certificates=ClientCertificates(listen.client_cert.value),
                client_ca=listen.client_ca,
                candidate=CandidateServer(url=listen.candidate, ca=listen.candidate_ca, cert=listen.candidate_cert),
            )
        )
    return tuple(result)


def check_free(ports: Iterable[ListenerSettings], config_path: Path) -> None:
    """Checks before a run begins, so that one that can't serve does not become the newest in the store.

    Raises: ShadowError: an address is in use, is not this machine's, or needs rights.
    """
    for index, port in enumerate(ports):
        check_address_free(place_of(config_path, ("listen", index, "address")), port.host, port.port)


def _greeting(housekeeping: Housekeeping, announce: Callable[[str], None]) -> Callable[[Mapping[str, str]], None]:
    """Announces once where the ports are."""
    admin = "" if housekeeping.address is None else f"; admin on {housekeeping.address}"

    def greet(addresses: Mapping[str, str]) -> None:
        ports = ", ".join(f"{name} on {at}" for name, at in addresses.items())
        announce(f"run {housekeeping.compare.run_id}: mirroring {ports}{admin}")

    return greet


def _settle() -> None:
    """Prepares this process for its clients."""
    gc.collect()
    gc.freeze()  # else a full collection goes through all objects of the start, and delays every client by 80 ms
    if sys.platform != "win32":
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        with contextlib.suppress(ValueError, OSError):  # macOS may refuse the number that it gave: then the limit stays
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a client's streams may each need a connection


async def serve(
    engine: Engine, greet: Callable[[Mapping[str, str]], None], beside: Coroutine[Any, Any, None]
) -> signal.Signals | None:
    """Serves until a signal (returned) or the engine's own end; ``greet`` gets the bound addresses.

    ``beside`` runs while it serves.
    """
    stop: asyncio.Future[signal.Signals] = asyncio.get_running_loop().create_future()
    with stop_signals(stop):
        running = asyncio.create_task(engine.run())
        ready = asyncio.create_task(engine.ready())
        started: set[asyncio.Future[Any]] = {running, ready}
        await asyncio.wait(started, return_when="FIRST_COMPLETED")
        if running.done():
            ready.cancel()
            beside.close()
            await running
        working = asyncio.create_task(beside)
        greet(engine.addresses())
        _settle()
        ended: set[asyncio.Future[Any]] = {running, stop}
        await asyncio.wait(ended, return_when="FIRST_COMPLETED")
        working.cancel()
        await engine.shutdown()
        await running
    return stop.result() if stop.done() else None


async def _count(feed: Feed, flush_s: float) -> None:
    while True:
        await asyncio.sleep(flush_s)
        feed.send_counts()
