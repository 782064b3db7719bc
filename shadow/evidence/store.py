"""Where runs are kept: what every store can do, and how one is opened from its URL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol

from crossfade.shadow.evidence.changes import Changes
from crossfade.shadow.evidence.errors import EvidenceError
from crossfade.shadow.evidence.records import RunEvidence, RunInfo, RunSummary
from crossfade.shadow.evidence.stores import STORES
from crossfade.shadow.exchange.route import RouteInfo

FILE_NAME = "evidence.sqlite"


class RunStore(Protocol):
    """One run that is being written. Changes are totals, so writing the same ones again changes nothing."""

    def flush(self, changes: Changes, *, now: float) -> None:
        """Commits all changes or none, and that the run lives at ``now``, in seconds since the epoch.

        Raises: EvidenceError: the store can't be written. One that is locked is not waited for.
        """

    def finish(self, changes: Changes, *, now: float) -> None:
        """Commits the last changes, and that the run ended at ``now``. Raises: EvidenceError: it has not ended."""

    def close(self) -> None:
        """Gives back what an open run holds; one that has not ended stays as it was committed. May be repeated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgraded:
    """The versions before and after; ``backup`` is the copy of the store as it was, None where nothing was to do."""

    before: int
    after: int
    backup: Path | None


class Store(Protocol):
    """Runs by their ids. Opening one touches nothing; several processes may write and read at once."""

    def exists(self) -> bool:
        """Whether anything was ever stored."""

    def begin(self, info: RunInfo, *, examples_stored: bool) -> RunStore:
        """Begins a run; makes the store if there is none.

        Raises: EvidenceError: it can't be written, is of another version, or has a run of this id.
        """

    def runs(self) -> tuple[RunSummary, ...]:
        """All runs, oldest first. Raises: EvidenceError: no store, or a damaged one."""

    def read(self, run_id: str | None = None, *, examples: bool = True) -> RunEvidence:
        """One run, the newest by default, as of one moment; ``examples`` False leaves them out.

        Raises: EvidenceError: no store, no such run, or a damaged one.
        """

    def delete(self, run_ids: Sequence[str]) -> None:
        """Deletes runs, and gives their space back where it can. Raises: EvidenceError: it can't be written."""

    def size_bytes(self) -> int:
        """What the store takes on disk. Raises: EvidenceError: no store."""

    def upgrade(self, *, now: float, dry_run: bool = False) -> Upgraded:
        """Brings a store of an older crossfade to the present schema, after a copy; all of it or nothing.

        Raises: EvidenceError: no store, a newer one, no way from its version, a live run, in use, not writable.
        """

    def close_lost(self, run_id: str, entered: Mapping[RouteInfo, int], *, now: float) -> int:
        """Ends a run whose writer was lost, with all that entered; what it had not committed is shed(compare_down).

        Returns how many requests that are. Raises: EvidenceError: it can't be written; nothing was changed.
        """


def open_store(url: str) -> Store:
    """The store of a URL: ``memory:``, or ``sqlite:///`` and the path of a file.

    Raises: EvidenceError: no store has this scheme.
    """
    scheme = url.partition(":")[0]
    if scheme not in STORES:
        known = ", ".join(f"{name}:" for name in sorted(STORES))
        raise EvidenceError(f"evidence store: expected a URL that begins with one of {known}, got {url}")
    store: Store = import_module(STORES[scheme]).open_store(url)
    return store


def store_in(folder: Path) -> Store:
    """The SQLite store in the folder that ``[evidence] dir`` names."""
    return open_store(f"sqlite:///{folder / FILE_NAME}")
