"""The desk of a run, by its config."""

from crossfade.shadow.apart.desk import Budget, Desk
from crossfade.shadow.apart.jobs import Setup
from crossfade.shadow.config import Config
from crossfade.shadow.runs.run import OpenRun


def desk_of(config: Config, run: OpenRun) -> Desk:
    """Where heavy comparisons of a run are judged; its process is started when it is first needed."""
    section = config.compare
    budget = Budget(time_s=section.max_compare_ms / 1000, memory_bytes=section.max_compare_mb * 1_000_000)
    return Desk(setup_of(run), budget)


def setup_of(run: OpenRun) -> Setup:
    """What its process is given first: heavy comparisons are judged as light ones are."""
    contract = run.contract
    return Setup(
        contract=None if contract is None else contract.to_bytes(),
        confirmed=frozenset() if contract is None else contract.confirmed,
        rules=run.rules,
        redactor=None if run.recorder is None else run.redactor,
    )
