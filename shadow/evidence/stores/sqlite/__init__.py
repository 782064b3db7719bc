"""A store in a SQLite file: one process writes a run while others read.

``schema`` is the tables, ``run`` writes them, ``reader`` reads them, ``lost`` ends a run whose writer is gone,
``delete`` and ``upgrade`` change a store as a whole; ``last_flush`` tells which runs live.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from crossfade.shadow.evidence.errors import EvidenceError
from crossfade.shadow.evidence.records import RunEvidence, RunInfo, RunSummary
from crossfade.shadow.evidence.store import RunStore, Store, Upgraded
from crossfade.shadow.evidence.stores.sqlite import reader, schema
from crossfade.shadow.evidence.stores.sqlite.delete import delete
from crossfade.shadow.evidence.stores.sqlite.lost import close_lost
from crossfade.shadow.evidence.stores.sqlite.run import SqliteRun
from crossfade.shadow.evidence.stores.sqlite.upgrade import upgrade
from crossfade.shadow.exchange.route import RouteInfo

_PREFIX = "sqlite:///"


def open_store(url: str) -> Store:
    """The store in the file of a URL, whose path stands behind ``sqlite:///`` as it is. Raises: EvidenceError: none."""
    path = url.removeprefix(_PREFIX)
    if path in {url, ""}:
        raise EvidenceError(f"evidence store: expected {_PREFIX} and the path of a file, got {url}")
    return SqliteStore(Path(path))


class SqliteStore:
    """A ``Store``. It holds nothing open: each method opens the file and closes it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def exists(self) -> bool:
        return self._path.exists()

    def begin(self, info: RunInfo, *, examples_stored: bool) -> RunStore:
        return SqliteRun.begin(self._path, info, examples_stored=examples_stored)

    def runs(self) -> tuple[RunSummary, ...]:
        return reader.list_runs(self._path)

    def read(self, run_id: str | None = None, *, examples: bool = True) -> RunEvidence:
        return reader.read_run(self._path, run_id, examples=examples)

    def delete(self, run_ids: Sequence[str]) -> None:
        delete(self._path, run_ids)

    def size_bytes(self) -> int:
        """With what SQLite keeps beside the file."""
        schema.require(self._path)
        parts = (self._path, self._path.with_name(f"{self._path.name}-wal"))
        return sum(part.stat().st_size for part in parts if part.exists())

    def upgrade(self, *, now: float, dry_run: bool = False) -> Upgraded:
        return upgrade(self._path, now=now, dry_run=dry_run)

    def close_lost(self, run_id: str, entered: Mapping[RouteInfo, int], *, now: float) -> int:
        return close_lost(self._path, run_id, entered, now=now)
