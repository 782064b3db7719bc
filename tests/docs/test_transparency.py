"""The page on transparency is what the tests prove."""

import runpy
from pathlib import Path
from typing import Any


def test_the_page_is_the_tests(root: Path) -> None:
    """Every row that a test shows stands in the page, and no other; `make transparency` writes it anew."""
    table: Any = runpy.run_path(str(root / "tests" / "transparency" / "table.py"))
    rows = table["read_rows"]()
    assert len(rows) > 30
    assert (root / "docs" / "explanation" / "transparency.md").read_text(encoding="utf-8") == table["render"](rows)
