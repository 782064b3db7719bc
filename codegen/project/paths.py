"""Which paths a rendering may name: below the folder, portable, and never two that mean one file."""

import re
from collections.abc import Iterable

from crossfade.codegen.project.errors import ProjectError
from crossfade.codegen.project.records import OWN_FOLDER, Rendering

_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f\\:*?"<>|]')  # what Windows refuses, and what hides in a terminal
_PLAIN = re.compile(r"[A-Za-z0-9_][\w.$-]{0,99}(/[A-Za-z0-9_][\w.$-]{0,99})*", re.ASCII)  # nearly all that is generated
_OTHERS = frozenset({OWN_FOLDER, ".git", ".hg", ".svn"})
_MAX_PART_BYTES = 255


def check_path(path: str) -> None:
    """Raises: ProjectError: the path leaves the folder, can't exist on some system, or belongs to somebody else."""
    if _PLAIN.fullmatch(path):
        return
    parts = path.split("/")
    bad = (
        path.startswith("/")
        or any(part in {"", ".", ".."} for part in parts)
        or _FORBIDDEN.search(path)
        or not _encodes(path)
        or any(len(part.encode()) > _MAX_PART_BYTES for part in parts)
    )
    if bad:
        raise ProjectError(f"contract: expected relative paths inside the project, got {path!r}; nothing was written")
    if parts[0].lower() in _OTHERS:
        expected = f"paths outside {parts[0]}, which is not generated"
        raise ProjectError(f"contract: expected {expected}, got {path!r}; nothing was written")


def check_rendering(rendering: Rendering) -> None:
    """Raises: ProjectError: a path that may not be, or two paths for one file, also where letter case is ignored."""
    seen: dict[str, str] = {}
    paths = [*rendering.gen, *rendering.handlers, *rendering.beside, *rendering.scaffold]
    for path in paths:
        check_path(path)
        other = seen.setdefault(path.casefold(), path)
        if other is not path:
            raise ProjectError(f"{path}: expected one file of this name, also got {other}; rename one in the contract")
    for folder, path in _folders(paths).items():
        if folder.casefold() in seen:
            raise ProjectError(f"{path}: expected a folder {folder}, got a file of that name as well; rename one")


def _folders(paths: Iterable[str]) -> dict[str, str]:
    """``a/b/c.txt`` gives ``a/b`` and ``a``: each folder, with one path that goes through it."""
    folders: dict[str, str] = {}
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in folders:
            folders[folder] = path
            folder = folder.rpartition("/")[0]
    return folders


def _encodes(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
