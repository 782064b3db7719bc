"""What is rendered, what was found in the folder, and what has to be done there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

OWN_FOLDER = ".crossfade-generate"
MANIFEST_PATH = f"{OWN_FOLDER}/manifest.json"
BASE_FOLDER = f"{OWN_FOLDER}/base"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """A whole project as it would be in an empty folder: the content of each file by its path (``/`` on any system).

    ``gen`` is overwritten, ``handlers`` are created once, ``scaffold`` is merged. ``beside`` are handlers' tests, each
    with its handler's path: created with the handler, and as much a person's from then on. ``executable`` names the
    files that get the executable bit. The manifest keeps the rest: ``rpcs`` is the handler's path of each RPC,
    ``final``: the project has no mode switch any more, ``source`` is a digest of what it was rendered from.
    """

    gen: Mapping[str, bytes]
    handlers: Mapping[str, bytes]
    scaffold: Mapping[str, bytes]
    beside: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)
    executable: frozenset[str] = frozenset()
    rpcs: Mapping[str, str] = field(default_factory=dict)
    final: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a run remembers: digests of ``gen``, and the paths that the other two zones ever had."""

    gen: Mapping[str, str] = field(default_factory=dict)
    handlers: frozenset[str] = frozenset()
    scaffold: frozenset[str] = frozenset()
    rpcs: Mapping[str, str] = field(default_factory=dict)
    final: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is in the folder: contents of gen and scaffold, only the presence of handlers, the pristine scaffold.

    ``manifest_file`` is the manifest as it is on disk, None where there is none.
    """

    manifest: Manifest
    manifest_file: bytes | None
    files: Mapping[str, bytes]
    handlers: frozenset[str]
    bases: Mapping[str, bytes]


class Verb(StrEnum):
    """What is done to one file; ``create`` never overwrites, ``base`` changes the pristine copy alone."""

    WRITE = "write"
    CREATE = "create"
    DELETE = "delete"
    BASE = "base"


@dataclass(frozen=True, slots=True, kw_only=True)
class Op:
    """One step. ``was`` is the digest of what is expected there, None for nothing; ``base`` the new pristine copy."""

    verb: Verb
    path: str
    was: str | None = None
    content: bytes | None = None
    base: bytes | None = None
    drop_base: bool = False
    executable: bool = False


class Fate(StrEnum):
    """What becomes of one file, as a person reads it."""

    CREATED = "created"
    UPDATED = "updated"
    MERGED = "merged"
    DELETED = "deleted"
    CONFLICT = "conflict"
    ORPHAN = "orphan"
    KEPT_DELETED = "kept deleted"
    FOREIGN = "not ours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What became of a file; ``detail`` is why, or what to do."""

    fate: Fate
    path: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A file of ``gen`` that a person changed; ``diff`` leads from what is there to what would be written."""

    path: str
    diff: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What has to be done. With ``stops`` nothing is done. Conflicts are among the notes."""

    ops: tuple[Op, ...]
    notes: tuple[Note, ...]
    stops: tuple[Changed, ...]

    @property
    def conflicts(self) -> tuple[Note, ...]:
        """The files that a person must look at."""
        return tuple(note for note in self.notes if note.fate is Fate.CONFLICT)

    @property
    def is_clean(self) -> bool:
        """Whether there is nothing to do and no question for a person."""
        return not (self.ops or self.stops or self.conflicts)
