"""How many hazards a scan finds in code that nobody wrote for it."""

import ast
import importlib.util
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from crossfade.codegen.hazards import scan_tree

Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of some folders together.

    ``lines`` are neither blank nor comments; ``code_lines`` are those without docstrings. ``flags`` are hazards, of
    which each stands for one pitfall in one function; ``lines_named`` counts the further lines that they name, too.
    """

    files: int
    lines: int
    code_lines: int
    flags: int
    lines_named: int
    by_pitfall: Mapping[str, int]

    @property
    def per_100_lines(self) -> float:
        """Flags for each 100 lines."""
        return 100 * self.flags / self.lines


def package_folder(name: str) -> Path:
    """Where a package that can be imported lies. Raises: ValueError: it is none."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ValueError(f"{name}: expected a package that can be imported, got none")
    return Path(spec.submodule_search_locations[0])


def figures_of(*folders: Path) -> Figures:
    """Scans some folders; each is a tree of its own."""
    hazards = [hazard for folder in folders for hazard in scan_tree(folder)]
    texts = [path.read_text(encoding="utf-8") for folder in folders for path in sorted(folder.rglob("*.py"))]
    return Figures(
        files=len(texts),
        lines=sum(len(_lines(text)) for text in texts),
        code_lines=sum(len(_lines(text) - _docstring_lines(text)) for text in texts),
        flags=len(hazards),
        lines_named=sum(1 + len(hazard.also) for hazard in hazards),
        by_pitfall=Counter(hazard.pitfall_id for hazard in hazards),
    )


def _lines(text: str) -> set[int]:
    lines = enumerate(text.splitlines(), 1)
    return {number for number, line in lines if line.strip() and not line.strip().startswith("#")}


def _docstring_lines(text: str) -> set[int]:
    found = set[int]()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, Documented) and ast.get_docstring(node) is not None:
            first = node.body[0]
            found.update(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    return found
