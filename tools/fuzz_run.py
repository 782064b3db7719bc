"""One run of fuzzing: reset, both services, cases on disk."""

import asyncio
import datetime
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Manifest, Session
from crossfade.parity_tests.fuzz.fuzzing import Fuzzing, FuzzSettings, Reset
from crossfade.parity_tests.fuzz.result import INTERRUPTED, Fuzzed
from crossfade.parity_tests.replay.pair import open_pair
from crossfade.parity_tests.replay.reset import resets_of, run_resets
from crossfade.shadow.config import Config
from crossfade.shadow.errors import ShadowError
from crossfade.shadow.evidence import RememberingRedactor
from crossfade.shadow.evidence.key import KEY_VARIABLE
from crossfade.shadow.exchange import Comparison, Failure, FailureReason
from crossfade.shadow.exchange.events import from_events
from crossfade.shadow.judging.judge import Judge
from crossfade.shadow.recording.redaction import ComparisonRedactor
from crossfade.shadow.runs.setup import (
    accept_rules,
    noticing_of,
    passing_redactor,
    read_contract,
    read_redactor,
    rules_of,
)
from crossfade.tools.errors import ExitCode
from crossfade.tools.reach import missing_servers

_SIDES = ("legacy", "candidate", "secondary")
_PATIENCE_S = 10.0
_MAX_BODY_BYTES = 65_536
"""What shows in a longer answer shows in a shorter one, too, and that is compared in a fraction of the time."""
_MAX_DEADLINE_MS = 2000
"""Generated requests may wait for what never comes, so nobody waits for long."""
_NO_CANDIDATE = Failure(reason=FailureReason.REFUSED, detail="not contacted", latency_ms=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class FuzzOptions:
    """What a person chose: see ``FuzzSettings``; ``corpus`` has requests to start from."""

    seed: int
    max_examples: int
    seconds: float | None = None
    routes: tuple[str, ...] = ()
    corpus: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FuzzRun:
    """What came of it, and the contract under which it was compared."""

    fuzzed: Fuzzed
    contract: Contract | None


def run_fuzz(
    config: Config, config_path: Path, options: FuzzOptions, redactor: RememberingRedactor, say: Callable[[str], None]
) -> FuzzRun:
    """Fuzzes the services of a config; ``say`` is told how it goes on, ``redactor`` is shown all credentials.

    Raises: ShadowError: a service can't be reached or reset, a corpus can't be read, or there is nothing to call.
    """
    if not config.listen:
        raise ShadowError(f"{config_path}: listen: expected a port with both services, got none; add [[listen]]")
    contract, folder = read_contract(config), config_path.absolute().parent
    corpus = None if options.corpus is None else CorpusFolder(options.corpus)
    if contract is None and not config.routes.http:
        message = f"{config_path}: expected a contract or HTTP routes, got neither"
        raise ShadowError(f"{message}; add [contract], or templates to [routes] http")
    with asyncio.Runner() as runner:
        runner.run(_prepare(config, folder))
        judge = Judge(contract=contract, rules=rules_of(config, redactor.shows))
        noticing = noticing_of(config, contract, redactor, os.environ)
        opened = open_pair(_bounded(config), contract, judge=judge, noticing=noticing)
        pair = runner.run(opened.__aenter__())
        try:
            sessions = () if corpus is None else corpus.sessions()
            fuzzing = Fuzzing(pair, runner, _settings(config, options), say, reset=_reset(config, folder))
            fuzzed = fuzzing.run(config.routes.http, sessions)
        finally:
            runner.run(opened.__aexit__(None, None, None))
    return FuzzRun(fuzzed=fuzzed, contract=contract)


def exit_code(fuzzed: Fuzzed) -> ExitCode:
    """By what was found; nothing compared but refusals is inconclusive, and so is a route that was given up."""
    if fuzzed.ended == INTERRUPTED:
        return ExitCode.INTERRUPTED
    if fuzzed.steady:
        return ExitCode.FAIL
    return ExitCode.PASS if fuzzed.done and not fuzzed.left_out else ExitCode.INCONCLUSIVE


def fuzz_redactor(config: Config, *, stores: bool) -> RememberingRedactor:
    """What makes pseudonyms before cases are told or stored. Raises: ShadowError: they are stored without a key."""
    contract = read_contract(config)
    redactor = read_redactor(config, contract) if stores else passing_redactor(config, contract)
    if redactor is None:
        message = f"{config.redact.key_file}: expected a redaction key for --output, got none; run `crossfade init`"
        raise ShadowError(f"{message}, or set {KEY_VARIABLE}")
    return redactor


def write_cases(run: FuzzRun, folder: Path, config: Config, redactor: RememberingRedactor) -> int:
    """Adds the divergences to a corpus, which is made where there is none; those that it has already stay as they are.

    Returns how many are new. Raises: ParityError: it can't be written.
    """
    contract = run.contract
    if (folder / "corpus.json").exists():
        corpus = CorpusFolder(folder)
    else:
        digest = "" if contract is None else contract.digest
        manifest = Manifest(service=config.service.name, contract_digest=digest)
        corpus = CorpusFolder.create(folder, manifest, contract)
    redaction = ComparisonRedactor(redactor, contract)
    known = set(corpus.session_ids())
    new = [case.session for case in run.fuzzed.steady if case.id not in known]
    for session in new:
        corpus.add(_redacted(session, redaction))
    return len(new)


def _settings(config: Config, options: FuzzOptions) -> FuzzSettings:
    today = datetime.datetime.now(datetime.UTC).date()
    rules = [rule for rule in accept_rules(config) if not rule.has_expired(today)]
    return FuzzSettings(
        seed=options.seed,
        max_examples=options.max_examples,
        seconds=options.seconds,
        routes=options.routes,
        accepts=lambda route, item: any(rule.accepts(route, item) for rule in rules),
    )


def _bounded(config: Config) -> Config:
    """The same with answers and waits that thousands of calls can have."""
    mirror = config.mirror.model_copy(
        update={
            "body_limit_bytes": min(config.mirror.body_limit_bytes, _MAX_BODY_BYTES),
            "deadline_ms": min(config.mirror.deadline_ms, _MAX_DEADLINE_MS),
        }
    )
    return config.model_copy(update={"mirror": mirror})


def _reset(config: Config, folder: Path) -> Reset | None:
    """What puts the data of all sides back; None where one of them has no command for it."""
    sides = [side for side in _SIDES if side != "secondary" or any(listen.secondary for listen in config.listen)]
    if len(resets_of(config.replay, folder, sides)) < len(sides):
        return None
    return partial(_prepare, config, folder)


async def _prepare(config: Config, folder: Path) -> None:
    """Puts the data of all sides back, and looks whether they are there. Raises: ShadowError."""
    resets = resets_of(config.replay, folder, _SIDES)
    await run_resets(resets)
    missing = await missing_servers(config, patience_s=_PATIENCE_S if resets else 0.0)
    if missing:
        raise ShadowError(f"{'; '.join(missing)}; start what is missing", exit_code=ExitCode.INFRASTRUCTURE)


def _redacted(session: Session, redaction: ComparisonRedactor) -> Session:
    """With pseudonyms in place of what must not be stored."""
    calls = []
    for call in session.calls:
        comparison = Comparison(
            request=call.request, route=call.route.route, legacy=call.reply, candidate=_NO_CANDIDATE, secondary=None
        )
        kept = from_events(redaction.events(comparison))
        calls.append(replace(call, request=kept.request, reply=kept.legacy))
    return replace(session, calls=tuple(calls))
