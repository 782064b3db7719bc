"""The queue of a run's heavy jobs, by its config."""

from crossfade.shadow.apart.job_queue import Budget, JobQueue
from crossfade.shadow.apart.jobs import Setup
from crossfade.shadow.config import Config
from crossfade.shadow.runs.run import OpenRun


def queue_of(config: Config, run: OpenRun) -> JobQueue:
    """Where heavy comparisons of a run are judged; its process is started when it is first needed."""
    section = config.compare
    budget = Budget(time_s=section.max_compare_ms / 1000, memory_bytes=section.max_compare_mb * 1_000_000)
    return JobQueue(setup_of(run), budget)


def setup_of(run: OpenRun) -> Setup:
    """What its process is given first: heavy comparisons are judged as light ones are."""
    contract = run.contract
    return Setup(
        contract=None if contract is None else contract.to_bytes(),
        confirmed=frozenset() if contract is None else contract.confirmed,
        rules=run.rules,
        redactor=None if run.recorder is None else run.redactor,
    )
