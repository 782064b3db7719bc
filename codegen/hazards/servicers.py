"""Finds the Python function behind each RPC: servicer classes, registered objects, generic handlers."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from crossfade.codegen.contract import CallType, Contract, Method
from crossfade.codegen.hazards.detectors.registry import text
from crossfade.codegen.hazards.inference.facts import Facts
from crossfade.codegen.hazards.kinds import UNKNOWN, Kind, Sort, iter_of
from crossfade.codegen.hazards.source.units import Unit

_GENERIC = frozenset({"method_handlers_generic_handler", "add_registered_method_handlers"})
_SELF_AND_TWO = 3
_STREAMED_IN = frozenset({CallType.CLIENT_STREAM, CallType.BIDI})


@dataclass(frozen=True, slots=True, kw_only=True)
class Handlers:
    """Units by the RPC's full name, and warnings where more than one fitted."""

    units: Mapping[str, str]
    warnings: tuple[str, ...]


@dataclass(slots=True)
class _Search:
    facts: Facts
    services: dict[str, list[Method]]
    found: dict[str, list[str]] = field(default_factory=dict)

    def add(self, method: Method, unit: str) -> None:
        units = self.found.setdefault(method.full_name, [])
        if unit in self.facts.project.units and unit not in units:
            units.append(unit)


def find_units(facts: Facts, contract: Contract) -> Handlers:
    """The unit of each RPC that has one. What is registered goes before what is declared, and before what only fits."""
    services: dict[str, list[Method]] = defaultdict(list)
    for method in contract.methods.values():
        services[method.full_name.rpartition("/")[0]].append(method)
    search = _Search(facts=facts, services=services)
    calls = [(unit, node) for unit in facts.project.units.values() for node in unit.nodes if isinstance(node, ast.Call)]
    for unit, node in calls:
        _registered(node, search)
        _generic(unit, node, search)
    for owner in facts.project.classes:
        for base in _servicer_bases(owner, facts):
            _of_class(owner, base, search)
    _by_methods(search)
    return Handlers(
        units={name: units[0] for name, units in search.found.items() if units},
        warnings=tuple(_doubles(search)),
    )


def _doubles(search: _Search) -> Iterator[str]:
    for name, units in sorted(search.found.items()):
        if len(units) > 1:
            places = ", ".join(_place(search.facts.project.units[unit]) for unit in units)
            yield f"{name}: expected one Python function, got {len(units)}: {places}; using the first"


def _place(unit: Unit) -> str:
    return f"{unit.module.file.path}:{unit.node.lineno if unit.node is not None else 1}"


def _servicer_bases(owner: str, facts: Facts) -> Iterator[str]:
    """Dotted names of generated base classes, also of bases: as resolved, else as they are written."""
    for current in facts.lineage(owner):
        found = facts.project.classes[current]
        kinds = facts.bases.get(current, ())
        for node, kind in zip(found.node.bases, kinds, strict=False):
            name = kind.ref if kind.sort is Sort.EXTERNAL else ast.unparse(node) if kind.sort is Sort.UNKNOWN else ""
            if name.endswith("Servicer"):
                yield name


def _registered(node: ast.Call, search: _Search) -> None:
    """``add_XServicer_to_server(object, server)``."""
    name = _last_name(node.func)
    if not (name.startswith("add_") and name.endswith("Servicer_to_server") and node.args):
        return
    kind = search.facts.kinds.get(node.args[0], UNKNOWN)
    if kind.sort in {Sort.INSTANCE, Sort.CLASS}:
        whole = search.facts.kinds.get(node.func, UNKNOWN).ref or name
        _of_class(kind.ref, whole.replace(name, name.removeprefix("add_").removesuffix("_to_server")), search)


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _of_class(owner: str, base: str, search: _Search) -> None:
    module, _, name = base.rpartition(".")
    for service in _services(name.removesuffix("Servicer"), module, owner, search):
        for method in search.services[service]:
            search.add(method, _method_of(owner, method.full_name.rpartition("/")[2], search.facts))


