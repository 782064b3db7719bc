"""Old runs are deleted by age and by number, with their recordings and contracts; a live one never."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from crossfade.shadow.evidence.contracts import forget_contracts
from crossfade.shadow.evidence.recordings import delete_recordings
from crossfade.shadow.evidence.records import RunSummary
from crossfade.shadow.evidence.store import Store

_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Runs are kept for ``keep_days`` after their end, and the newest ``keep_runs`` of them."""

    keep_days: int
    keep_runs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """The runs that were deleted (or would be), oldest first, and the bytes of the store before and after."""

    run_ids: tuple[str, ...]
    bytes_before: int
    bytes_after: int


def prune(store: Store, folder: Path, retention: Retention, *, now: float, dry_run: bool = False) -> Pruned:
    """Deletes what is too old or too much, with what lies of it in ``folder``.

    A run goes after its recording, so that one that can't be deleted is tried again.
    Raises: EvidenceError: no store, another version, not writable.
    """
    before = store.size_bytes()
    doomed = choose(store.runs(), retention, now=now)
    if doomed and not dry_run:
        delete_recordings(folder, doomed)
        store.delete(doomed)
        forget_contracts(folder, (run.contract_digest for run in store.runs()))
    return Pruned(run_ids=doomed, bytes_before=before, bytes_after=store.size_bytes())


def choose(runs: Sequence[RunSummary], retention: Retention, *, now: float) -> tuple[str, ...]:
    """Of ``runs`` (oldest first) those to delete. Pure."""
    oldest_s = now - retention.keep_days * _DAY_S
    beyond = len(runs) - retention.keep_runs
    return tuple(
        run.run_id
        for number, run in enumerate(runs)
        if not run.is_live(now) and (number < beyond or run.last_s < oldest_s)
    )
