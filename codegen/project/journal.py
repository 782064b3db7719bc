"""Makes many files one step: everything new is written aside, then a list records it, then all moves to its place.

A run that is cut off before the list is there has done nothing; one that is cut off later is continued by the next
run, from the list. What a person changed between the two is left as it is.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import Any

from crossfade.codegen.project.disk import Disk
from crossfade.codegen.project.errors import ProjectError
from crossfade.codegen.project.paths import check_path
from crossfade.codegen.project.records import BASE_FOLDER, MANIFEST_PATH, OWN_FOLDER, Op, Verb
from crossfade.codegen.project.text import digest

_FOLDER = f"{OWN_FOLDER}/journal"
_LIST = f"{_FOLDER}/list.json"
_NEW_LIST = f"{_FOLDER}/list.new"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One step of the list: an Op, with its contents in the files ``number`` and ``number.base``."""

    number: int
    verb: Verb
    path: str
    was: str | None
    base: bool
    drop_base: bool

    @property
    def data(self) -> dict[str, Any]:
        """As it stands in the list."""
        return {name: getattr(self, name) for name in _NAMES}

    @property
    def staged(self) -> str:
        return f"{_FOLDER}/{self.number}"

    @property
    def staged_base(self) -> str:
        return f"{_FOLDER}/{self.number}.base"


_NAMES = tuple(field.name for field in fields(_Entry))


def is_pending(disk: Disk) -> bool:
    """Whether an earlier run was cut off."""
    return disk.status(_LIST) is not None


def apply(disk: Disk, ops: Iterable[Op], confirm: Callable[[], None]) -> None:
    """Does all steps, once ``confirm`` returns: it is called when everything is written aside and nothing is done yet.

    Raises: OSError, ProjectError; then the next run carries on or begins again. What ``confirm`` raises; then nothing
        was done, and nothing is left.
    """
    _clear(disk)
    entries = [_stage(disk, number, op) for number, op in enumerate(ops)]
    try:
        confirm()
    except Exception:
        _clear(disk)
        raise
    disk.put(_NEW_LIST, json.dumps([entry.data for entry in entries]).encode())
    disk.move(_NEW_LIST, _LIST)
    carry_on(disk)


def carry_on(disk: Disk) -> None:
    """Does what is left of a list; nothing where there is none. Raises: OSError, ProjectError."""
    content = disk.read(_LIST)
    if content is not None:
        for entry in _entries(content, str(disk.folder / _LIST)):
            _do(disk, entry)
    _clear(disk)


def _stage(disk: Disk, number: int, op: Op) -> _Entry:
    entry = _Entry(
        number=number, verb=op.verb, path=op.path, was=op.was, base=op.base is not None, drop_base=op.drop_base
    )
    if op.content is not None:
        disk.put(entry.staged, op.content, executable=op.executable)
    if op.base is not None:
        disk.put(entry.staged_base, op.base)
    return entry


def _do(disk: Disk, entry: _Entry) -> None:
    """Does one step if it is not done yet. The pristine copy follows its file, and never leads."""
    if entry.verb in {Verb.WRITE, Verb.CREATE}:
        waits = disk.status(entry.staged) is not None
        if waits and not _is_as_expected(disk, entry):
            return
        if waits:
            disk.move(entry.staged, entry.path)
    elif entry.verb is Verb.DELETE and disk.status(entry.path) is not None:
        if not _is_as_expected(disk, entry):
            return
        disk.remove(entry.path)
    base = f"{BASE_FOLDER}/{entry.path}"
    if entry.base and disk.status(entry.staged_base) is not None:
        disk.move(entry.staged_base, base)
    elif entry.drop_base and disk.status(base) is not None:
        disk.remove(base)


def _is_as_expected(disk: Disk, entry: _Entry) -> bool:
    """Whether there is what the plan was made for. A handler is not read: it is there or not."""
    if entry.verb is Verb.CREATE:
        return disk.status(entry.path) is None
    content = disk.read(entry.path)
    return (None if content is None else digest(content)) == entry.was


def _clear(disk: Disk) -> None:
    """The list goes first: what lies beside it means nothing without it."""
    if disk.status(_LIST) is not None:
        (disk.folder / _LIST).unlink()
    disk.clear(_FOLDER)


def _entries(content: bytes, where: str) -> list[_Entry]:
    try:
        entries = [_entry(data) for data in json.loads(content)]
    except (ValueError, KeyError, TypeError, RecursionError):
        message = f"{where}: expected an interrupted run's list, got a damaged one; delete its folder and run again"
        raise ProjectError(message) from None
    for entry in entries:
        if entry.path != MANIFEST_PATH:
            check_path(entry.path)
    return entries


def _entry(data: dict[str, Any]) -> _Entry:
    return _Entry(**{**data, "number": int(data["number"]), "verb": Verb(data["verb"]), "path": str(data["path"])})
