"""What a call gives, what it gives to the function it calls, and which unit it reaches."""

import ast
from collections.abc import Iterator
from dataclasses import replace

from crossfade.codegen.hazards.inference.library import CONTAINER_CALLS, RESULTS
from crossfade.codegen.hazards.inference.rules import Scope, infer, rule
from crossfade.codegen.hazards.inference.values import AWARE, MATCHED, method_kind
from crossfade.codegen.hazards.kinds import (
    FLOAT,
    INT,
    NATURAL,
    NUMBERS,
    STR,
    UNKNOWN,
    Kind,
    Sort,
    dict_of,
    iter_of,
    join_all,
    tuple_of,
)

_TAKES_KEY = frozenset({"builtins.sorted", "builtins.min", "builtins.max", "sort"})
_TAKES_FUNCTION = frozenset({"builtins.map", "builtins.filter"})
ZONES = ("zoneinfo.ZoneInfo", "pytz.timezone", "dateutil.tz.gettz")


@rule(ast.Call)
def call(node: ast.Call, scope: Scope) -> Kind:
    """``function(...)``."""
    function = infer(node.func, scope)
    arguments = _arguments(node, function, scope)
    match function.sort:
        case Sort.FUNCTION:
            targets = scope.facts.targets.get(node.func, (function.ref,))
            scope.facts.targets[node] = targets
            for target in targets:
                _pass(node, target, arguments, scope)
            return join_all(tuple(scope.facts.result(target) for target in targets))
        case Sort.CLASS:
            return _instance(node, function.ref, arguments, scope)
        case Sort.EXTERNAL:
            return _of_library(node, function.ref, arguments, scope)
    return _of_method(node, node.func, scope) if isinstance(node.func, ast.Attribute) else UNKNOWN


def _of_method(node: ast.Call, function: ast.Attribute, scope: Scope) -> Kind:
    base = scope.facts.kinds[function.value]
    if base.sort is Sort.MATCH and function.attr == "group" and _is_whole(node):
        return replace(MATCHED, optional=False)
    if function.attr == "get" and base.sort is Sort.UNKNOWN and not node.args:
        return UNKNOWN  # of a queue, not of a dict
    return method_kind(base, function.attr)


def _is_whole(group: ast.Call) -> bool:
    """Whether a match's ``group()`` is all that was matched, which is never None."""
    return not group.args or (isinstance(group.args[0], ast.Constant) and group.args[0].value == 0)


def _arguments(node: ast.Call, function: Kind, scope: Scope) -> list[Kind]:
    """The kinds of the positional arguments; a lambda gets what it is called with, where that is known."""
    kinds = [UNKNOWN if isinstance(argument, ast.Lambda) else infer(argument, scope) for argument in node.args]
    taken = kinds[1].element() if function.ref in _TAKES_FUNCTION and len(kinds) > 1 else UNKNOWN
    for argument in node.args:
        if isinstance(argument, ast.Lambda):
            _lambda(argument, taken, scope)
    for keyword in node.keywords:
        if keyword.arg == "key" and isinstance(keyword.value, ast.Lambda):
            _lambda(keyword.value, _sorted_element(node, function, kinds, scope), scope)
        else:
            infer(keyword.value, scope)
    return kinds


def _sorted_element(node: ast.Call, function: Kind, kinds: list[Kind], scope: Scope) -> Kind:
    if function.ref in _TAKES_KEY and len(kinds) == 1:
        return kinds[0].element()
    if isinstance(node.func, ast.Attribute) and node.func.attr == "sort":
        return scope.facts.kinds[node.func.value].element()
    return UNKNOWN


def _lambda(node: ast.Lambda, first: Kind, scope: Scope) -> None:
    inner = scope.inner()
    for position, argument in enumerate([*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]):
        inner.env[argument.arg] = first if position == 0 else UNKNOWN
    infer(node.body, inner)


def _pass(node: ast.Call, unit: str, arguments: list[Kind], scope: Scope) -> None:
    """The parameters of a function of the folder get what this call gives."""
    definition = scope.facts.project.units[unit].node
    if definition is None:
        return
    names = [argument.arg for argument in [*definition.args.posonlyargs, *definition.args.args]]
    if scope.facts.project.units[unit].owner and not _is_static(definition):
        names = names[1:]
    for name, argument, kind in zip(names, node.args, arguments, strict=False):
        if isinstance(argument, ast.Starred):
            break
        scope.facts.add_param(unit, name, kind)
    known = {*names, *(argument.arg for argument in definition.args.kwonlyargs)}
    for keyword in node.keywords:
        if keyword.arg in known and keyword.arg is not None:
            scope.facts.add_param(unit, keyword.arg, scope.facts.kinds.get(keyword.value, UNKNOWN))


