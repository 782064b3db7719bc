"""The parts of a module that are looked at one by one."""

import ast

from crossfade.codegen.hazards.source.files import File
from crossfade.codegen.hazards.source.units import Module, units_of

SOURCE = """
import re
LIMIT = 10
PATTERN: object = re.compile("a")
class Outer:
    field = 1
    def method(self):
        def inner():
            return 3
        return [lambda: 4, inner]
    class Nested:
        def deep(self): ...
if LIMIT:
    def conditional(): ...
if __name__ == "__main__":
    def script(): ...
"""


def module(text: str) -> Module:
    """A module named ``app``."""
    return Module(name="app", package="", file=File(path="app.py", tree=ast.parse(text), lines=tuple(text.split("\n"))))


def test_names_each_unit_by_where_it_is_defined() -> None:
    """Functions, class bodies and top-level assignments; a script's part is left out."""
    units, classes = units_of(module(SOURCE))
    assert [unit.id for unit in units] == [
        "app:",
        "app:=LIMIT",
        "app:=PATTERN",
        "app:Outer",
        "app:Outer.method",
        "app:Outer.method.inner",
        "app:Outer.Nested",
        "app:Outer.Nested.deep",
        "app:conditional",
    ]
    assert [found.id for found in classes] == ["app:Outer", "app:Outer.Nested"]
    assert classes[0].methods == {"method": "app:Outer.method"}


def test_knows_methods_from_functions_within_functions() -> None:
    """Only what stands in a class body has an owner."""
    owners = {unit.id: unit.owner for unit in units_of(module(SOURCE))[0]}
    assert owners["app:Outer.method"] == "app:Outer"
    assert owners["app:Outer.method.inner"] == ""
    assert owners["app:Outer.Nested.deep"] == "app:Outer.Nested"


def test_gives_each_node_to_one_unit() -> None:
    """A lambda belongs to where it stands, an inner function to itself."""
    numbers = {
        unit.id: [node.value for node in unit.nodes if isinstance(node, ast.Constant) and isinstance(node.value, int)]
        for unit in units_of(module(SOURCE))[0]
    }
    assert numbers["app:Outer.method"] == [4]
    assert numbers["app:Outer.method.inner"] == [3]
    assert numbers["app:Outer"] == [1]
    assert numbers["app:=LIMIT"] == [10]
