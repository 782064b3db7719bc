"""crossfade store."""

import dataclasses
import json
import time
from pathlib import Path

import click

from crossfade.shadow.config import load_config
from crossfade.shadow.evidence.retention import Pruned, Retention, prune
from crossfade.shadow.evidence.store import Upgraded
from crossfade.shadow.runs.setup import evidence_store
from crossfade.tools.options import config_option
from crossfade.tools.output import emit


@click.command()
@click.argument("action", type=click.Choice(["prune", "upgrade"]))
@config_option
@click.option("--dry-run", is_flag=True, help="Show what would be done, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def store(action: str, config_path: Path, *, dry_run: bool, as_json: bool) -> None:
    """Delete old runs, or upgrade the store of an older crossfade to the current schema.

    prune deletes runs that ended more than [evidence] keep_days ago, and all but the newest keep_runs; never a live
    run. upgrade makes a copy of the store first; stop the proxy before you run it.

    \b
    Example:
      crossfade store prune --dry-run
    """
    config = load_config(config_path)
    stored = evidence_store(config)
    done: Pruned | Upgraded
    if action == "prune":
        retention = Retention(keep_days=config.evidence.keep_days, keep_runs=config.evidence.keep_runs)
        done = prune(stored, config.evidence.dir, retention, now=time.time(), dry_run=dry_run)
        text = _pruned_text(done, dry_run=dry_run)
    else:
        done = stored.upgrade(now=time.time(), dry_run=dry_run)
        text = _upgraded_text(done)
    emit(json.dumps(dataclasses.asdict(done), default=str) if as_json else text)


def _pruned_text(done: Pruned, *, dry_run: bool) -> str:
    if not done.run_ids:
        return "no run is old enough to be deleted"
    what = "would delete" if dry_run else "deleted"
    lines = [f"{what} {run_id}" for run_id in done.run_ids]
    size = "" if dry_run else f"; the store has {done.bytes_after} bytes now, {done.bytes_before} before"
    return "\n".join([*lines, f"{what} {len(done.run_ids)} runs{size}"])


def _upgraded_text(done: Upgraded) -> str:
    if done.before == done.after:
        return f"nothing to upgrade: the store has schema version {done.after}"
    if done.backup is None:
        return f"would upgrade schema version {done.before} to {done.after}"
    return f"upgraded schema version {done.before} to {done.after}; the store as it was is {done.backup}"
