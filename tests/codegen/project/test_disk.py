"""Files below one folder: no link is followed, nothing is half written."""

import os
import stat
from pathlib import Path

import pytest

from crossfade.codegen.project import ProjectError
from crossfade.codegen.project.disk import Disk


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    return Disk(tmp_path)


def test_there_and_not_there(disk: Disk) -> None:
    """A file, nothing, and nothing in a folder that is not there."""
    disk.put("a/b/c.txt", b"x")
    assert disk.read("a/b/c.txt") == b"x"
    assert disk.read("a/b/d.txt") is None
    assert disk.read("x/y/z.txt") is None


@pytest.mark.parametrize("path", ["link", "folder/inside", "dangling"])
def test_a_link(disk: Disk, tmp_path: Path, path: str) -> None:
    """At the end or in the way, is neither read nor written through."""
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir()
    (outside / "inside").write_text("secret")
    (tmp_path / "link").symlink_to(outside / "inside")
    (tmp_path / "folder").symlink_to(outside)
    (tmp_path / "dangling").symlink_to(outside / "nothing")
    disk.put("new", b"x")
    for act in (lambda: disk.read(path), lambda: disk.status(path), lambda: disk.move("new", path)):
        with pytest.raises(ProjectError, match="got a symbolic link; move it away"):
            act()
    assert (outside / "inside").read_text() == "secret"
    assert not (outside / "nothing").exists()


def test_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    """A person named it."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    Disk(tmp_path / "link").put("a", b"x")
    assert (tmp_path / "real" / "a").read_bytes() == b"x"


def test_a_folder_where_a_file_is_and_the_other_way(disk: Disk, tmp_path: Path) -> None:
    """Is said, not written over."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").write_text("x")
    os.mkfifo(tmp_path / "pipe")
    for path, got in (("a", "expected a file, got a folder"), ("b/c", "expected a folder, got a file")):
        with pytest.raises(ProjectError, match=got):
            disk.read(path)
    with pytest.raises(ProjectError, match="expected a file, got a special file"):
        disk.read("pipe")


def test_a_file_is_put_only_where_nothing_is(disk: Disk) -> None:
    """A second one is an error of the caller."""
    disk.put("a", b"x")
    with pytest.raises(FileExistsError):
        disk.put("a", b"y")


def test_modes(disk: Disk, tmp_path: Path) -> None:
    """A new file has the usual mode, executable where asked for; one that is replaced keeps its own."""
    disk.put("new", b"", executable=True)
    disk.put("plain", b"")
    disk.put("other", b"")
    (tmp_path / "plain").chmod(0o640)
    disk.move("new", "plain")
    assert stat.S_IMODE((tmp_path / "plain").stat().st_mode) == 0o640
    disk.put("new", b"", executable=True)
    disk.move("new", "mvnw")
    assert (tmp_path / "mvnw").stat().st_mode & stat.S_IXUSR
    assert not (tmp_path / "other").stat().st_mode & stat.S_IXUSR


def test_empty_folders_go(disk: Disk, tmp_path: Path) -> None:
    """Up to the project's own folder and not further; one with another file stays, and can be used again."""
    disk.put("a/b/c", b"")
    disk.put("a/d", b"")
    disk.remove("a/b/c")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "d"]
    disk.remove("a/d")
    assert tmp_path.is_dir()
    disk.put("a/b/c", b"")
    assert (tmp_path / "a" / "b" / "c").exists()


def test_what_can_not_be_looked_at(tmp_path: Path) -> None:
    """A file in the place of the folder is one line."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(ProjectError, match="expected to read it"):
        Disk(tmp_path / "file").read("a")
