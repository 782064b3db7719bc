"""The only file operations of this room: never through a link, never half a file."""

import contextlib
import os
import shutil
import stat
from pathlib import Path

from crossfade.codegen.project.errors import ProjectError

_FILE_MODE, _EXECUTABLE_MODE = 0o666, 0o777  # less the umask


class Disk:
    """The files below one folder, by their paths in it. Remembers which folders were looked at and are none's links."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._root = f"{folder}{os.sep}"  # joined as texts: a large project has thousands of paths
        self._safe: set[str] = {""}

    def status(self, path: str) -> os.stat_result | None:
        """What stands at a path, None where nothing is.

        Raises: ProjectError: a link in the way or at the end, or neither file nor folder where one of them must be.
        """
        parent, _, _ = path.rpartition("/")
        if not self._is_folder(parent):
            return None
        found = self._lstat(path)
        if found is not None and not stat.S_ISREG(found.st_mode):
            raise ProjectError(f"{self.folder / path}: expected a file, got {_kind(found)}; move it away")
        return found

    def read(self, path: str) -> bytes | None:
        """The content of a file, None where nothing is. Raises: ProjectError, as status."""
        if self.status(path) is None:
            return None
        try:
            with open(self._root + path, "rb") as file:  # noqa: PTH123
                return file.read()
        except OSError as error:
            raise ProjectError(f"{self.folder / path}: expected a readable file, got {error.strerror}") from None

    def put(self, path: str, content: bytes, *, executable: bool = False) -> None:
        """A new file, where nothing may be; its folders are made."""
        self.make_folders(path)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        handle = os.open(self._root + path, flags, _EXECUTABLE_MODE if executable else _FILE_MODE)
        with os.fdopen(handle, "wb") as file:
            file.write(content)

    def move(self, source: str, target: str) -> None:
        """Puts a file in another's place, in one step, with the mode of the one that was there."""
        old = self.status(target)
        if old is None:
            self.make_folders(target)
        else:
            (self.folder / source).chmod(stat.S_IMODE(old.st_mode))
        os.replace(self._root + source, self._root + target)  # noqa: PTH105

    def remove(self, path: str) -> None:
        """Takes a file away, and the folders that are empty then."""
        (self.folder / path).unlink(missing_ok=True)
        for parent in (self.folder / path).relative_to(self.folder).parents[:-1]:
            with contextlib.suppress(OSError):  # not empty
                (self.folder / parent).rmdir()
                self._safe.discard(parent.as_posix())

    def clear(self, path: str) -> None:
        """Takes a folder away with all that is in it. Raises: ProjectError: it is no folder."""
        if self._is_folder(path):
            shutil.rmtree(self.folder / path)
            self._safe = {""}

    def make_folders(self, path: str) -> None:
        """The folders above a path."""
        parent, _, _ = path.rpartition("/")
        if not self._is_folder(parent):
            (self.folder / parent).mkdir(parents=True, exist_ok=True)
            self._is_folder(parent)

    def _is_folder(self, path: str) -> bool:
        """Whether it is there. Raises: ProjectError: a link or a file is on the way."""
        if path in self._safe:
            return True
        parent, _, _ = path.rpartition("/")
        if not self._is_folder(parent):
            return False
        found = self._lstat(path)
        if found is None:
            return False
        if not stat.S_ISDIR(found.st_mode):
            raise ProjectError(f"{self.folder / path}: expected a folder, got {_kind(found)}; move it away")
        self._safe.add(path)
        return True

    def _lstat(self, path: str) -> os.stat_result | None:
        try:
            return os.lstat(self._root + path)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ProjectError(f"{self.folder / path}: expected to read it, got {error.strerror}") from None


def _kind(found: os.stat_result) -> str:
    if stat.S_ISLNK(found.st_mode):
        return "a symbolic link"
    if stat.S_ISDIR(found.st_mode):
        return "a folder"
    return "a file" if stat.S_ISREG(found.st_mode) else "a special file"
