"""The parts of a module that are looked at one by one: each function, each class body, each top-level assignment."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from crossfade.codegen.hazards.source.files import File

Definition = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A file under the dotted name that it has within the folder; ``package`` is what its relative imports start at."""

    name: str
    package: str
    file: File


@dataclass(frozen=True, kw_only=True, eq=False)
class Unit:
    """Statements that run together: a function's, a class body's, or a module's.

    ``id`` is ``module:Outer.inner``; ``module:`` is the module itself and ``module:=NAME`` one of its assignments.
    ``owner`` is the class whose method it is, ``outer`` the unit in which it is defined; "" for none.
    """

    id: str
    module: Module
    body: tuple[ast.stmt, ...]
    node: Definition | None = None
    owner: str = ""
    outer: str = ""

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All nodes, outside the functions and classes defined in it; a lambda belongs to where it stands."""
        return tuple(_own_nodes(self.body))

    @cached_property
    def parents(self) -> Mapping[ast.AST, ast.AST]:
        """What each node is a part of."""
        return {child: node for node in self.nodes for child in ast.iter_child_nodes(node)}

    @cached_property
    def bound(self) -> frozenset[str]:
        """The names that it binds itself: parameters, assigned names, inner functions; not those it calls global."""
        found = set[str]()
        if self.node is not None:
            found.update(argument.arg for argument in ast.walk(self.node.args) if isinstance(argument, ast.arg))
        for node in self.nodes:
            match node:
                case ast.Name(id=name, ctx=ast.Store()) | ast.ExceptHandler(name=str(name)):
                    found.add(name)
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                    found.add(name)
                case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                    found.update(alias.asname or alias.name.partition(".")[0] for alias in aliases)
                case ast.arg(arg=name):
                    found.add(name)
        outer = (node.names for node in self.nodes if isinstance(node, ast.Global | ast.Nonlocal))
        return frozenset(found.difference(*outer))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Class:
    """A class of the folder; ``methods`` by name are ids of units."""

    id: str
    module: Module
    node: ast.ClassDef
    methods: dict[str, str]


def units_of(module: Module) -> tuple[list[Unit], list[Class]]:
    """The units and classes of a module, in order of the file."""
    units: list[Unit] = []
    classes: list[Class] = []
    rest: list[ast.stmt] = []
    for statement in module.file.tree.body:
        name = _assigned(statement)
        if name:
            units.append(Unit(id=f"{module.name}:={name}", module=module, body=(statement,)))
        elif not _is_script(statement):
            rest.append(statement)
    units.insert(0, Unit(id=f"{module.name}:", module=module, body=tuple(rest)))
    for statement in module.file.tree.body:
        if not _is_script(statement):
            _collect(statement, module, f"{module.name}:", (units, classes))
    return units, classes


def _own_nodes(body: tuple[ast.stmt, ...]) -> Iterator[ast.AST]:
    stack: list[ast.AST] = list(reversed(body))
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            stack.extend([*node.decorator_list, *node.args.defaults, *(item for item in node.args.kw_defaults if item)])
        elif isinstance(node, ast.ClassDef):
            stack.extend(node.decorator_list)
        else:
            stack.extend(reversed(list(ast.iter_child_nodes(node))))


def _collect(statement: ast.stmt, module: Module, outer: str, into: tuple[list[Unit], list[Class]]) -> None:
    units, classes = into
    for node in _definitions(statement):
        prefix = outer if outer.endswith(":") else f"{outer}."
        identity = f"{prefix}{node.name}"
        if isinstance(node, ast.ClassDef):
            inner = [item for statement in node.body for item in _definitions(statement)]
            methods = {item.name: f"{identity}.{item.name}" for item in inner if not isinstance(item, ast.ClassDef)}
            classes.append(Class(id=identity, module=module, node=node, methods=methods))
            units.append(Unit(id=identity, module=module, body=tuple(node.body), outer=outer))
        else:
            owner = outer if any(found.id == outer for found in classes) else ""
            body = tuple(node.body)
            units.append(Unit(id=identity, module=module, body=body, node=node, owner=owner, outer=outer))
        for item in node.body:
            _collect(item, module, identity, into)


def _definitions(statement: ast.stmt) -> Iterator[Definition | ast.ClassDef]:
    """Functions and classes that a statement defines itself, also below ``if`` and ``try``."""
    stack: list[ast.AST] = [statement]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node
        elif not isinstance(node, ast.expr):
            stack.extend(reversed(list(ast.iter_child_nodes(node))))


def _assigned(statement: ast.stmt) -> str:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr()):
            return name
    return ""


def _is_script(statement: ast.stmt) -> bool:
    """Whether it is ``if __name__ == "__main__":``, which no caller of a service reaches."""
    match statement:
        case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
            return True
    return False
