"""Statements that nothing comes to."""

import ast

import pytest

from crossfade.codegen.hazards.flow.ends import never_run
from crossfade.codegen.hazards.source.files import File
from crossfade.codegen.hazards.source.units import Module, units_of


@pytest.mark.parametrize(
    ("body", "is_never"),
    [
        ("raise E", False),
        ("return 1\nraise E", True),
        ("context.abort(5, 'no')\nraise E", True),
        ("await context.abort(5, 'no')\nraise E", True),
        ("abort_call(context)\nraise E", True),
        ("abort_if(a, context)\nraise E", False),
        ("if a:\n    return 1\nraise E", False),
        ("if a:\n    return 1\nelse:\n    context.abort(5, 'no')\nraise E", True),
        ("try:\n    return f()\nexcept KeyError:\n    context.abort(5, 'no')\nraise E", True),
        ("try:\n    f()\nexcept KeyError:\n    context.abort(5, 'no')\nraise E", False),
        ("try:\n    return f()\nexcept KeyError:\n    pass\nraise E", False),
        ("with a:\n    return 1\nraise E", True),
        ("if a:\n    context.abort(5, 'no')\n    raise E", True),
    ],
)
def test_knows_what_never_runs(body: str, is_never: bool) -> None:
    """Behind a return, a raise, a call that aborts, or where all branches end so."""
    lines = "\n".join("    " + line for line in body.split("\n"))
    tree = ast.parse(f"async def f(context):\n{lines}\n")
    module = Module(name="a", package="", file=File(path="a.py", tree=tree, lines=()))
    unit = next(unit for unit in units_of(module)[0] if unit.id == "a:f")
    raised = next(node for node in unit.nodes if isinstance(node, ast.Raise))
    assert (raised in never_run(unit)) == is_never
