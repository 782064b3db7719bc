"""Every module has a test file of its own, or the file that tests it is named."""

import ast
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

HOUSES = ("codegen", "shadow", "reports", "parity_tests", "tools")
LOGIC = 10
"""A module with no more statements in its functions than this is a record or a door: it is tested by what uses it."""
LIST = "tests/docs/tested_elsewhere.toml"


def read_list(root: Path) -> dict[str, str]:
    """The test file of each module that has none of its own."""
    listed = tomllib.loads((root / LIST).read_text(encoding="utf-8"))
    return {module: test for test, modules in listed.items() for module in modules}


def statements_in_functions(text: str) -> int:
    """How many there are, docstrings and nested definitions not counted."""
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    functions = (node for node in ast.walk(ast.parse(text)) if isinstance(node, definitions[:2]))
    inside = {node for function in functions for node in ast.walk(function) if isinstance(node, ast.stmt)}
    return sum(not isinstance(node, definitions) and not _is_text(node) for node in inside)


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def own_test(module: str) -> str:
    """``tests/shadow/pipe/test_frames.py`` of ``shadow/pipe/frames.py``; a package's is named like the package."""
    path = Path(module)
    if path.name == "__init__.py":
        return f"tests/{path.parent}/test_{path.parent.name}.py"
    return f"tests/{path.parent}/test_{path.stem.strip('_')}.py"


def problems(root: Path, listed: Mapping[str, str]) -> Iterator[str]:
    """A line for each module without a test file and for each line of the list that is no longer true."""
    modules = {str(path.relative_to(root)): path for house in HOUSES for path in (root / house).rglob("*.py")}
    for module, path in sorted(modules.items()):
        has_own, is_listed = (root / own_test(module)).exists(), module in listed
        if has_own and is_listed:
            yield f"{module}: expected no line in {LIST}, got one; {own_test(module)} is there, drop the line"
        if not has_own and not is_listed and (found := statements_in_functions(path.read_text("utf-8"))) > LOGIC:
            yield f"{module}: expected {own_test(module)} for {found} statements, got none; write it, or add to {LIST}"
    for module, test in sorted(listed.items()):
        if module not in modules:
            yield f"{LIST}: expected modules, got {module}, which is gone; drop it"
        if not (root / test).exists():
            yield f"{LIST}: expected test files, got {test}, which is gone; name the file that tests {module}"


def test_every_module_has_its_test_file(root: Path) -> None:
    """The house as it is."""
    assert list(problems(root, read_list(root))) == []


LONG = "def f(n):\n    '''Doc.'''\n    class A:\n        def g(self):\n" + "            n += 1\n" * (LOGIC + 1)


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A module with logic and its test, one that is tested elsewhere, and a record."""
    files = {
        "shadow/pipe/frames.py": LONG,
        "tests/shadow/pipe/test_frames.py": "",
        "shadow/pipe/cells.py": LONG,
        "shadow/pipe/records.py": LONG.removesuffix("            n += 1\n") + "TABLE = 1\n" * 50,
        "shadow/pipe/__init__.py": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


LISTED = {"shadow/pipe/cells.py": "tests/shadow/pipe/test_frames.py"}


def test_a_house_in_order(house: Path) -> None:
    """What has a test file, what is listed and what holds no logic."""
    assert list(problems(house, LISTED)) == []


@pytest.mark.parametrize(
    ("name", "listed", "problem"),
    [
        ("shadow/pipe/new.py", LISTED, "shadow/pipe/new.py: expected tests/shadow/pipe/test_new.py for 11 statements"),
        ("tools/new/__init__.py", LISTED, "tools/new/__init__.py: expected tests/tools/new/test_new.py for 11"),
        (None, {}, "shadow/pipe/cells.py: expected tests/shadow/pipe/test_cells.py for 11 statements, got none"),
        ("tests/shadow/pipe/test_cells.py", LISTED, "shadow/pipe/cells.py: expected no line in"),
        (None, LISTED | {"shadow/gone.py": "tests/shadow/pipe/test_frames.py"}, "got shadow/gone.py, which is gone"),
        (None, {"shadow/pipe/cells.py": "tests/test_gone.py"}, "got tests/test_gone.py, which is gone; name the file"),
    ],
)
def test_a_house_out_of_order(house: Path, name: str | None, listed: dict[str, str], problem: str) -> None:
    """One line for each thing that is wrong."""
    if name is not None:
        (house / name).parent.mkdir(parents=True, exist_ok=True)
        (house / name).write_text(LONG)
    (line,) = problems(house, listed)
    assert problem in line
