"""A legacy and a candidate behind the real engine, feed and collector, in one process; and what evidence was told."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import pytest

from crossfade.codegen.contract import Contract
from crossfade.shadow.asking.clients.upstream import Upstream
from crossfade.shadow.asking.collector import Collector
from crossfade.shadow.asking.limits import Limits
from crossfade.shadow.asking.means import means_of
from crossfade.shadow.asking.sides import Sides
from crossfade.shadow.asking.worker import Worker
from crossfade.shadow.bindings.bindings import Bindings
from crossfade.shadow.capture.engine import EngineSettings
from crossfade.shadow.capture.mitmproxy import MitmproxyEngine
from crossfade.shadow.capture.settings import ListenerSettings
from crossfade.shadow.config import MirrorAction, MirrorRule, MirrorSettings, State
from crossfade.shadow.exchange.observations import Judged, Observation, Proof
from crossfade.shadow.judging.judge import Judge
from crossfade.shadow.mirror.feed import Feed
from crossfade.shadow.mirror.policy import Policy
from crossfade.shadow.pipe.frames import LENGTH, decode
from crossfade.shadow.routes.table import RouteTable
from crossfade.shadow.runs.run import RunWriter

RULES = tuple(
    MirrorRule(route=f"s.v1.Streams/{name}", action=MirrorAction.MIRROR, reason="its own store")
    for name in ("Upload", "Talk")
)


class NoWriter:
    """Takes what evidence would be told."""

    def __init__(self) -> None:
        self.seen: list[Observation] = []


class Direct:
    """A pipe whose other end is the collector in the same loop."""

    def __init__(self) -> None:
        self.worker: Any = None

    def is_down(self) -> bool:
        return False

    def waiting_bytes(self) -> int:
        return 0

    def write(self, data: bytes) -> None:
        self.worker.take(decode(data[LENGTH.size :]))


@dataclass
class Stage:
    """``ports`` by listener; ``seen`` are the observations, in the order in which they came."""

    feed: Feed
    collector: Collector
    engine: MitmproxyEngine
    sides: Sides
    seen: list[Observation] = field(default_factory=list)

    def port(self, name: str) -> int:
        return int(self.engine.addresses()[name].rpartition(":")[2])

    async def ended(self, count: int) -> list[Observation]:
        """The first observations, as soon as there are so many and nothing is in flight."""
        async with asyncio.timeout(20):
            while len(self.seen) < count or self.collector.in_flight():  # noqa: ASYNC110 - two conditions in two objects
                await asyncio.sleep(0.01)
        assert len(self.seen) == count
        return self.seen

    async def judged(self) -> Judged:
        """The only observation, which must be a judgement."""
        (only,) = await self.ended(1)
        assert isinstance(only, Judged), only
        return only


def findings(judged: Judged) -> set[tuple[str, str]]:
    """Where and how the candidate differed."""
    return {(item.template, item.kind) for item in judged.signature}


Set = Callable[..., Any]


@pytest.fixture
async def stage(contract: Contract, tmp_path: Path) -> AsyncIterator[Set]:
    """Puts the engine in front of a legacy, with a candidate and perhaps a secondary beside it."""
    running: list[tuple[Stage, asyncio.Task[None]]] = []

    async def begin(legacy: str, candidate: str, secondary: str | None = None, **values: Any) -> Stage:
        limits = {"deadline_s": 10.0, "held_bytes": 8_000_000, "in_flight": 8, "waiting": 100, "wait_s": 5.0}
        limits.update({name: value for name, value in values.items() if name in limits})
        limit_bytes = values.get("body_limit_bytes", 100_000)

        def upstream(url: str) -> Upstream:
            return Upstream(url, deadline_ms=int(limits["deadline_s"] * 1000), body_limit_bytes=limit_bytes)

        sides = Sides(candidate=upstream(candidate), secondary=None if secondary is None else upstream(secondary))
        seen: list[Observation] = []
        collector = Collector(
            sides={"one": sides},
            means=means_of(
                contract=contract,
                judge=values.get("judge") or Judge(contract=contract),
                bindings=Bindings(contract=contract, shared=False),
                limits=Limits(**limits),
            ),
            record=lambda found: None if isinstance(found, Proof) else seen.append(found),
        )
        pipe = Direct()
        pipe.worker = Worker(collector, RunWriter(NoWriter()))  # type: ignore[arg-type] # no frame of counts is sent
        settings = MirrorSettings(rule=(*values.get("rules", ()), *RULES), secondary_pct=100.0)
        feed = Feed(
            routes=RouteTable((), 100, contract.methods),
            policy=Policy(settings, contract.methods, State.SISTER),
            pipe=pipe,
            buffer_bytes=32_000_000,
        )
        ids = itertools.count()
        engine = MitmproxyEngine(
            EngineSettings(
                listeners=(ListenerSettings(name="one", host="127.0.0.1", port=0, legacy_url=legacy),),
                new_id=lambda: f"id-{next(ids)}",
                body_limit_bytes=limit_bytes,
                folder=tmp_path,
            ),
            feed,
        )
        found = Stage(feed=feed, collector=collector, engine=engine, sides=sides, seen=seen)
        task = asyncio.create_task(engine.run())
        await engine.ready()
        running.append((found, task))
        return found

    yield begin
    for found, task in running:
        await found.engine.shutdown(drain_s=0.2)
        await task
        await found.collector.drain(1)
        await found.sides.close()
        assert found.collector.mistakes.counts == {}


@pytest.fixture
def dial(contract: Contract) -> Iterator[Callable[[int, str], Any]]:
    """A stub for one method through the proxy."""
    note = contract.message_class("s.v1.Note")
    channels = []

    def dial(port: int, method: str) -> Any:
        channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        channels.append(channel)
        make = {"Watch": channel.unary_stream, "Upload": channel.stream_unary, "Talk": channel.stream_stream}[method]
        return make(
            f"/s.v1.Streams/{method}",
            request_serializer=lambda item: item.SerializeToString(),
            response_deserializer=note.FromString,
        )

    yield dial
    for channel in channels:
        channel.close()
