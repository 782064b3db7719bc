"""A run that is cut off anywhere is as good as done, or as good as not begun."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from crossfade.codegen.project import Plan, ProjectError, Rendering, check_project, write_project
from crossfade.codegen.project.disk import Disk
from crossfade.codegen.project.journal import carry_on, is_pending

LIST = ".crossfade-generate/journal/list.json"
OLD = "1\n2\n3\n4\n5\n6\n7\n"


class Cut(BaseException):
    """The process is gone."""


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int | None], None]]:
    """After so many operations on the disk the process is gone; None lets it live."""
    left: list[int | None] = [None]

    def patched(name: str) -> None:
        whole = getattr(Disk, name)

        def counted(self: Disk, *args: Any, **kwargs: Any) -> None:
            if left[0] is not None:
                left[0] -= 1
                if left[0] < 0:
                    raise Cut
            whole(self, *args, **kwargs)

        monkeypatch.setattr(Disk, name, counted)

    for name in ("put", "move", "remove"):
        patched(name)

    def cut(after: int | None) -> None:
        left[0] = after

    yield cut
    left[0] = None


@pytest.fixture
def before(tmp_path: Path, render: Callable[..., Rendering]) -> Path:
    """A folder that was written once and then edited: every kind of step is to come."""
    folder = tmp_path / "before"
    first = render(
        gen={"gen/Changes": "a", "gen/Goes": "a"},
        handlers={"src/AHandler": "a"},
        scaffold={"merged": OLD, "conflict": OLD, "updated": OLD, "goes": OLD, "deleted": OLD, "same": OLD},
    )
    write_project(first, folder)
    (folder / "merged").write_text(OLD.replace("1", "mine"))
    (folder / "conflict").write_text(OLD.replace("7", "mine"))
    (folder / "same").write_text(OLD.replace("7", "new"))
    (folder / "deleted").unlink()
    return folder


@pytest.fixture
def second(render: Callable[..., Rendering]) -> Rendering:
    """What is rendered then."""
    new = OLD.replace("7", "new")
    return render(
        gen={"gen/Changes": "b", "gen/Comes": "b"},
        handlers={"src/AHandler": "b", "src/BHandler": "b"},
        scaffold={"merged": new, "conflict": new, "updated": new, "deleted": new, "same": new, "comes": new},
    )


@pytest.fixture
def third(render: Callable[..., Rendering]) -> Rendering:
    """And after that."""
    new = OLD.replace("2", "newer").replace("7", "new")
    return render(
        gen={"gen/Changes": "c", "gen/Comes": "b"},
        handlers={"src/AHandler": "c", "src/BHandler": "c"},
        scaffold={"merged": new, "updated": new, "deleted": new, "same": new, "comes": new},
    )


def _cut_runs(cut: Any, before: Path, tmp_path: Path, second: Rendering) -> Iterator[Path]:
    """A copy of the folder for each place in which the run can be cut off."""
    for after in range(1000):
        folder = tmp_path / f"cut-{after}"
        shutil.copytree(before, folder)
        cut(after)
        try:
            write_project(second, folder)
        except Cut:
            cut(None)
            yield folder
        else:
            cut(None)
            assert after > 20
            return


@pytest.mark.slow
def test_cut_off_anywhere(
    cut: Any, before: Path, tmp_path: Path, second: Rendering, third: Rendering, tree: Any
) -> None:
    """The next run makes what one whole run makes, and so does one of the rendering after that."""
    for rendering in (second, third):
        whole = tmp_path / "whole"
        shutil.copytree(before, whole)
        write_project(second, whole)
        write_project(rendering, whole)
        late = tmp_path / "late"
        shutil.copytree(before, late)
        write_project(rendering, late)
        for folder in _cut_runs(cut, before, tmp_path, second):
            begun = is_pending(Disk(folder))
            write_project(rendering, folder)
            assert tree(folder) == tree(whole if begun else late), folder
            shutil.rmtree(folder)
        shutil.rmtree(tmp_path / "whole")
        shutil.rmtree(tmp_path / "late")
        shutil.rmtree(min(tmp_path.glob("cut-*")))


def test_cut_off_again(cut: Any, before: Path, tmp_path: Path, second: Rendering, tree: Any) -> None:
    """Carrying on can be cut off as well."""
    whole = tmp_path / "whole"
    shutil.copytree(before, whole)
    write_project(second, whole)
    for folder in _cut_runs(cut, before, tmp_path, second):
        while is_pending(Disk(folder)):
            cut(1)
            try:
                write_project(second, folder)
            except Cut:
                continue
            finally:
                cut(None)
        write_project(second, folder)
        assert tree(folder) == tree(whole)


def test_edited_in_between(cut: Any, before: Path, tmp_path: Path, second: Rendering) -> None:
    """What a person writes after the run was cut off survives, wherever that was."""
    for folder in _cut_runs(cut, before, tmp_path, second):
        for name in ("merged", "updated", "src/AHandler", "src/BHandler"):
            path = folder / name
            path.write_text((path.read_text() if path.exists() else "") + "kept by me\n")
        plan = write_project(second, folder)
        assert not plan.stops
        for name in ("merged", "updated", "src/AHandler", "src/BHandler"):
            assert "kept by me\n" in (folder / name).read_text(), (folder, name)


def test_a_check_says_so(cut: Any, before: Path, tmp_path: Path, second: Rendering, tree: Any) -> None:
    """And writes nothing."""
    for folder in _cut_runs(cut, before, tmp_path, second):
        there = tree(folder)
        if is_pending(Disk(folder)):
            with pytest.raises(ProjectError, match="got an interrupted one; run crossfade generate") as caught:
                check_project(second, folder)
            assert caught.value.exit_code == 1
        else:
            assert isinstance(check_project(second, folder), Plan)
        assert tree(folder) == there


@pytest.mark.parametrize(
    "content",
    [b"", b"{}x", b"1", b'[{"number": 0}]', b'[{"number": 0, "verb": "eat", "path": "a", "was": null}]'],
)
def test_a_list_that_is_none(tmp_path: Path, content: bytes) -> None:
    """Is not followed."""
    (tmp_path / LIST).parent.mkdir(parents=True)
    (tmp_path / LIST).write_bytes(content)
    with pytest.raises(ProjectError, match="expected an interrupted run's list"):
        carry_on(Disk(tmp_path))


@pytest.mark.parametrize("path", ["../victim", ".git/hooks/x"])
def test_a_list_that_leaves_the_folder(tmp_path: Path, path: str) -> None:
    """Deletes nothing elsewhere."""
    folder = tmp_path / "project"
    (folder / LIST).parent.mkdir(parents=True)
    entry = {"number": 0, "verb": "delete", "path": path, "was": None, "base": False, "drop_base": False}
    (folder / LIST).write_text(json.dumps([entry]))
    with pytest.raises(ProjectError, match="nothing was written"):
        carry_on(Disk(folder))
