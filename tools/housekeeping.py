"""What the engine's process does beside the traffic while a run goes on."""

import asyncio
import contextlib
import logging
import signal
import time
from collections import Counter
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from crossfade.codegen.contract import Method
from crossfade.shadow.capture.engine import Engine
from crossfade.shadow.config import Config, load_config
from crossfade.shadow.config.address import split_url
from crossfade.shadow.errors import ShadowError
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.mirror.feed import Feed
from crossfade.shadow.mirror.policy import Policy
from crossfade.shadow.mirror.steering import Steering
from crossfade.shadow.operate.buckets import Buckets, measure_lag
from crossfade.shadow.operate.reload import ConfigWatch, plan_reload
from crossfade.shadow.operate.status import Place, Status, place_of
from crossfade.shadow.operate.switch import Switch
from crossfade.shadow.pipe.frames import CountsFrame
from crossfade.shadow.runs.setup import rules_digest
from crossfade.tools.compare_process import CompareProcess
from crossfade.tools.endpoints import start_endpoints
from crossfade.tools.steered import weights_routes

if TYPE_CHECKING:
    from crossfade.shadow.operate.admin import Admin
    from crossfade.shadow.operate.metrics import Snapshot

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Housekeeping:
    """The kill switch, new rules, the figures and the endpoints of one run; active inside ``async with``.

    ``address`` is where the endpoints are, None without any. ``steering`` is None where nothing can be shifted.
    """

    config: Config
    config_path: Path
    methods: Mapping[str, Method]
    switch: Switch
    feed: Feed
    engine: Engine
    compare: CompareProcess
    steering: Steering | None = None
    address: str | None = None
    _admin: "Admin | None" = None
    _status: Status = field(default_factory=Status)
    _lag: Buckets = field(default_factory=Buckets)
    _added: dict[str, Buckets] = field(default_factory=lambda: {"request": Buckets(), "answer": Buckets()})
    _past_entered: Counter[Place] = field(default_factory=Counter)
    _past_ends: Counter[tuple[Place, str, str]] = field(default_factory=Counter)
    _tasks: list[asyncio.Task[Any]] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        """Raises: ShadowError: the address of the endpoints can't be bound."""
        if self.config.admin.address is not None:
            legacies = [split_url(listen.legacy) for listen in self.config.listen]
            self._admin, self.address = await start_endpoints(
                self.config.admin.address,
                is_serving=self.engine.is_serving,
                legacies=legacies,
                snapshot=self._snapshot,
                more=() if self.steering is None else weights_routes(self.config, self.steering),
            )
            self.engine.watch_latency(lambda direction, seconds: self._added[direction].observe(seconds))
        rules = ConfigWatch(self.config_path, self.config)
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, rules.hurry)
        self.compare.keep(self._begin_anew, self._hear, self._changed_config)
        work: tuple[Coroutine[Any, Any, None], ...] = (self.switch.watch(lambda: None), rules.watch(self._use_rules))
        if self.steering is not None:
            from crossfade.shadow.operate.weights_api import watch_lease  # noqa: PLC0415 - an extra

            work = (*work, watch_lease(self.steering))
        self._tasks = [asyncio.create_task(each) for each in (*work, measure_lag(self._lag))]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.get_running_loop().remove_signal_handler(signal.SIGHUP)
        for task in self._tasks:
            task.cancel()
        for ended in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(ended, Exception):
                log.error("housekeeping.failed", exc_info=ended)
        if self._admin is not None:
            await self._admin.close()

    def _begin_anew(self) -> dict[RouteInfo, int]:
        """Keeps the totals for the next run; what a lost compare process did not report counts as shed."""
        ends = self._ends(self.feed.counts())
        ended = Counter[Place]()
        for (route, _, _), count in ends.items():
            ended[route] += count
        entered = self.feed.begin_anew()
        for info, count in entered.items():
            self._past_entered[place_of(info)] += count
            ends[place_of(info), Outcome.SHED.value, Reason.COMPARE_DOWN.value] += max(0, count - ended[place_of(info)])
        self._past_ends.update(ends)
        self._status = Status()
        return entered

    def _ends(self, counts: CountsFrame) -> Counter[tuple[Place, str, str]]:
        ends: Counter[tuple[Place, str, str]] = Counter(self._status.ends)
        for route, outcome, reason, count in counts.settled:
            ends[place_of(route), outcome.value, reason.value] += count
        return ends

    def _changed_config(self) -> str:
        """Why a compare process that reads the file now would not fit this engine; "" if it fits."""
        try:
            changed = plan_reload(self.config, load_config(self.config_path)).needs_restart
        except ShadowError as error:
            return str(error)
        return (
            f"{self.config_path}: {', '.join(changed)} changed since the proxy started; restart it" if changed else ""
        )

    async def _use_rules(self, config: Config) -> None:
        """Prepares the rules in a thread: thousands take seconds, and clients must not wait for that."""
        policy = await asyncio.to_thread(policy_of, config, self.methods, self.switch)
        self.config = config
        self.feed.use(policy)
        self.feed.tell_rules(rules_digest(config))

    def _hear(self, line: bytes) -> None:
        with contextlib.suppress(ValueError, KeyError, TypeError):  # a library may print
            self._status.take(line)

    def _snapshot(self) -> "Snapshot":
        from crossfade.shadow.operate.metrics import Serving, Snapshot  # noqa: PLC0415 - an extra

        service = self.config.service
        counts = self.feed.counts()
        entered = self._past_entered.copy()
        for route, count in counts.entered:
            entered[place_of(route)] += count
        return Snapshot(
            now=time.time(),
            run={
                "run_id": self.compare.run_id,
                "service": service.name,
                "legacy_build": service.legacy_build,
                "candidate_build": service.candidate_build,
            },
            entered=entered,
            ends=self._past_ends + self._ends(counts),
            latency=dict(self._status.latency),
            added={direction: buckets.copy() for direction, buckets in self._added.items()},
            loop_lag=self._lag.copy(),
            open_flows=self.engine.open_flows(),
            pipe_waiting_bytes=self.compare.waiting_bytes(),
            mirror_on=not self.switch.is_off(),
            compare_up=not self.compare.is_down(),
            compare_pid=self.compare.pid,
            load=self._status.load,
            serving=None if self.steering is None else Serving.of(self.steering),
        )


def policy_of(config: Config, methods: Mapping[str, Method], switch: Switch) -> Policy:
    """The policy by the config's rules; it mirrors nothing while the kill switch stops it."""
    return Policy(
        config.mirror,
        methods,
        config.service.state,
        templates=config.routes.http,
        is_off=switch.is_off,
    )
