"""What a name means: in its function, around it, in its module, elsewhere in the folder, in Python itself."""

import ast
import builtins
from itertools import islice

from crossfade.codegen.hazards.inference.facts import Facts
from crossfade.codegen.hazards.inference.rules import Scope, infer, rule
from crossfade.codegen.hazards.inference.values import attribute_kind
from crossfade.codegen.hazards.kinds import UNKNOWN, Kind, Sort
from crossfade.codegen.hazards.source.units import Module

MAX_STAR = 500  # names that one ``import *`` brings
_BUILTINS = frozenset(dir(builtins))


@rule(ast.Name)
def name(node: ast.Name, scope: Scope) -> Kind:
    """A name that is read."""
    kind = scope.env.get(node.id) or _around(node.id, scope)
    return _reached(kind, scope)


def _around(name: str, scope: Scope) -> Kind:
    units, facts = scope.facts.project.units, scope.facts
    outer = scope.unit.outer
    while outer in units and not outer.endswith(":"):
        if outer not in facts.project.classes and name in facts.names[outer]:
            return facts.names[outer][name]
        outer = units[outer].outer
    found = global_kind(facts, scope.unit.module.name, name, scope)
    if found is not None:
        return found
    return Kind(sort=Sort.EXTERNAL, ref=f"builtins.{name}") if name in _BUILTINS else UNKNOWN


def global_kind(facts: Facts, module: str, name: str, scope: Scope) -> Kind | None:
    """A module's own name, None where it has none; what its assignment runs is reached."""
    origin = facts.origins.get((f"{module}:", name), f"{module}:={name}")
    if origin in facts.project.units:
        scope.reach(origin)
    return facts.names[f"{module}:"].get(name)


def _reached(kind: Kind, scope: Scope) -> Kind:
    """Who names a function may call it; who names a class may only ask for it."""
    if kind.sort is Sort.FUNCTION:
        scope.reach(kind.ref)
    return kind


@rule(ast.Attribute)
def attribute(node: ast.Attribute, scope: Scope) -> Kind:
    """``value.name``."""
    base = infer(node.value, scope)
    match base.sort:
        case Sort.MODULE:
            return _reached(_of_module(base.ref, node.attr, scope), scope)
        case Sort.EXTERNAL:
            return _of_external(f"{base.ref}.{node.attr}", scope)
        case Sort.INSTANCE | Sort.CLASS:
            return _of_class(node, base, scope)
        case Sort.MESSAGE:
            return scope.facts.fields.of(base.ref, node.attr)
    return attribute_kind(base, node.attr)


def _of_module(module: str, attr: str, scope: Scope) -> Kind:
    found = global_kind(scope.facts, module, attr, scope)
    if found is not None:
        return found
    inner = f"{module}.{attr}"
    if inner in scope.facts.project.modules or inner in scope.facts.project.packages:
        return Kind(sort=Sort.MODULE, ref=inner)
    return _generated(inner)


def _generated(dotted: str) -> Kind:
    """A module that protoc wrote: it may lie in the folder, but is not read."""
    return _external(dotted.lstrip(".")) if dotted.endswith(("_pb2", "_pb2_grpc")) else UNKNOWN


def _of_external(dotted: str, scope: Scope) -> Kind:
    fields = scope.facts.fields
    enum, rest = fields.find(dotted)
    if not rest:
        enum, _, rest = dotted.rpartition(".")
        enum, more = fields.find(enum)
        enum = "" if more else enum
    if enum in fields.enums and rest.isupper():
        return Kind(sort=Sort.ENUM, ref=enum)
    return attribute_kind(Kind(sort=Sort.EXTERNAL, ref=dotted), "")


def _of_class(node: ast.Attribute, base: Kind, scope: Scope) -> Kind:
    facts = scope.facts
    method = facts.find_method(base.ref, node.attr)
    if not method:
        return facts.attribute(base.ref, node.attr)
    targets = (method, *facts.overrides(base.ref, node.attr)) if base.sort is Sort.INSTANCE else (method,)
    targets = tuple(unit for unit in targets if not _is_abstract(facts, unit)) or targets
    for unit in targets:
        scope.reach(unit)
    facts.targets[node] = targets
    if base.sort is Sort.INSTANCE and _is_property(facts, method):
        return facts.result(method)
    return Kind(sort=Sort.FUNCTION, ref=method)


def _is_abstract(facts: Facts, method: str) -> bool:
    node = facts.project.units[method].node
    return node is not None and any(ast.unparse(item).endswith("abstractmethod") for item in node.decorator_list)


def _is_property(facts: Facts, method: str) -> bool:
    node = facts.project.units[method].node
    names = [ast.unparse(item) for item in node.decorator_list] if node is not None else []
    return any(name.endswith(("property", "cached_property")) for name in names)


def bind_import(node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
    """Puts what an import statement brings into the scope."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            bound = alias.asname or alias.name.partition(".")[0]
            scope.env[bound] = _imported(alias.name if alias.asname else bound, alias.name, scope)
        return
    base = _base_of(node, scope.unit.module)
    for alias in node.names:
        if alias.name == "*":
            _bind_all(base, scope)
        else:
            bound = alias.asname or alias.name
            scope.env[bound] = _member(base, alias.name, bound, scope)


def _imported(name: str, whole: str, scope: Scope) -> Kind:
    project, module = scope.facts.project, scope.unit.module
    found = project.find_module(name, module)
    if not found and name != whole and name not in project.packages:
        whole_found = project.find_module(whole, module)  # ``import app.texts`` inside the folder app
        return Kind(sort=Sort.MODULE, ref=whole_found.rpartition(".")[0]) if whole_found else _external(name)
    if found or name in project.packages:
        return Kind(sort=Sort.MODULE, ref=found or name)
    return _external(name)


def _external(name: str) -> Kind:
    return Kind(sort=Sort.EXTERNAL, ref=name)


def _base_of(node: ast.ImportFrom, module: Module) -> str:
    if not node.level:
        return node.module or ""
    package = module.package.split(".") if module.package else []
    kept = package[: max(len(package) - node.level + 1, 0)]
    return ".".join([*kept, *([node.module] if node.module else [])])


def _member(base: str, name: str, bound: str, scope: Scope) -> Kind:
    facts = scope.facts
    module = facts.project.find_module(base, scope.unit.module)
    if module or base == "":
        found = facts.names[f"{module}:"].get(name)
        if found is not None:
            origin = facts.origins.get((f"{module}:", name), f"{module}:={name}")
            if origin in facts.project.units:
                scope.reach(origin)
                facts.origins[scope.unit.id, bound] = origin
            return found
    inner = facts.project.find_module(f"{base}.{name}" if base else name, scope.unit.module)
    if inner:
        return Kind(sort=Sort.MODULE, ref=inner)
    return _generated(f"{base}.{name}") if module or base == "" else _external(f"{base}.{name}")


def _bind_all(base: str, scope: Scope) -> None:
    module = scope.facts.project.find_module(base, scope.unit.module)
    if module:
        public = (item for item in scope.facts.names[f"{module}:"].items() if not item[0].startswith("_"))
        scope.env.update(islice(public, MAX_STAR))
