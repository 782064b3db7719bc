"""The journal on disk: one writer, every line on the disk before it counts.

A line that was cut off by a crash is dropped when the journal is opened, and the next line says so. A file that is
full is kept beside the next one, which goes on with the chain; of old files so many are kept that the room is bounded.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from crossfade.shadow.canary.journal.audit import audit
from crossfade.shadow.canary.journal.lines import digest, encode
from crossfade.shadow.canary.journal.records import Adopted, Body, Continued, Repaired, Ticked
from crossfade.shadow.canary.journal.writing import is_notable
from crossfade.shadow.canary.plan.records import Plan
from crossfade.shadow.canary.reading import Reading
from crossfade.shadow.canary.states.adopt import adopt
from crossfade.shadow.canary.states.records import Decision, RolloutState
from crossfade.shadow.errors import ShadowError

FILE = "journal.jsonl"
MAX_BYTES = 8 * 2**20
KEPT_FILES = 32
_SHOWN = 80  # characters of a dropped line


def journal_lines(folder: Path) -> Iterator[bytes]:
    """All lines that are still there, the oldest first, also one that was cut off. Raises: OSError."""
    for path in _files(folder):
        yield from path.read_bytes().splitlines()


class Journal:
    """The open journal of a folder. ``state`` is what it ends with, ``repaired`` tells of a line that was cut off."""

    def __init__(self, folder: Path, *, max_bytes: int = MAX_BYTES, kept_files: int = KEPT_FILES) -> None:
        """Raises: ShadowError: a line in the middle is broken, or not what follows from those before; OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._max_bytes = max_bytes
        self._kept_files = kept_files
        self.repaired = ""
        dropped = _drop_torn(folder)
        found = audit(_newest_lines(folder))
        if found.problem is not None:
            place = f"{folder / FILE}: line {found.problem.number}"
            raise ShadowError(f"{place}: {found.problem.why}; see crossfade canary audit", exit_code=4)
        self.plan, self.state = found.plan, found.state
        self._number, self._head = found.first + found.lines, found.head
        self._last: Reading | None = None
        self._left_out = 0
        self._file = os.open(folder / FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        _sync_folder(folder)
        if self.plan is not None and not os.fstat(self._file).st_size:
            self._append(Continued(at=self.state.at, plan=self.plan, state=self.state))
        if dropped:
            self._repair(dropped)

    def begin(self, plan: Plan, at: float) -> RolloutState:
        """The state under a plan, written down. Raises: ShadowError: see ``adopt``; OSError."""
        state = adopt(self.plan, plan, self.state, at)
        if self.plan is not None and self._left_out:
            self._append(Continued(at=at, plan=self.plan, state=self.state))
        self.plan, self.state = plan, state
        self._append(Adopted(at=at, plan=plan, state=state))
        self._last, self._left_out = None, 0
        return state

    def write(self, reading: Reading, decision: Decision) -> None:
        """Writes what was seen and decided to disk, unless nothing happened.

        Raises: OSError: then it is not written, and must not be carried out.
        """
        if not is_notable(self._last, reading, decision, self._left_out):
            self._left_out += 1
            self.state = decision.state
            return
        if self.plan is not None:
            self._make_room(self.plan, reading.at)
        body = Ticked(
            reading=reading,
            before=self.state if self._left_out else None,
            left_out=self._left_out,
            generation=decision.state.generation,
            transitions=decision.transitions,
            weights=decision.weights,
            unchanged=decision.unchanged,
        )
        self._append(body)
        self.state, self._last, self._left_out = decision.state, reading, 0

    def close(self) -> None:
        """Closes the file, which ends with the state as it is. Raises: OSError."""
        try:
            if self.plan is not None and self._left_out:
                self._append(Continued(at=self.state.at, plan=self.plan, state=self.state))
        finally:
            os.close(self._file)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closes it, see ``close``."""
        self.close()

    def _append(self, body: Body) -> None:
        """One line, whole or not at all as far as this process can tell."""
        text = encode(self._number, self._head, body)
        size = os.fstat(self._file).st_size
        try:
            _write_all(self._file, text)
            os.fsync(self._file)
        except OSError:
            os.ftruncate(self._file, size)
            raise
        self._number, self._head = self._number + 1, digest(text)

    def _repair(self, dropped: bytes) -> None:
        beginning = dropped[:_SHOWN].decode("utf-8", "replace")
        self.repaired = f"{self._folder / FILE}: dropped {len(dropped)} bytes of a line that was cut off"
        if self.plan is not None:
            self._append(Repaired(at=self.state.at, dropped=len(dropped), beginning=beginning))

    def _make_room(self, plan: Plan, at: float) -> None:
        """Goes on in another file where this one is full. What fails half way is done the next time."""
        if os.fstat(self._file).st_size >= self._max_bytes:
            self._rotate()
        if not os.fstat(self._file).st_size:
            self._append(Continued(at=at, plan=plan, state=self.state))
            self._left_out = 0

    def _rotate(self) -> None:
        """The full file stays open until there is another one: a number that was closed may be a socket's by then."""
        path = self._folder / FILE
        if path.exists():
            path.rename(self._folder / f"journal-{self._number - 1:012}.jsonl")
        for old in _files(self._folder)[: -self._kept_files]:
            old.unlink()
        full, self._file = self._file, os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.close(full)
        _sync_folder(self._folder)


def _newest_lines(folder: Path) -> list[bytes]:
    """Those of the newest file that has any: it begins with where the one before ended."""
    found = (path.read_bytes().splitlines() for path in reversed(_files(folder)))
    return next((lines for lines in found if lines), [])


def _files(folder: Path) -> list[Path]:
    """The oldest first. Their names have the number of their last line."""
    current = folder / FILE
    return [*sorted(folder.glob("journal-*.jsonl")), *([current] if current.exists() else [])]


def _drop_torn(folder: Path) -> bytes:
    """What stands behind the last end of a line, which is cut off from the file."""
    path = folder / FILE
    text = path.read_bytes() if path.exists() else b""
    whole = text.rfind(b"\n") + 1
    if whole < len(text):
        os.truncate(path, whole)
    return text[whole:]


def _write_all(file: int, text: bytes) -> None:
    while text:
        text = text[os.write(file, text) :]


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
