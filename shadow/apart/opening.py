"""The queue of a run's heavy jobs, by its config."""

from crossfade.codegen.contract import Contract
from crossfade.shadow.apart.job_queue import Budget, JobQueue
from crossfade.shadow.apart.jobs import Setup
from crossfade.shadow.config import Config
from crossfade.shadow.evidence.remembering import RememberingRedactor
from crossfade.shadow.judging.rules import Rules
from crossfade.shadow.runs.run import OpenRun


def queue_of(config: Config, setup: Setup) -> JobQueue:
    """Where heavy comparisons are judged; its process is started when it is first needed."""
    section = config.compare
    budget = Budget(time_s=section.max_compare_ms / 1000, memory_bytes=section.max_compare_mb * 1_000_000)
    return JobQueue(setup, budget)


def setup_of(run: OpenRun) -> Setup:
    """What its process is given first: heavy comparisons of a run are judged as light ones are."""
    return setup_by(run.contract, run.rules, None if run.recorder is None else run.redactor)


def setup_by(contract: Contract | None, rules: Rules, redactor: RememberingRedactor | None = None) -> Setup:
    """The same without a run; ``redactor`` is for what is recorded."""
    return Setup(
        contract=None if contract is None else contract.to_bytes(),
        confirmed=frozenset() if contract is None else contract.confirmed,
        rules=rules,
        redactor=redactor,
    )
