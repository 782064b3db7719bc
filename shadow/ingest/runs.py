"""The run that goes on, and those that come after it: evidence of two builds is never added up."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping

from crossfade.codegen.contract import Method
from crossfade.shadow.apart.job_queue import JobQueue
from crossfade.shadow.apart.opening import queue_of, setup_of
from crossfade.shadow.asking.clients.upstream import Upstream
from crossfade.shadow.asking.judging import Judging
from crossfade.shadow.bindings.bindings import Bindings
from crossfade.shadow.config import Config, State
from crossfade.shadow.config.settings import UNKNOWN_BUILD
from crossfade.shadow.errors import ShadowError
from crossfade.shadow.evidence import EvidenceError
from crossfade.shadow.exchange.observations import Observation, Proof
from crossfade.shadow.ingest.complaints import Complaints
from crossfade.shadow.ingest.heavy import Heavy
from crossfade.shadow.ingest.intake import Intake, PairJudge
from crossfade.shadow.ingest.protocol import Hello
from crossfade.shadow.ingest.secondary import Secondary, SecondaryLimits
from crossfade.shadow.ingest.service import Service, TimeAndIds
from crossfade.shadow.operate.status import Load, Place, Status, Totals, place_of
from crossfade.shadow.routes.table import RouteTable
from crossfade.shadow.runs.run import RunWriter, new_run_id, open_run
from crossfade.shadow.runs.setup import evidence_store, globs_of

ENGINE = "ingest"
_AT_LEAST_S = 10.0
"""So long a run lasts at least, whatever builds are named: each is kept, and pushes an older one out."""

log = logging.getLogger("crossfade.ingest")


class Runs:
    """One run at a time. Where the config does not name the candidate's build, the services do."""

    def __init__(
        self, config: Config, time_and_ids: TimeAndIds, complaints: Complaints, is_off: Callable[[], bool]
    ) -> None:
        """Begins the first run; ``is_off`` is the kill switch. Raises: ShadowError, EvidenceError."""
        self._config = config
        self._time_and_ids = time_and_ids
        self._complaints = complaints
        self._is_off = is_off
        self._upstream = _upstream(config)
        self._totals = Totals()
        self._status = Status()
        self._past_entered: Counter[Place] = Counter()
        self.run_ids: list[str] = []
        self.build = config.service.candidate_build
        self._began_at = 0.0
        self._is_taken = False
        self._queue: JobQueue | None = None
        self._writer, self.intake = self._begin()

    @property
    def flushed_at(self) -> float:
        """When evidence was last committed, in seconds since the epoch."""
        return self._writer.flushed_at

    def welcome(self, hello: Hello, greeted: int) -> str:
        """What is wrong with a hello, "" where nothing is; ``greeted`` other services are connected.

        A new build begins a new run as soon as no service of the old one is left. Services that do not name their build
        are a build of their own.
        """
        service = self._config.service
        if hello.service != service.name:
            got = f"expected service {service.name}, got {hello.service}"
            return f"{got}; set CROSSFADE_SERVICE, or send it to an ingest of its own"
        if hello.candidate_build == self.build:
            self._is_taken = True
            return ""
        got = f"expected build {self.build}, got {hello.candidate_build}"
        if service.candidate_build != UNKNOWN_BUILD:
            return f"{got}; set CROSSFADE_BUILD, or change service.candidate_build and start a new run"
        if not self._is_taken:
            self._name_build(hello.candidate_build)
            return ""
        if greeted or self.intake.is_busy() or self._time_and_ids.now() - self._began_at < _AT_LEAST_S:
            return f"{got}; its run begins when the services of the other build have left, after {_AT_LEAST_S:g} s"
        return self._begin_next(hello.candidate_build)

    def service(self) -> Service:
        """Takes the lines of a service that was welcome, into the run that goes on."""
        return Service(self.intake.begin(), self._time_and_ids, self._complaints)

    def flush(self) -> None:
        """Commits what was counted."""
        self._writer.flush(self.intake.books.entered())

    async def drain(self) -> None:
        """Returns when all that came is judged; nothing more may come."""
        await self.intake.drain()
        if self._queue is not None:
            await self._queue.close()
        if self._upstream is not None:
            await self._upstream.close()

    def finish(self) -> None:
        """Ends the run. Raises: EvidenceError."""
        self.intake.finish()
        self._writer.finish(self.intake.books.entered())

    def close(self) -> None:
        """Gives the store back, also where the run could not be ended."""
        self._writer.close()

    def entered(self) -> Counter[Place]:
        """Requests that entered since the first run began, by route."""
        found = self._past_entered.copy()
        for route, count in self.intake.books.entered().items():
            found[place_of(route)] += count
        return found

    def status(self) -> Status:
        """How the requests of all runs ended, and how long they took."""
        load = Load(pending=0, held_bytes=0, slots_in_use=0, flushed_at=self.flushed_at)
        for line in self._totals.lines(load):
            self._status.take(line)
        return self._status

    def _begin(self) -> tuple[RunWriter, Intake]:
        run_id = new_run_id(self._time_and_ids.now())
        run = open_run(self._config, evidence_store(self._config), run_id, engine=ENGINE)
        self.run_ids.append(run_id)
        self._began_at = self._time_and_ids.now()
        methods = {} if run.contract is None else run.contract.methods
        bindings = Bindings(contract=run.contract, shared=self._config.service.state is State.SHARED)
        if self._queue is None:
            self._queue = queue_of(self._config, setup_of(run))
        else:
            self._queue.set_up(setup_of(run))
        judging = Judging(
            judge=run.judge, bindings=bindings, queue=self._queue, recorder=run.recorder, noticing=run.noticing
        )
        judge = PairJudge(
            judge=run.judge,
            bindings=bindings,
            heavy=Heavy(judging, self._config.ingest.buffer_bytes),
            safe=frozenset(name for name, method in methods.items() if method.safe),
            secondary=self._secondary(methods),
            noticing=run.noticing,
        )

        def record(found: Observation | Proof) -> None:
            run.writer.add(found)
            if not isinstance(found, Proof):
                self._totals.add(found)

        routes = RouteTable((), self._config.routes.max_inferred, methods, globs_of(self._config))
        intake = Intake(routes=routes, judge=judge, record=record, now=self._time_and_ids.now)
        return run.writer, intake

    def _secondary(self, methods: Mapping[str, Method]) -> Secondary | None:
        url, mirror = self._config.ingest.secondary, self._config.mirror
        if url is None or self._upstream is None:
            return None
        limits = SecondaryLimits(
            pct=mirror.secondary_pct,
            in_flight=mirror.max_in_flight,
            held_bytes=mirror.buffer_bytes,
            is_off=self._is_off,
        )
        return Secondary(self._upstream, url.partition("://")[2], methods, limits)

    def _name_build(self, build: str) -> None:
        self.build = build
        self._is_taken = True
        self._writer.note_candidate_build(build)

    def _begin_next(self, build: str) -> str:
        """Why there is no other run, "" where there is. One that can't be ended goes on."""
        try:
            self.finish()
            entered = self.entered()
            self._writer, self.intake = self._begin()
            self._past_entered = entered
        except (EvidenceError, ShadowError) as error:
            return f"expected to begin a run of build {build}, but {error}"
        self._name_build(build)
        log.warning("run.began run=%s build=%s", self.run_ids[-1], build)
        return ""


def _upstream(config: Config) -> Upstream | None:
    """The way to the secondary, if there is one."""
    url, mirror = config.ingest.secondary, config.mirror
    if url is None:
        return None
    return Upstream(url, deadline_ms=mirror.deadline_ms, body_limit_bytes=mirror.body_limit_bytes)