def _method_of(owner: str, name: str, facts: Facts) -> str:
    """A method, or a function that the class body gives this name."""
    kind = facts.attribute(owner, name)
    return facts.find_method(owner, name) or (kind.ref if kind.sort is Sort.FUNCTION else "")


def _by_methods(search: _Search) -> None:
    """Of a service of which nothing was found: the one class that has all its methods, with a request and a context."""
    for methods in search.services.values():
        if any(search.found.get(method.full_name) for method in methods):
            continue
        fitting = [owner for owner in search.facts.project.classes if _has_all(owner, methods, search.facts)]
        if len(fitting) == 1:
            for method in methods:
                search.add(method, search.facts.find_method(fitting[0], method.full_name.rpartition("/")[2]))


def _has_all(owner: str, methods: list[Method], facts: Facts) -> bool:
    units = [facts.find_method(owner, method.full_name.rpartition("/")[2]) for method in methods]
    nodes = [facts.project.units[unit].node for unit in units if unit]
    return len(nodes) == len(methods) and all(
        node is not None and len(node.args.args) == _SELF_AND_TWO for node in nodes
    )


def _services(name: str, module: str, owner: str, search: _Search) -> list[str]:
    """The contract's services of this simple name; of several, those of the module's package or with most methods."""
    found = [service for service in search.services if service.rpartition(".")[2] == name]
    package = module.rpartition(".")[0]
    same = [service for service in found if package and service.rpartition(".")[0] == package]
    if len(found) <= 1 or same:
        return same or found
    counts = {service: _count(service, owner, search) for service in found}
    return [service for service in found if counts[service] == max(counts.values())]


def _count(service: str, owner: str, search: _Search) -> int:
    names = [method.full_name.rpartition("/")[2] for method in search.services[service]]
    return sum(1 for name in names if search.facts.find_method(owner, name))


def _generic(unit: Unit, node: ast.Call, search: _Search) -> None:
    """``method_handlers_generic_handler("pkg.Service", {"Method": unary_unary_rpc_method_handler(function)})``."""
    if _last_name(node.func) not in _GENERIC or len(node.args) <= 1:
        return
    service = _service_name(node.args[0], unit)
    handlers = _literal(node.args[1], unit)
    for key, value in zip(handlers.keys, handlers.values, strict=True) if isinstance(handlers, ast.Dict) else ():
        called = _literal(value, unit)
        if key is None or not (
            isinstance(called, ast.Call) and _last_name(called.func).endswith("_rpc_method_handler")
        ):
            continue
        function = next(iter([*called.args, *(item.value for item in called.keywords if item.arg == "behavior")]), None)
        kind = search.facts.kinds.get(function, UNKNOWN) if function is not None else UNKNOWN
        for method in search.services.get(service, ()):
            if method.full_name == f"{service}/{text(key)}" and kind.sort is Sort.FUNCTION:
                search.add(method, kind.ref)


def _service_name(node: ast.expr, unit: Unit) -> str:
    return text(_literal(node, unit)) or ""


def _literal(node: ast.expr, unit: Unit) -> ast.expr:
    """What a name was given in the same unit or module, else the expression itself."""
    if not isinstance(node, ast.Name):
        return node
    for statement in [*unit.nodes, *unit.module.file.tree.body]:
        if isinstance(statement, ast.Assign) and any(_last_name(target) == node.id for target in statement.targets):
            return statement.value
    return node


def bind_requests(facts: Facts, contract: Contract, units: Mapping[str, str]) -> None:
    """The parameters of the functions behind RPCs are the contract's messages and the call's context."""
    for rpc, identity in units.items():
        unit, method = facts.project.units[identity], contract.methods[rpc]
        if unit.node is None:
            continue
        names = [argument.arg for argument in [*unit.node.args.posonlyargs, *unit.node.args.args]][-2:]
        message = Kind(sort=Sort.MESSAGE, ref=method.input_type)
        request = iter_of(message) if method.call_type in _STREAMED_IN else message
        for name, kind in zip(names, (request, replace(UNKNOWN, sort=Sort.CONTEXT)), strict=False):
            facts.bound[identity, name] = kind
