"""Small projects: a rendering of three zones, a folder to write it into, and what is in a folder."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from crossfade.codegen.project import Plan, Rendering, write_project
from crossfade.codegen.project.records import Found, Manifest
from crossfade.codegen.project.text import digest

Files = Mapping[str, str | bytes]
Tree = dict[str, bytes]
NONE: Mapping[str, Any] = MappingProxyType({})


def as_bytes(files: Files) -> Tree:
    return {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}


def rendering(
    gen: Files = NONE,
    handlers: Files = NONE,
    scaffold: Files = NONE,
    executable: tuple[str, ...] = (),
    beside: Mapping[str, tuple[str, bytes]] = NONE,
) -> Rendering:
    return Rendering(
        gen=as_bytes(gen),
        handlers=as_bytes(handlers),
        scaffold=as_bytes(scaffold),
        beside=beside,
        executable=frozenset(executable),
        rpcs={f"pkg.Service/{Path(path).stem}": path for path in handlers},
    )


@pytest.fixture
def render() -> Callable[..., Rendering]:
    """A rendering of texts."""
    return rendering


@pytest.fixture
def small() -> Rendering:
    """One file of each zone."""
    return rendering(
        gen={"gen/A.java": "class A {}\n"},
        handlers={"src/AHandler.java": "class AHandler {}\n"},
        scaffold={"pom.xml": "<a>\n<b>\n<c>\n<d>\n<e>\n"},
    )


@pytest.fixture
def tree() -> Callable[[Path], Tree]:
    """All files below a folder with their contents."""

    def tree(folder: Path) -> Tree:
        return {
            path.relative_to(folder).as_posix(): path.read_bytes() if not path.is_symlink() else bytes(path.readlink())
            for path in sorted(folder.rglob("*"))
            if path.is_file() or path.is_symlink()
        }

    return tree


@pytest.fixture
def stamps() -> Callable[[Path], dict[str, tuple[int, int]]]:
    """Which file stands where since when: a file that was written anew has another number or another time."""

    def stamps(folder: Path) -> dict[str, tuple[int, int]]:
        return {
            path.relative_to(folder).as_posix(): (path.stat().st_ino, path.stat().st_mtime_ns)
            for path in folder.rglob("*")
        }

    return stamps


@pytest.fixture
def fates() -> Callable[[Plan], dict[str, str]]:
    """What became of each file that is told of."""
    return lambda plan: {note.path: note.fate.value for note in plan.notes}


@pytest.fixture
def found() -> Callable[..., Found]:
    """What is in a folder in which ``before`` was written and ``now`` is there; None takes a file away."""

    def found(before: Rendering, now: Mapping[str, str | bytes | None] = NONE) -> Found:
        all_files: dict[str, bytes | None] = {**before.gen, **before.handlers, **before.scaffold}
        all_files |= {path: text.encode() if isinstance(text, str) else text for path, text in now.items()}
        there = {path: content for path, content in all_files.items() if content is not None}
        handlers = frozenset(path for path in there if path in before.handlers or "Handler" in path)
        return Found(
            manifest=Manifest(
                gen={path: digest(content) for path, content in before.gen.items()},
                handlers=frozenset({*before.handlers, *before.beside}),
                scaffold=frozenset(before.scaffold),
            ),
            manifest_file=None,
            files={path: content for path, content in there.items() if path not in handlers},
            handlers=handlers,
            bases=before.scaffold,
        )

    return found


@pytest.fixture
def written(tmp_path: Path, small: Rendering) -> Path:
    """A folder into which ``small`` was written."""
    folder = tmp_path / "project"
    write_project(small, folder)
    return folder
