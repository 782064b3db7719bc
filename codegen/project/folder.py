"""The shell around the plan: reads a folder, carries out the plan."""

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from crossfade.codegen.project.disk import Disk
from crossfade.codegen.project.errors import ProjectError
from crossfade.codegen.project.journal import apply, carry_on, is_pending
from crossfade.codegen.project.manifest import manifest_of
from crossfade.codegen.project.merge import git_merge
from crossfade.codegen.project.paths import check_rendering
from crossfade.codegen.project.plan import make_plan
from crossfade.codegen.project.records import BASE_FOLDER, MANIFEST_PATH, OWN_FOLDER, Found, Manifest, Plan, Rendering

try:
    import fcntl
except ModuleNotFoundError:  # Windows has none; there two runs at once are a person's own care
    fcntl = None  # type: ignore[assignment]


def write_project(
    rendering: Rendering, folder: Path, *, force: bool = False, confirm: Callable[[], None] = lambda: None
) -> Plan:
    """Brings a folder up to a rendering and returns what was done; with ``stops`` in it, nothing was.

    ``force`` overwrites files of ``gen`` that were changed by hand. Where nothing changes, no file is touched.
    ``confirm`` is the last word, after which files move to their places.
    Raises: ProjectError: the folder, a path in it, the manifest or git can't be used; another run is at work. What
        ``confirm`` raises.
    """
    check_rendering(rendering)
    with _written(folder), _alone(folder):
        disk = Disk(folder)
        if is_pending(disk):
            carry_on(disk)
            disk = Disk(folder)
        plan = make_plan(rendering, _find(disk, rendering), git_merge, force=force)
        if plan.ops and not plan.stops:
            apply(disk, plan.ops, confirm)
        else:
            confirm()
        return plan


def check_project(rendering: Rendering, folder: Path) -> Plan:
    """What write_project would do; writes nothing. Raises: ProjectError, and where an earlier run was cut off."""
    check_rendering(rendering)
    disk = Disk(folder)
    if folder.is_dir() and is_pending(disk):
        message = f"{folder}: expected a finished run, got an interrupted one; run crossfade generate without --check"
        raise ProjectError(message, exit_code=1)
    return make_plan(rendering, _find(disk, rendering), git_merge, force=False)


def _find(disk: Disk, rendering: Rendering) -> Found:
    """What the plan is made of; handlers are looked for and not read."""
    manifest_file = disk.read(MANIFEST_PATH)
    manifest = Manifest() if manifest_file is None else manifest_of(manifest_file, str(disk.folder / MANIFEST_PATH))
    read = {*rendering.gen, *rendering.scaffold, *manifest.gen, *manifest.scaffold}
    handlers = {*rendering.handlers, *rendering.beside, *manifest.handlers}
    bases = {path: disk.read(f"{BASE_FOLDER}/{path}") for path in sorted(manifest.scaffold)}
    files = {path: disk.read(path) for path in sorted(read - handlers)}
    return Found(
        manifest=manifest,
        manifest_file=manifest_file,
        files={path: content for path, content in files.items() if content is not None},
        handlers=frozenset(path for path in handlers if disk.status(path) is not None),
        bases={path: content for path, content in bases.items() if content is not None},
    )


@contextlib.contextmanager
def _written(folder: Path) -> Iterator[None]:
    """A folder that can't be written is one line, wherever it shows."""
    try:
        yield
    except OSError as error:
        where = error.filename2 or error.filename or folder
        message = f"{where}: expected to write there, got {error.strerror}; fix that and run again to continue"
        raise ProjectError(message, exit_code=4) from None


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One run at a time in a folder. The lock is on the tool's folder itself, so that no file is touched."""
    own = folder / OWN_FOLDER
    if own.is_symlink():
        raise ProjectError(f"{own}: expected a folder, got a symbolic link; move it away")
    if folder.exists() and not folder.is_dir():
        raise ProjectError(f"{folder}: expected a folder, got a file; choose another --out")
    own.mkdir(parents=True, exist_ok=True)
    handle = os.open(own, os.O_RDONLY) if fcntl is not None else None
    try:
        if handle is not None:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        message = f"{folder}: expected no other run, got a crossfade generate that is still running; wait for it"
        raise ProjectError(f"{message} and run again", exit_code=4) from None
    finally:
        if handle is not None:
            os.close(handle)
        with contextlib.suppress(OSError):  # not empty: that is, but for a run that was stopped in a new folder
            own.rmdir()
