"""Order and contents of collections, lookups (group E, and the order of text)."""

import ast
from collections.abc import Iterator

from crossfade.codegen.hazards.detectors.registry import Found, View, argument, detector, is_true, method_of, number
from crossfade.codegen.hazards.flow.places import NO_ORDER, Out
from crossfade.codegen.hazards.inference.fields import PROTO_MAP
from crossfade.codegen.hazards.kinds import UNKNOWN, Kind, Sort

_VIEWS = frozenset({"items", "keys", "values"})
_KEEPS_ORDER = ("builtins.list", "builtins.tuple", "builtins.enumerate", "builtins.iter", "builtins.reversed")
_CHANGES = frozenset({"append", "remove", "pop", "insert", "extend", "clear", "add", "discard", "update", "popitem"})


@detector(ast.Call, "C4", "C5", "E3", "E14")
def ordered(node: ast.Call, view: View) -> Found:
    """``sorted(xs)``, ``xs.sort()``, ``max(texts)``."""
    name = view.called(node)
    is_sort = method_of(node) == "sort" and view.sort(node.func) is not Sort.FUNCTION
    if not (is_sort or (name in {"builtins.sorted", "builtins.min", "builtins.max"} and len(node.args) == 1)):
        return
    values = node.func.value if is_sort else node.args[0]  # type: ignore[attr-defined] # a method is an attribute
    key = argument(node, "key")
    compared = _compared(view.kind(values), key, view)
    if key is not None and _ignores_case(key):
        yield "C5", node
    elif _may_be_text(compared, sure=key is not None or not (is_sort or name == "builtins.sorted")):
        yield "C4", node
    elif compared.sort is Sort.UUID:
        yield "E14", node
    if is_true(argument(node, "reverse")):
        yield "E3", node


def _compared(values: Kind, key: ast.expr | None, view: View) -> Kind:
    if isinstance(key, ast.Lambda):
        return view.kind(key.body)
    return values.element() if key is None else UNKNOWN


def _may_be_text(kind: Kind, *, sure: bool) -> bool:
    """``sorted(xs)`` of unknown things is mostly of text; behind a key, or in ``max``, it must be known."""
    if kind.sort is Sort.TUPLE:
        return any(_may_be_text(part, sure=sure) for part in kind.parts[:1])
    return kind.sort is Sort.STR or (not sure and kind.sort is Sort.UNKNOWN)


def _ignores_case(key: ast.expr) -> bool:
    return any(
        isinstance(part, ast.Attribute) and part.attr in {"lower", "upper", "casefold"} for part in ast.walk(key)
    )


