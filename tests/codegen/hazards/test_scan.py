"""Hazards as records: where they are, what they say, each pitfall once for each function."""

import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossfade.codegen.contract import Contract
from crossfade.codegen.hazards import find_handlers, scan_tree

Write = Callable[..., Path]
CODE = [
    code
    for path in sorted((Path(__file__).parent / "detectors/cases").glob("*.toml"))
    for table in tomllib.loads(path.read_text(encoding="utf-8")).values()
    for rows in table.values()
    for code in rows
]
BLOCKS = ["{}", "if a:\n{}", "for y in xs:\n{}", "try:\n{}\nexcept KeyError:\n    pass", "class C:\n    def m(self, t):\n{}", "with a as b:\n{}", "def g(a, *b, **c):\n{}"]  # fmt: skip


def test_says_where_and_what(write: Write) -> None:
    """Relative path, line, the line itself, title and Java call."""
    (hazard,) = scan_tree(write(app__texts="x = 1\ndef f(a):\n    return a // 60  # hours\n"))
    assert (hazard.path, hazard.line, hazard.pitfall_id) == ("app/texts.py", 3, "B6")
    assert hazard.code == "return a // 60  # hours"
    assert hazard.advice.startswith("Division of negative integers: ")
    assert "floorDiv" in hazard.advice


def test_names_further_lines_of_the_same_function(write: Write) -> None:
    """One pitfall is said once for a function, with the other lines; another function has its own."""
    folder = write(
        a="def f(a):\n    b = a // 2\n    c = a // 3; d = a // 4\n    return a // 5, b, c, d\ndef g(a):\n    return a // 6\n"
    )
    assert [(hazard.line, hazard.also) for hazard in scan_tree(folder)] == [(2, (3, 4)), (6, ())]


def test_says_once_for_a_file_what_one_habit_settles(write: Write) -> None:
    """Upper and lower case under a Turkish locale."""
    folder = write(
        a="def f(a):\n    return a.lower()\ndef g(a):\n    return a.upper()\n", b="def f(a):\n    return a.lower()\n"
    )
    assert [(hazard.path, hazard.line, hazard.also) for hazard in scan_tree(folder)] == [
        ("a.py", 2, (4,)),
        ("b.py", 2, ()),
    ]


def test_cuts_and_cleans_the_line(write: Write) -> None:
    """At most 120 characters, all printable."""
    folder = write(a="def f(a):\n    return a // 2  # \x1b[31m" + "x" * 200 + "\n")
    (hazard,) = scan_tree(folder)
    assert len(hazard.code) == 120
    assert hazard.code.isprintable()


def test_points_at_the_method_in_a_chain(write: Write) -> None:
    """Not at the line where the chain begins."""
    folder = write(a="def f(a):\n    return (\n        a\n        .get()\n        .splitlines()\n    )\n")
    assert [hazard.line for hazard in scan_tree(folder)] == [5]


@pytest.mark.parametrize(
    "line",
    [
        "logging.info(str(float(a)))", "self.logger.debug('%s', str(0.1))", "print(a.lower())", "self.log_message(a.lower())",
        "logger.exception(f'{0.1}')", "_debug(a.lower())",
    ],
)  # fmt: skip
def test_leaves_out_what_is_only_logged(write: Write, line: str) -> None:
    """No client sees it."""
    assert scan_tree(write(a=f"import logging\ndef f(self, a, logger):\n    {line}\n")) == ()


def test_leaves_out_scripts(write: Write) -> None:
    """What runs under ``if __name__ == "__main__"`` serves nobody."""
    assert scan_tree(write(a='import sys\nif __name__ == "__main__":\n    x = int(sys.argv[1]) // 2\n')) == ()


def test_is_the_same_each_time(write: Write, contract: Contract) -> None:
    """Twice the same folder gives equal records in one order."""
    folder = write(
        **{
            f"m{number}": "def f(self, a, xs, d, s, t, n, m, x, data):\n    " + code.replace("\n", "\n    ")
            for number, code in enumerate(CODE[:200])
        }
    )
    first, second = find_handlers(folder, contract), find_handlers(folder, contract)
    assert first == second
    assert list(first.hazards) == sorted(first.hazards)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
@given(parts=st.lists(st.tuples(st.sampled_from(CODE), st.sampled_from(BLOCKS)), min_size=1, max_size=8))
def test_takes_any_mixture_of_code(tmp_path: Path, contract: Contract, parts: list[tuple[str, str]]) -> None:
    """In any order and nesting: never an exception, and each line that is named is one of the file."""
    text = "import json, re, demo_pb2_grpc\nclass Demo(demo_pb2_grpc.DemoServicer):\n  def Get(self, request, context, t: str, x: float):\n"
    for code, block in parts:
        indent = "    " if "m(self" not in block else "        "
        inner = block.format("\n".join(indent + line for line in code.split("\n"))) if block != "{}" else code
        text += "".join(f"    {line}\n" for line in inner.split("\n"))
    (tmp_path / "service.py").write_text(text, encoding="utf-8")
    found = find_handlers(tmp_path, contract)
    for hazard in found.hazards:
        for line in (hazard.line, *hazard.also):
            assert 1 <= line <= text.count("\n")


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "f(" * 70 + "1" + ")" * 70,
        "x = a" + ".decode()" * 70,
        "def f(x):\n  if x == 0: return 1\n"
        + "".join(f"  elif x == {number}: return {number}\n" for number in range(130)),
        "def f(c):\n  return c / (" + "n + " * 130 + "b)",
        "def f(d):\n  return 1 / d" + "[0]" * 130,
        "def f(d):\n  if d" + "[0]" * 130 + ": return d",
        "x = " + "[y for y in " * 45 + "z" + "]" * 45,
        "x = " + "a if b else " * 140 + "c",
        "x = " + "lambda: " * 140 + "1",
    ],
)
def test_goes_as_deep_as_files_may(write: Write, text: str) -> None:
    """What is not refused for its nesting is scanned without running out of stack."""
    assert isinstance(scan_tree(write(a=text + "\n")), tuple)


@pytest.mark.slow
@pytest.mark.parametrize(
    "line",
    [
        "re.compile('" + "[" * 500_000 + "')",
        "'%" + "0" * 500_000 + "' % a",
        "'" + "{" * 500_000 + "'.format(a)",
        "a.execute('" + "NOW " * 100_000 + "')",
        "; ".join(["a // 2"] * 20_000),
    ],
    ids=["pattern", "percent", "format", "sql", "many"],
)
def test_ends_soon_on_long_lines(write: Write, line: str) -> None:
    """Nothing that is looked for takes the square of a text's length."""
    start = time.process_time()
    scan_tree(write(a=f"import re\ndef f(a):\n    {line}\n"))
    assert time.process_time() - start < 20
