"""The burn-down: how far each RPC of a generated project is. Reads the folder, writes nothing."""

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from crossfade.codegen.project.disk import Disk
from crossfade.codegen.project.errors import ProjectError
from crossfade.codegen.project.manifest import read_manifest
from crossfade.codegen.project.modes import Mode, ModeKind, Modes, parse_modes

_NOT_PORTED = re.compile(rb"\bnew\s+(?:[\w.]+\.)?NotPortedException\s*\(")
_COMMENT = re.compile(rb'"(?:\\.|[^"\\\n])*"|(/\*.*?\*/|//[^\n]*)', re.DOTALL)
_HAZARD = re.compile(rb"^\s*// [A-Z]\d+ \S.*:\d+: ", re.MULTILINE)


class HandlerState(StrEnum):
    """Of an RPC's file. ``deleted``: it was created once and is not there."""

    PORTED = "ported"
    NOT_PORTED = "not ported"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class RpcProgress:
    """One RPC. ``hazards`` are open ones: the notes in its handler, as long as that is not written."""

    rpc: str
    handler: str
    state: HandlerState
    mode: Mode
    hazards: int

    @property
    def is_done(self) -> bool:
        """Whether its handler alone answers."""
        return self.state is HandlerState.PORTED and self.mode.kind is ModeKind.PORTED


def read_progress(folder: Path, modes_file: Path) -> tuple[RpcProgress, ...]:
    """All RPCs of a project, by name. Without a modes file every RPC is in LEGACY.

    Raises: ProjectError: the folder has no generated project, or a file can't be read.
    """
    manifest = read_manifest(folder)
    if manifest is None:
        raise ProjectError(f"{folder}: expected a project of crossfade generate, got none; name its folder")
    modes, disk = _modes(modes_file), Disk(folder)
    return tuple(_progress(rpc, path, disk.read(path), modes.of(rpc)) for rpc, path in sorted(manifest.rpcs.items()))


def _progress(rpc: str, path: str, handler: bytes | None, mode: Mode) -> RpcProgress:
    if handler is None:
        return RpcProgress(rpc=rpc, handler=path, state=HandlerState.DELETED, mode=mode, hazards=0)
    code = _COMMENT.sub(lambda found: b"" if found[1] else found[0], handler)
    is_open = _NOT_PORTED.search(code) is not None
    return RpcProgress(
        rpc=rpc,
        handler=path,
        state=HandlerState.NOT_PORTED if is_open else HandlerState.PORTED,
        mode=mode,
        hazards=len(_HAZARD.findall(handler)) if is_open else 0,
    )


def _modes(path: Path) -> Modes:
    try:
        return parse_modes(path.read_text(encoding="utf-8"), str(path))
    except FileNotFoundError:
        return Modes()
    except UnicodeDecodeError:
        raise ProjectError(f"{path}: expected UTF-8, got other bytes; save the file as UTF-8") from None
    except OSError as error:
        raise ProjectError(f"{path}: expected a readable file, got {error.strerror}") from None
