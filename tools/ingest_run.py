"""One run of the ingest server: services connect, pairs are judged here, and evidence is committed."""

import asyncio
import contextlib
import signal
import time
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

from crossfade.shadow.config import Config, IngestSettings, place_of
from crossfade.shadow.config.address import split_ingest_address
from crossfade.shadow.errors import ShadowError
from crossfade.shadow.ingest.complaints import Complaints
from crossfade.shadow.ingest.connection import Limits, Shared
from crossfade.shadow.ingest.runs import Runs
from crossfade.shadow.ingest.server import IngestServer
from crossfade.shadow.ingest.service import TimeAndIds
from crossfade.shadow.operate.buckets import Buckets, measure_lag
from crossfade.shadow.operate.switch import Switch
from crossfade.tools.endpoints import check_endpoints, start_endpoints
from crossfade.tools.signals import stop_signals


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestResult:
    """How it ended: the ids of its runs, and how many requests entered in them."""

    run_ids: tuple[str, ...]
    entered: int
    interrupted: bool


async def run_ingest(
    config: Config, config_path: Path, address: str | None, *, announce: Callable[[str], None]
) -> IngestResult:
    """Runs until SIGINT or SIGTERM, then reads what is on its way and commits; ``address`` overrides the config's.

    Raises: ShadowError: an address that can't be had, a contract that can't be read; EvidenceError: a key or a store
        that can't be used.
    """
    place, wanted = _address(config, config_path, address)
    check_endpoints(config, config_path)
    stop: asyncio.Future[signal.Signals] = asyncio.get_running_loop().create_future()
    complaints = Complaints(time.monotonic)
    switch = Switch(config.evidence.dir)
    server = IngestServer()
    with stop_signals(stop):
        async with contextlib.aclosing(server):
            bound = await server.bind(split_ingest_address(wanted), place)
            runs = Runs(config, TimeAndIds(now=time.time, new_id=lambda: uuid.uuid4().hex), complaints, switch.is_off)
            shared = Shared(limits=_limits(config.ingest), runs=runs, complaints=complaints)
            try:
                async with _beside(config, server, shared, switch, stop) as admin:
                    await server.serve(shared)
                    announce(f"run {runs.run_ids[0]}: ingest on {bound}{admin}")
                    signalled = await stop
                    await server.aclose()
            finally:
                await server.aclose()
                await runs.drain()
                with contextlib.closing(runs):
                    runs.finish()
    return IngestResult(
        run_ids=tuple(runs.run_ids), entered=runs.entered().total(), interrupted=signalled is signal.SIGINT
    )


def _address(config: Config, config_path: Path, address: str | None) -> tuple[str, str]:
    """Where the address was given, for an error, and the address."""
    if address is not None:
        return "--address", address
    if config.ingest.address is None:
        raise ShadowError(f"{config_path}: ingest.address: expected an address, got none; set it, or give --address")
    return place_of(config_path, ("ingest", "address")), config.ingest.address


def _limits(section: IngestSettings) -> Limits:
    return Limits(
        connections=section.max_connections,
        line_bytes=section.max_line_bytes,
        held_bytes=section.buffer_bytes,
        hello_s=section.max_hello_ms / 1000,
        line_s=section.max_line_ms / 1000,
    )


@contextlib.asynccontextmanager
async def _beside(
    config: Config, server: IngestServer, shared: Shared, switch: Switch, stop: "asyncio.Future[signal.Signals]"
) -> AsyncIterator[str]:
    """Commits, watches the kill switch, serves the endpoints; yields what the greeting adds about them.

    ``stop`` fails if nothing can be committed any more.
    """

    def fail(task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (error := task.exception()) is not None and not stop.done():
            stop.set_exception(error)

    lag = Buckets()
    flushing = _flush(shared.runs, config.evidence.flush_ms / 1000)
    tasks = [asyncio.create_task(work) for work in (flushing, switch.watch(lambda: None), measure_lag(lag))]
    tasks[0].add_done_callback(fail)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(_cancel, tasks)
        if config.admin.address is None:
            yield ""
            return
        from crossfade.tools.ingest_figures import snapshot  # noqa: PLC0415 - an extra, for the endpoints alone

        admin, at = await start_endpoints(
            config.admin.address,
            is_serving=server.is_serving,
            snapshot=lambda: snapshot(config, server, shared, lag),
        )
        stack.push_async_callback(admin.close)
        yield f"; admin on {at}"


async def _flush(runs: Runs, flush_s: float) -> None:
    while True:
        await asyncio.sleep(flush_s)
        runs.flush()


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
