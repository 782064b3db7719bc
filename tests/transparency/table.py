"""docs/explanation/transparency.md out of the tests' own marks: ``make transparency`` writes it, tests/docs holds it against them."""

import ast
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
PAGE = FOLDER.parents[1] / "docs" / "explanation" / "transparency.md"

HEAD = """# Transparency

What a client gets and what legacy sees, directly and through the proxy. Each row is a test in `tests/transparency/` that runs the client named there both ways and compares; `make transparency` writes this page from those tests.

"Same" means: the same bytes, fields in their order and letter case, codes and timing of events, at both ends. The page covers the engine mitmproxy, and one protocol at both ends: HTTP/1.1 stays HTTP/1.1, HTTP/2 stays HTTP/2.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table; ``differs`` is empty where nothing does."""

    folder: str
    aspect: str
    client: str
    differs: str


def read_rows() -> list[Row]:
    """The rows in the order of files and tests. Raises: ValueError: a mark that is not made of plain text."""
    rows = []
    for path in sorted(FOLDER.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef):
                rows += [_row(path.parent.name, mark) for mark in node.decorator_list if _is_row(mark)]
    return rows


def _is_row(mark: ast.expr) -> bool:
    return isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.row"


def _row(folder: str, mark: ast.expr) -> Row:
    if not isinstance(mark, ast.Call):
        raise TypeError(mark)
    aspect, client = (ast.literal_eval(item) for item in mark.args)
    more = {str(item.arg): ast.literal_eval(item.value) for item in mark.keywords}
    return Row(folder=folder, aspect=aspect, client=client, differs=more.get("differs", ""))


def render(rows: list[Row]) -> str:
    """The page."""
    same = [f"| {row.aspect} | {row.client} |" for row in rows if not row.differs]
    differs = [f"| {row.aspect} | {row.client} | {row.differs} |" for row in rows if row.differs]
    return "\n".join(
        [
            HEAD,
            "## What is the same\n",
            "| aspect | client |\n|---|---|",
            *same,
            "\n## What differs, and why\n",
            "| aspect | client | what differs, and why |\n|---|---|---|",
            *differs,
            "",
        ]
    )


if __name__ == "__main__":
    PAGE.write_text(render(read_rows()), encoding="utf-8")
