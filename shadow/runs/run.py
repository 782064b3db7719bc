"""A run that is written: opened the same way whoever compares, counted, recorded, committed, and ended."""

import logging
import os
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace

from crossfade.codegen.contract import Contract
from crossfade.shadow.compare.transition import shows_nothing
from crossfade.shadow.compare.units import Units
from crossfade.shadow.config import Config
from crossfade.shadow.evidence import EvidenceError, EvidenceWriter, Store
from crossfade.shadow.evidence.contracts import keep_contract
from crossfade.shadow.evidence.remembering import RememberingRedactor
from crossfade.shadow.evidence.retention import Retention, prune
from crossfade.shadow.exchange import Protocol
from crossfade.shadow.exchange.observations import Noted
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.exchange.unit import Unit
from crossfade.shadow.judging.judge import Judge
from crossfade.shadow.judging.rules import Rules
from crossfade.shadow.recording.noticing import Noticing
from crossfade.shadow.routes.patterns import glob_matches
from crossfade.shadow.runs.recorder import Recorder, RecordingJudge, open_recorder
from crossfade.shadow.runs.setup import build_run_info, noticing_of, read_contract, read_redactor, rules_of

log = logging.getLogger("crossfade.compare")

PROOF_BYTES = 16_384
"""Faults are put into longer answers where nobody waits: they are heavy, and judged apart."""

Entered = Mapping[RouteInfo, int]
_NONE: Entered = {}


class RunWriter:
    """Evidence and recording of one run; ``flushed_at`` is when it was last committed, in seconds since the epoch."""

    def __init__(self, writer: EvidenceWriter, recorder: Recorder | None = None) -> None:
        self._writer = writer
        self._recorder = recorder
        self.flushed_at = time.time()

    def add(self, observation: Noted) -> None:
        """Counts one observation, or what was found of an injected fault, in memory."""
        self._writer.add(observation)

    def note_rules(self, rules_digest: str) -> None:
        """Other rules apply from now on."""
        self._writer.note_rules(rules_digest)

    def note_candidate_build(self, build: str) -> None:
        """Names the build of the candidate, which was not known when the run began."""
        self._writer.note_candidate_build(build)

    def flush(self, entered: Entered, by_candidate: Entered = _NONE) -> None:
        """Commits; a store that can't be written is a line in the log, and the counts wait for the next flush."""
        if self._recorder is not None:
            self._recorder.flush()
        try:
            self._writer.flush(entered, by_candidate)
        except EvidenceError as error:
            log.error("evidence.flush_failed %s", error)  # noqa: TRY400 - one line; kept in memory and tried again
        else:
            self.flushed_at = time.time()

    def finish(self, entered: Entered, by_candidate: Entered = _NONE) -> None:
        """Ends the recording, and commits the rest. Raises: EvidenceError."""
        if self._recorder is not None:
            self._recorder.finish()
        self._writer.finish(entered, by_candidate, now=time.time())

    def close(self) -> None:
        """Gives the store back, also where the run could not be ended. May be repeated."""
        self._writer.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRun:
    """What a new run is compared by, and where it is kept; ``redactor`` is None without a key.

    ``noticing`` is to be shown what passes before it is judged.
    """

    contract: Contract | None
    rules: Rules
    redactor: RememberingRedactor | None
    noticing: Noticing
    judge: Judge
    writer: RunWriter
    recorder: Recorder | None


def open_run(  # noqa: PLR0913 - what a run is
    config: Config,
    store: Store,
    run_id: str,
    *,
    engine: str,
    units: Units | None = None,
    secondary: bool | None = None,
) -> OpenRun:
    """Begins a run in the store, after old ones were deleted; ``engine`` names what saw the traffic.

    ``units``: what is counted; None: requests, as generated services count them. ``secondary``: whether legacy answers
    twice; None: as the config has it.
    Raises: ShadowError: a contract that can't be read; EvidenceError: a key or a store that can't be used.
    """
    contract = read_contract(config)
    redactor = read_redactor(config, contract)
    if redactor is None:
        log.warning("evidence.no_key examples are not stored; set CROSSFADE_REDACTION_KEY or run `crossfade init`")
    _prune(config, store)
    info = build_run_info(config, contract, run_id, time.time(), engine=engine)
    if secondary is not None:
        info = replace(info, secondary=secondary)
    if units is None:
        info = replace(info, unit=Unit.REQUEST.value)
    writer = EvidenceWriter.begin(store, info, redactor)
    if contract is not None and redactor is not None:
        keep_contract(config.evidence.dir, contract.digest, contract.to_bytes())
    rules = rules_of(config, shows_nothing if redactor is None else redactor.shows, units)
    recorder = open_recorder(config, info, contract, redactor, rules)
    on_loop = replace(rules, proof_bytes=PROOF_BYTES)
    if recorder is None:
        judge = Judge(contract=contract, rules=on_loop)
    else:
        judge = RecordingJudge(contract=contract, rules=on_loop, recorder=recorder)
    run = RunWriter(writer, recorder)
    if claimed := _claimed(config, contract):
        run.flush(claimed)  # a store that is locked just now takes it with the next flush
    return OpenRun(
        contract=contract,
        rules=rules,
        redactor=redactor,
        noticing=noticing_of(config, contract, redactor, os.environ),
        judge=judge,
        writer=run,
        recorder=recorder,
    )


def _claimed(config: Config, contract: Contract | None) -> Entered:
    """The routes that are declared and [gate] claims, with no request yet: one that never comes is not passed over.

    Declared are the contract's RPCs, but not a server's own services (health, reflection), and the templates of
    [routes]. They are of no port, unless the claim names one.
    """
    methods = {} if contract is None else contract.methods
    declared = [
        *(
            RouteInfo(route=name, protocol=Protocol.GRPC.value, call_type=str(method.call_type), stage=Stage.SHADOW)
            for name, method in methods.items()
            if not name.startswith("grpc.")
        ),
        *(
            RouteInfo(route=template, protocol=Protocol.HTTP.value, call_type="http", stage=Stage.SHADOW)
            for template in config.routes.http
        ),
    ]
    return {claimed: 0 for route in declared for glob in config.gate.routes if (claimed := _meant(glob, route, config))}


def _meant(glob: str, route: RouteInfo, config: Config) -> RouteInfo | None:
    """The route as a claim names it: on no port, or on one; None where it does not."""
    on_ports = (replace(route, listener=listen.name) for listen in config.listen)
    return next((info for info in (route, *on_ports) if glob_matches(glob, info.route, info.listener)), None)


def new_run_id(now: float) -> str:
    """A run id that sorts by time: 20261124T120000Z-1a2b3c."""
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now)) + "-" + uuid.uuid4().hex[:6]


def _prune(config: Config, store: Store) -> None:
    """Deletes old runs; where that can't be, the new run is not held up."""
    section = config.evidence
    if not store.exists():
        return
    try:
        retention = Retention(keep_days=section.keep_days, keep_runs=section.keep_runs)
        pruned = prune(store, section.dir, retention, now=time.time())
    except EvidenceError as error:
        log.warning("evidence.not_pruned %s", error)
        return
    if pruned.run_ids:
        log.warning("evidence.pruned %s runs, oldest %s", len(pruned.run_ids), pruned.run_ids[0])
