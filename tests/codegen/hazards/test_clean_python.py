"""Code that nobody wrote for the scan is flagged seldom."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

MAX_PER_100_LINES = 2.5
BENCH = Path(__file__).parents[3] / "bench" / "hazards" / "figures.py"


@pytest.fixture(scope="module")
def figures() -> ModuleType:
    """The module that bench/hazards/run.py counts with."""
    spec = importlib.util.spec_from_file_location("hazard_figures", BENCH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_flags_the_standard_library_seldom(figures: ModuleType) -> None:
    """Json and http together: at most 2.5 flags for 100 lines that are neither blank nor comments."""
    found = figures.figures_of(figures.package_folder("json"), figures.package_folder("http"))
    assert found.lines > 4000
    assert 0 < found.per_100_lines <= MAX_PER_100_LINES


def test_counts_lines_as_it_says(figures: ModuleType, tmp_path: Path) -> None:
    """Blank lines and comments are none, docstrings are lines but no code; a flag may name several lines."""
    (tmp_path / "a.py").write_text(
        '"""Two\nlines."""\n\n# one\ndef f(a):\n    """One."""\n    b = a // 2\n    return b // 3\n'
    )
    found = figures.figures_of(tmp_path)
    assert (found.files, found.lines, found.code_lines) == (1, 6, 3)
    assert (found.flags, found.lines_named, dict(found.by_pitfall)) == (1, 2, {"B6": 1})


def test_knows_packages_only(figures: ModuleType) -> None:
    """A module that is one file, or is not there, is refused."""
    with pytest.raises(ValueError, match="nowhere: expected a package"):
        figures.package_folder("nowhere")
    with pytest.raises(ValueError, match="abc: expected a package"):
        figures.package_folder("abc")
