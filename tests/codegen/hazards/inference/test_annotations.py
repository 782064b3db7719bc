"""What annotations say."""

from collections.abc import Callable
from pathlib import Path

import pytest

from crossfade.codegen.hazards import scan_tree

Write = Callable[..., Path]
HEAD = "import typing, datetime, re\nfrom collections.abc import Iterator, Sequence\nfrom typing import Optional, Dict, Tuple\n"


@pytest.mark.parametrize(
    ("annotation", "expression", "pitfall_id"),
    [
        ("str", "len(a)", "C1"),
        ("'str'", "len(a)", "C1"),
        ("Optional[str]", "len(a)", "C1"),
        ("str | None", "len(a)", "C1"),
        ("typing.Union[str, None]", "len(a)", "C1"),
        ("list[str]", "len(a[0])", "C1"),
        ("Sequence[str]", "len(a[0])", "C1"),
        ("Iterator[str]", "len(next(a))", "C1"),
        ("dict[str, str]", "len(a['x'])", "C1"),
        ("Dict[str, 'str']", "len(a['x'])", "C1"),
        ("Tuple[int, str]", "len(a[1])", "C1"),
        ("tuple[str, ...]", "len(a[0])", "C1"),
        ("datetime.timedelta", "str(a)", "H11"),
        ("re.Pattern", "a.split('x')", "D5"),
        ("float", "f'{a}'", "A1"),
    ],
)
def test_reads_an_annotation(write: Write, annotation: str, expression: str, pitfall_id: str) -> None:
    """Of a parameter, in each spelling."""
    folder = write(a=f"{HEAD}def f(a: {annotation}):\n    return {expression}\n")
    assert pitfall_id in {hazard.pitfall_id for hazard in scan_tree(folder)}


@pytest.mark.parametrize(
    "annotation",
    ["'not a type ('", "'\\\\d'", "lambda: 1", "tuple[()]", "list[1]", "f'{x}'", "'" + "a" * 300 + "'", "a.b[c](d)"],
)
def test_takes_any_annotation(write: Write, annotation: str) -> None:
    """What is not understood is unknown."""
    assert scan_tree(write(a=f"{HEAD}def f(a: {annotation}):\n    return len(a)\n")) == ()
