"""Reads the Python files of a folder. Nothing is run or imported, and a bad file costs a warning, not the scan."""

import ast
import os
import stat
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MAX_FILES = 5_000
MAX_FILE_BYTES = 2_000_000
MAX_TOTAL_BYTES = 20_000_000
MAX_DEPTH = 150  # of nesting; what walks over the tree goes down by recursion, a few frames for each level
GENERATED = ("_pb2.py", "_pb2_grpc.py")
OUTSIDE = frozenset({"node_modules", "site-packages", "__pycache__", "venv", "test", "tests", "testing"})


class SourceError(Exception):
    """A folder that can't be scanned: one line with the place, what was expected, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file that could be read; ``path`` is relative, with slashes."""

    path: str
    tree: ast.Module
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """All files that could be read, by path, and what was left out, with the reason."""

    files: tuple[File, ...]
    warnings: tuple[str, ...]


@dataclass(slots=True)
class _Budget:
    files: int = MAX_FILES
    size_bytes: int = MAX_TOTAL_BYTES
    warnings: list[str] = field(default_factory=list)


def read_files(folder: Path) -> Files:
    """The Python files below a folder, without tests, generated code, hidden folders and virtual environments.

    Raises: SourceError: it is no folder.
    """
    root = folder.resolve()
    if not root.is_dir():
        raise SourceError(f"{folder}: expected a folder of Python source, got none; check --legacy-source")
    budget = _Budget()
    files = []
    for path in _python_files(root, budget):
        relative = path.relative_to(root).as_posix()
        data = _read(path, root, relative, budget)
        if data is not None and (file := _parse(data, relative, budget)) is not None:
            files.append(file)
    return Files(files=tuple(files), warnings=tuple(budget.warnings))


def _python_files(root: Path, budget: _Budget) -> Iterator[Path]:
    def unreadable(error: OSError) -> None:
        reason = error.strerror or "none"
        _warn(budget, _below(root, error.filename), "a folder to read", reason, "its files are not scanned")

    for folder, folders, names in os.walk(root, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not _is_outside(Path(folder) / name))
        for name in sorted(names):
            if not name.endswith(".py") or name.endswith(GENERATED) or _is_test(name):
                continue
            if budget.files == 0:
                _warn(budget, ".", f"at most {MAX_FILES} Python files", "more", "the rest is not scanned")
                return
            budget.files -= 1
            yield Path(folder) / name


def _below(root: Path, name: str | None) -> str:
    return Path(name).relative_to(root).as_posix() if name else "."


def _is_outside(folder: Path) -> bool:
    return folder.name.startswith(".") or folder.name in OUTSIDE or (folder / "pyvenv.cfg").exists()


def _is_test(name: str) -> bool:
    return name.startswith("test_") or name.endswith("_test.py") or name == "conftest.py"


def _read(path: Path, root: Path, relative: str, budget: _Budget) -> bytes | None:
    """The bytes of a file, None with a warning where it should not or can't be read."""
    try:
        refused = _refusal(path, root)
        if refused is not None:
            _warn(budget, relative, *refused, "it is not scanned")
            return None
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES)
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle, before Python 3.13
        reason = getattr(error, "strerror", None) or str(error)
        _warn(budget, relative, "a file to read", reason, "it is not scanned")
        return None
    if len(data) > budget.size_bytes:
        _warn(budget, relative, f"at most {MAX_TOTAL_BYTES} bytes in all", "more", "it is not scanned")
        return None
    budget.size_bytes -= len(data)
    return data


def _refusal(path: Path, root: Path) -> tuple[str, str] | None:
    """What was expected and what is there instead, None for a file to read."""
    if not path.resolve().is_relative_to(root):
        return "a file below the folder", "a link that leaves it"
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        return "a regular file", "a special file"
    if status.st_size > MAX_FILE_BYTES:
        return f"at most {MAX_FILE_BYTES} bytes", str(status.st_size)
    return None


def _parse(data: bytes, relative: str, budget: _Budget) -> File | None:
    try:
        tree = _quietly(data, "exec")
    except SyntaxError as error:
        where = f"{relative}:{error.lineno or 1}"
        _warn(budget, where, "Python 3", f"a syntax error ({error.msg})", "the file is not scanned")
        return None
    except (ValueError, RecursionError, MemoryError) as error:
        _warn(budget, relative, "Python 3", str(error) or type(error).__name__, "the file is not scanned")
        return None
    if _is_deeper(tree, MAX_DEPTH):
        _warn(budget, relative, f"nesting of at most {MAX_DEPTH}", "deeper nesting", "the file is not scanned")
        return None
    lines = data.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return File(path=relative, tree=tree, lines=tuple(lines))


def parse_expression(text: str) -> ast.expr:
    """The expression that a text holds. Raises: SyntaxError, ValueError: it holds none."""
    tree: ast.Expression = _quietly(text, "eval")
    return tree.body


def _quietly(source: bytes | str, mode: str) -> Any:  # noqa: ANN401 - the result depends on the mode
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a stranger's escapes and comparisons
        return compile(source, "source", mode, ast.PyCF_ONLY_AST)


def _is_deeper(tree: ast.AST, limit: int) -> bool:
    level: list[ast.AST] = [tree]
    for _ in range(limit):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return False
    return True


def _warn(budget: _Budget, where: str, expected: str, got: str, so: str) -> None:
    budget.warnings.append(f"{printable(where)}: expected {expected}, got {printable(got)}; {so}")


def printable(text: str) -> str:
    """What a stranger wrote, on one line and harmless for a terminal."""
    return "".join(char if char.isprintable() else " " for char in text)