def _iterated(node: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.For(iter=source) | ast.comprehension(iter=source):
            yield source
        case ast.Starred(value=source):
            yield source
        case ast.Call(func=ast.Attribute(attr="join"), args=[source]):
            yield source


@detector(ast.For, "E1", "E2")
def loop(node: ast.For, view: View) -> Found:
    """``for x in xs``."""
    yield from _order_of(node, node.iter, view)


@detector(ast.comprehension)
def comprehension(node: ast.comprehension, view: View) -> Found:
    """``... for x in xs``."""
    parent = view.parents.get(node)
    if not isinstance(parent, ast.SetComp | ast.DictComp):
        yield from _order_of(parent if parent is not None else node, node.iter, view)


@detector(ast.Call)
def gathered(node: ast.Call, view: View) -> Found:
    """``list(xs)``, ``", ".join(xs)``."""
    if (view.called(node) in _KEEPS_ORDER and node.args) or (
        method_of(node) == "join" and node.args and view.sort(node.func) is not Sort.EXTERNAL
    ):
        yield from _order_of(node, node.args[0], view)


def _order_of(outer: ast.AST, source: ast.expr, view: View) -> Found:
    """The order in which a dict or a set of the folder is gone through, where an answer or a status shows it."""
    if any(view.called(above) in NO_ORDER for above in [outer, *view.above(outer)]):
        return
    values = source
    if method_of(source) in _VIEWS and isinstance(source, ast.Call):
        values = source.func.value  # type: ignore[attr-defined] # a method is an attribute
    kind = view.kind(values)
    if kind.sort not in {Sort.SET, Sort.DICT} or kind.ref == PROTO_MAP:
        return  # a map of a message has no order in Python either
    if view.leaves_as("order", outer) & (Out.ANSWER | Out.STATUS):
        yield ("E2" if kind.sort is Sort.SET else "E1"), source


@detector(ast.Call, "E2", "E8", "E11")
def taken(node: ast.Call, view: View) -> Found:
    """``set.pop()``, ``list.remove(x)``, ``list.index(x)``."""
    if not method_of(node) or not isinstance(node.func, ast.Attribute):
        return
    sort = view.sort(node.func.value)
    if sort is Sort.SET and node.func.attr == "pop":
        yield "E2", node
    elif sort is Sort.LIST and node.func.attr == "index":
        yield "E11", node
    elif sort is Sort.LIST and node.func.attr == "remove" and node.args and view.sort(node.args[0]) is Sort.INT:
        yield "E8", node


@detector(ast.For, "E9")
def changed_on_the_way(node: ast.For, view: View) -> Found:
    """``for x in xs: xs.remove(x)``."""
    name = ast.unparse(node.iter)
    if not isinstance(node.iter, ast.Name | ast.Attribute):
        return
    for statement in node.body:
        for part in ast.walk(statement):
            if method_of(part) in _CHANGES and ast.unparse(part.func.value) == name:  # type: ignore[attr-defined]
                yield "E9", part
    del view


@detector(ast.Try, "E11")
def caught_lookup(node: ast.Try, view: View) -> Found:
    """``try: d[key]`` with ``except KeyError``."""
    names = [part.id for handler in node.handlers if handler.type is not None for part in ast.walk(handler.type)
             if isinstance(part, ast.Name)]  # fmt: skip
    if not {"KeyError", "LookupError"}.intersection(names):
        return
    for statement in node.body:
        for part in ast.walk(statement):
            if isinstance(part, ast.Subscript) and isinstance(part.ctx, ast.Load) and number(part.slice) is None:
                yield "E11", part
                return
    del view


@detector(ast.DictComp, "E5")
def doubled_keys(node: ast.DictComp, view: View) -> Found:
    """``{key: value for ...}``, unless the keys come out of a dict or a count."""
    source = node.generators[0].iter
    unique = method_of(source) in _VIEWS or view.called(source) in {"builtins.enumerate", "builtins.range"}
    if view.unit.node is not None and not (unique or view.sort(source) in {Sort.DICT, Sort.SET}):
        yield "E5", node


@detector(ast.Dict, "B29", "E6")
def odd_dict(node: ast.Dict, view: View) -> Found:
    """``{1: ...}``, ``{"a": None}`` in a function: a constant that can't be made fails at the start."""
    if any(key is not None and _is_number_key(key, view) for key in node.keys):
        yield "B29", node
    empty = next((value for value in node.values if isinstance(value, ast.Constant) and value.value is None), None)
    if empty is not None and view.unit.node is not None:
        yield "E6", empty


def _is_number_key(key: ast.expr, view: View) -> bool:
    """A number that is no character: those are keys for ``translate``."""
    return view.sort(key) in {Sort.INT, Sort.FLOAT, Sort.BOOL} and view.called(key) != "builtins.ord"


@detector(ast.List)
def odd_list(node: ast.List, view: View) -> Found:
    """``[a, None]``."""
    if len(node.elts) > 1 and any(view.sort(item) is Sort.NONE for item in node.elts) and view.unit.node is not None:
        yield "E6", node


@detector(ast.Call, "B30")
def compared_by_difference(node: ast.Call, view: View) -> Found:
    """``cmp_to_key(lambda a, b: a - b)``, also of a function of the folder."""
    if view.called(node) != "functools.cmp_to_key" or not node.args:
        return
    function = view.facts.project.units.get(view.kind(node.args[0]).ref)
    given = [part.value for part in function.nodes if isinstance(part, ast.Return)] if function is not None else []
    if isinstance(node.args[0], ast.Lambda):
        given = [node.args[0].body]
    if any(isinstance(part, ast.BinOp) and isinstance(part.op, ast.Sub) for part in given):
        yield "B30", node
