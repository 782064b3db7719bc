"""The [[accept]] entries of a crossfade.toml, as text: what a person wrote around them stays to the last byte.

Libraries that edit TOML take the comment above a table for a part of the one before, and delete it with that.
"""

import datetime
import json
import os
import re
import shutil
import tempfile
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from crossfade.reports.accepting import Accepted
from crossfade.shadow.errors import ShadowError

KEY = "accept"
_COMPARED = ("route", "path", "kind", "transition")
_HEADER = re.compile(r"\s*\[\[\s*accept\s*\]\]\s*(#.*)?$")
_TABLE = re.compile(r"\s*\[")
_NO_KEY = re.compile(r"\s*(#.*)?$")

Entry = Mapping[str, Any]


def with_entries(text: str, rules: Iterable[Accepted], reason: str, expires: datetime.date | None) -> str:
    """The text with an entry for each rule behind those that it has; one of the same places is written anew.

    Raises: ShadowError: its entries are not written as [[accept]].
    """
    old = tomllib.loads(text).get(KEY, [])
    entries = [_with_id(_entry(rule, reason, expires), old) for rule in rules]
    same = {at for at, entry in enumerate(old) if any(_is_same(entry, new) for new in entries)}
    kept = without_entries(text, same)
    lines, end = kept.splitlines(keepends=True), "\r\n" if "\r\n" in text else "\n"
    at = max((stop for _, stop in _blocks(lines)), default=len(lines))
    if at and not lines[at - 1].endswith("\n"):
        lines[at - 1] += end
    lines[at:at] = [line for entry in entries for line in (end, *_written(entry, end))]
    return _checked("".join(lines), text, [entry for place, entry in enumerate(old) if place not in same] + entries)


def without_entries(text: str, at: Collection[int]) -> str:
    """The text without the entries at these places, counted from 0. Raises: ShadowError: see ``with_entries``."""
    if not at:
        return text
    lines = text.splitlines(keepends=True)
    for place, (start, stop) in reversed(list(enumerate(_blocks(lines)))):
        if place in at:
            is_blank = start > 0 and not lines[start - 1].strip()
            del lines[start - is_blank : stop]
    kept = [entry for place, entry in enumerate(tomllib.loads(text)[KEY]) if place not in at]
    return _checked("".join(lines), text, kept)


def read_text(path: Path) -> str:
    """The text of a config that was loaded before, with its line ends."""
    with path.open(encoding="utf-8", newline="") as file:
        return file.read()


def write_text(path: Path, text: str) -> None:
    """Replaces the file at once, with its mode. Raises: ShadowError: it can't be written."""
    target = path.resolve()
    try:
        handle, aside = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(text)
            shutil.copymode(target, aside)
            Path(aside).replace(target)
        except OSError:
            Path(aside).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ShadowError(f"{path}: expected a file to write, got {error.strerror}") from None


def _blocks(lines: list[str]) -> Iterator[tuple[int, int]]:
    """The first line of each entry, and the one behind its last key."""
    starts = [at for at, line in enumerate(lines) if _HEADER.match(line)]
    for start in starts:
        stop = next((at for at in range(start + 1, len(lines)) if _TABLE.match(lines[at])), len(lines))
        while _NO_KEY.match(lines[stop - 1]):
            stop -= 1
        yield start, stop


def _written(entry: Entry, end: str) -> Iterator[str]:
    yield f"[[{KEY}]]{end}"
    for key, value in entry.items():
        yield f"{key} = {value.isoformat() if isinstance(value, datetime.date) else _quoted(value)}{end}"


def _quoted(text: str) -> str:
    """A basic string of TOML 1.0: the escapes of JSON, and DEL too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _entry(rule: Accepted, reason: str, expires: datetime.date | None) -> dict[str, Any]:
    pairs = {
        "route": rule.route,
        "path": rule.path,
        "kind": rule.kind,
        "transition": rule.transition,
        "reason": reason,
        "expires": expires,
    }
    return {key: value for key, value in pairs.items() if value is not None}


def _with_id(new: Entry, old: Iterable[Entry]) -> Entry:
    """Tests that expect the difference go on to do so."""
    ids = [entry["id"] for entry in old if _is_same(entry, new) and "id" in entry]
    return {"id": ids[0], **new} if ids else new


def _is_same(old: Entry, new: Entry) -> bool:
    return all(old.get(key, "*") == new.get(key, "*") for key in _COMPARED)


def _checked(text: str, before: str, entries: list[Any]) -> str:
    """The new text, if it means what it should: all else as before, and these entries."""
    expected = {key: value for key, value in tomllib.loads(before).items() if key != KEY}
    if entries:
        expected[KEY] = entries
    try:
        is_right = tomllib.loads(text) == expected
    except tomllib.TOMLDecodeError:
        is_right = False
    if not is_right:
        raise ShadowError(f"{KEY}: expected entries that begin with [[{KEY}]], got another layout; edit them by hand")
    return text