def _is_static(definition: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(isinstance(item, ast.Name) and item.id == "staticmethod" for item in definition.decorator_list)


def _instance(node: ast.Call, identity: str, arguments: list[Kind], scope: Scope) -> Kind:
    scope.facts.made.add(identity)
    scope.reach(identity)
    for name in ("__init__", "__new__", "__post_init__"):
        method = scope.facts.find_method(identity, name)
        if method:
            scope.reach(method)
            scope.facts.targets[node] = (*scope.facts.targets.get(node, ()), method)
            if name == "__init__":
                _pass(node, method, arguments, scope)
    for keyword in node.keywords:  # a dataclass has no __init__ of its own
        if keyword.arg is not None and not scope.facts.find_method(identity, "__init__"):
            scope.facts.add_attribute(identity, keyword.arg, scope.facts.kinds.get(keyword.value, UNKNOWN))
    return Kind(sort=Sort.INSTANCE, ref=identity)


def _of_library(node: ast.Call, dotted: str, arguments: list[Kind], scope: Scope) -> Kind:
    message, rest = scope.facts.fields.find(dotted)
    if message:
        return _of_contract(message, rest, scope)
    if dotted == "builtins.super":
        return _super(scope)
    if dotted == "builtins.getattr":
        return _dynamic(node, arguments, scope)
    return _of_times(node, dotted, scope) or _of_arguments(node, dotted, arguments) or RESULTS.get(dotted, UNKNOWN)


def _of_contract(message: str, rest: str, scope: Scope) -> Kind:
    if message in scope.facts.fields.enums:
        return STR if rest == "Name" else Kind(sort=Sort.ENUM, ref=message)
    return Kind(sort=Sort.MESSAGE, ref=message) if rest in {"", "FromString"} else UNKNOWN


def _super(scope: Scope) -> Kind:
    bases = scope.facts.bases.get(scope.unit.owner, ())
    found = next((base.ref for base in bases if base.sort is Sort.CLASS), "")
    return Kind(sort=Sort.INSTANCE, ref=found) if found else UNKNOWN


def _of_times(node: ast.Call, dotted: str, scope: Scope) -> Kind | None:
    """Whether a datetime has a zone depends on an argument."""
    if not dotted.startswith("datetime.datetime"):
        return None
    name = dotted.rpartition(".")[2]
    position = {"now": 0, "fromtimestamp": 1}.get(name)
    zones = [keyword.value for keyword in node.keywords if keyword.arg in {"tz", "tzinfo"}]
    if position is not None:
        zones += node.args[position : position + 1]
    if not zones:
        return None
    zone = scope.facts.kinds.get(zones[0], UNKNOWN)
    return replace(AWARE, ref="zone") if zone.ref in ZONES else AWARE


def _of_arguments(node: ast.Call, dotted: str, arguments: list[Kind]) -> Kind | None:
    first = arguments[0] if arguments else UNKNOWN
    if dotted in ZONES:
        return Kind(sort=Sort.THING, ref=dotted)
    written = str(node.args[0].value) if node.args and isinstance(node.args[0], ast.Constant) else ""
    if dotted == "re.compile" and written:
        return Kind(sort=Sort.PATTERN, ref=written)
    if dotted == "importlib.import_module" and written:
        return Kind(sort=Sort.EXTERNAL, ref=written)
    if dotted in CONTAINER_CALLS:
        return CONTAINER_CALLS[dotted](first.element())
    if dotted in {"flask.request.args.get", "flask.request.form.get"}:
        return _of_form(node)
    return _of_builtin(dotted, first, arguments)


def _of_builtin(dotted: str, first: Kind, arguments: list[Kind]) -> Kind | None:
    match dotted.removeprefix("builtins."):
        case "dict":
            return first if first.sort is Sort.DICT else dict_of(UNKNOWN, UNKNOWN)
        case "enumerate":
            return iter_of(tuple_of(NATURAL, first.element()))
        case "zip":
            return iter_of(tuple_of(*(kind.element() for kind in arguments)))
        case "next" | "sum" | "min" | "max" | "abs" | "round" as name:
            return _of_numbers(name, first, arguments)
        case "map":
            return iter_of(RESULTS.get(first.ref, UNKNOWN) if first.sort is Sort.EXTERNAL else UNKNOWN)
    return None


def _of_numbers(name: str, first: Kind, arguments: list[Kind]) -> Kind:
    match name:
        case "abs":
            return replace(first, nonneg=True) if first.sort is Sort.INT else first
        case "round":
            return INT if len(arguments) == 1 else first if first.sort is not Sort.UNKNOWN else FLOAT
        case "sum":
            element = first.element()
            return element if element.sort in NUMBERS - {Sort.BOOL} else INT if element.sort is Sort.BOOL else UNKNOWN
        case "min" | "max" if len(arguments) > 1:
            return join_all(tuple(arguments))
    return first.element()


def _of_form(node: ast.Call) -> Kind:
    """``request.args.get("limit", default=20, type=int)``."""
    named = {keyword.arg: keyword.value for keyword in node.keywords}
    wanted = named.get("type")
    kind = {"int": INT, "float": FLOAT}.get(wanted.id, UNKNOWN) if isinstance(wanted, ast.Name) else STR
    return kind if "default" in named or len(node.args) > 1 else kind.maybe()


def _dynamic(node: ast.Call, arguments: list[Kind], scope: Scope) -> Kind:
    """``getattr(self, f"_{name}")`` may be each method whose name begins and ends as the text does."""
    if len(node.args) <= 1 or arguments[0].sort is not Sort.INSTANCE:
        return UNKNOWN
    start, end = _ends_of(node.args[1])
    methods = list(_methods_like(arguments[0].ref, start, end, scope)) if start or end else []
    for method in methods:
        scope.reach(method)
    scope.facts.targets[node] = tuple(methods)
    return join_all(tuple(Kind(sort=Sort.FUNCTION, ref=method) for method in methods[:1]))


def _ends_of(name: ast.expr) -> tuple[str, str]:
    match name:
        case ast.Constant(value=str(text)):
            return text, text
        case ast.JoinedStr(values=[first, *rest]):
            last = rest[-1] if rest else first
            return _text(first), _text(last)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _text(left), _text(right)
    return "", ""


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _methods_like(owner: str, start: str, end: str, scope: Scope) -> Iterator[str]:
    for current in scope.facts.lineage(owner):
        found = scope.facts.project.classes.get(current)
        for name, unit in found.methods.items() if found is not None else ():
            if name.startswith(start) and name.endswith(end):
                yield unit
