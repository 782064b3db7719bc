"""crossfade accept."""

import datetime
from pathlib import Path

import click

from crossfade.reports.figures import count
from crossfade.tools.accepting import Triage
from crossfade.tools.accepting import accept as write_rules
from crossfade.tools.options import config_option, run_option
from crossfade.tools.output import emit


def _last_day(_: click.Context, __: click.Parameter, value: datetime.datetime | None) -> datetime.date | None:
    if value is not None and value.date() < datetime.datetime.now(datetime.UTC).date():
        raise click.BadParameter(f"expected a day that is not over, got {value:%Y-%m-%d}")
    return None if value is None else value.date()


@click.command()
@click.argument("ids", nargs=-1, required=True)
@click.option("--reason", required=True, help="Who agreed to it, and why; stored with the rule.")
@click.option(
    "--expires",
    type=click.DateTime(["%Y-%m-%d"]),
    callback=_last_day,
    help="The last day on which it applies (UTC), such as 2030-01-31.  [default: it does not end]",
)
@config_option
@run_option
def accept(
    ids: tuple[str, ...], reason: str, expires: datetime.date | None, config_path: Path, run_id: str | None
) -> None:
    """Accept findings or clusters of a run: differences that a person examined and that may stay.

    Writes [[accept]] entries to the config, and changes nothing else in it: one for each difference if a glob names
    the routes on which it shows and no other, else one for each cluster. Old runs are judged by them too. A candidate
    that gives no answer is never accepted.

    \b
    Example:
      crossfade accept f-1c9e52d0a7b3 --reason "the team of the app agreed: nobody reads it" --expires 2030-01-31
    """
    if not reason.strip():
        raise click.UsageError("--reason: expected who agreed to it, and why, got nothing")
    emit(written(write_rules(config_path, run_id, ids, reason=reason, expires=expires), config_path))


def written(triage: Triage, config_path: Path) -> str:
    """What was written, a line for each rule, and how many clusters it accepts."""
    lines = [f"accepted {rule}" for rule in triage.rules]
    clusters = f"{count(len(triage.changed))} cluster{'' if len(triage.changed) == 1 else 's'}"
    return "\n".join((*lines, f"{clusters} of the run accepted; wrote {config_path}"))
