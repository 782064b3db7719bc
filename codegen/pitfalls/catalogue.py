"""Reads the catalogue, once."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Pitfall:
    """One entry: why the two languages differ, and what to write in Java.

    ``java_call`` is the same in a project that crossfade generated: short Java text, which may use PySemantics and
    several calls with ``; `` between them. It is empty where no call fixes it.
    """

    id: str
    title: str
    why: str
    java_fix: str
    java_call: str = ""


def find_pitfall(pitfall_id: str) -> Pitfall | None:
    """The entry of an id such as ``B11``; None where there is none."""
    return all_pitfalls().get(pitfall_id)


@cache
def all_pitfalls() -> Mapping[str, Pitfall]:
    """All entries by id, in the order of the groups."""
    return {
        entry["id"]: Pitfall(**entry)
        for path in sorted(_FOLDER.glob("*.toml"))
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["pitfall"]
    }
