"""The desk of a run, by its config."""

from crossfade.shadow.apart.desk import Budget, Desk
from crossfade.shadow.apart.jobs import Rules
from crossfade.shadow.compare.units import Units
from crossfade.shadow.config import Config
from crossfade.shadow.runs.run import OpenRun
from crossfade.shadow.runs.setup import ignore_rules, list_rules, read_redactor


def desk_of(config: Config, run: OpenRun, units: Units | None) -> Desk:
    """Where heavy comparisons of a run are judged; its process is started when it is first needed."""
    section = config.compare
    budget = Budget(time_s=section.max_compare_ms / 1000, memory_bytes=section.max_compare_mb * 1_000_000)
    return Desk(rules_of(config, run, units), budget)


def rules_of(config: Config, run: OpenRun, units: Units | None) -> Rules:
    """Under what they are judged there: as light ones are."""
    contract = run.contract
    redactor = read_redactor(config, contract)
    return Rules(
        contract=None if contract is None else contract.to_bytes(),
        confirmed=frozenset() if contract is None else contract.confirmed,
        ignore=ignore_rules(config),
        lists=list_rules(config),
        templates=config.routes.http,
        units=units,
        secrecy=None if redactor is None else redactor.secrecy,
        redactor=None if run.recorder is None else redactor,
    )
