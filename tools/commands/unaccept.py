"""crossfade unaccept."""

from pathlib import Path

import click

from crossfade.reports.accepting import Accepted
from crossfade.reports.figures import count
from crossfade.tools.accepting import Triage
from crossfade.tools.accepting import unaccept as remove_rules
from crossfade.tools.options import config_option, run_option
from crossfade.tools.output import emit


@click.command()
@click.argument("ids", nargs=-1)
@click.option("--route", default="", help="Entries with this glob for the route, as it is written.")
@click.option("--path", default="", help="Entries with this glob for the path.")
@click.option("--kind", default="", help="Entries with this glob for the kind.")
@config_option
@run_option
def unaccept(ids: tuple[str, ...], config_path: Path, run_id: str | None, **globs: str) -> None:
    """Take accepted findings or clusters back: their [[accept]] entries leave the config.

    An entry goes if it matches one of the ids, or is written with the globs that are given. What it matched beside is
    named: that is open again too.

    \b
    Example:
      crossfade unaccept f-1c9e52d0a7b3
      crossfade unaccept --path "header.expires"
    """
    written = Accepted(**globs) if any(globs.values()) else None
    if not ids and written is None:
        raise click.UsageError("expected ids, or one of --route, --path and --kind, got neither")
    emit(removed(remove_rules(config_path, run_id, ids, written), config_path))


def removed(triage: Triage, config_path: Path) -> str:
    """What was taken out, a line for each rule, and what is no longer accepted."""
    lines = [f"no longer accepted: {rule}" for rule in triage.rules]
    lines += [f"{cluster.status} again: {cluster.id}  {cluster.route}  {cluster.path}" for cluster in triage.changed]
    entries = "entry" if len(triage.rules) == 1 else "entries"
    return "\n".join((*lines, f"removed {count(len(triage.rules))} [[accept]] {entries}; wrote {config_path}"))
