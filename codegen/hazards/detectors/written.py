"""Values that become text: f-strings, ``str``, ``format``, ``%`` (groups A and C)."""

import ast
import re
from dataclasses import dataclass

from crossfade.codegen.hazards.detectors.exceptions import handler_of, is_foreign
from crossfade.codegen.hazards.detectors.registry import Found, View, detector, method_of, text
from crossfade.codegen.hazards.flow.caught import names_of
from crossfade.codegen.hazards.kinds import CONTAINERS, Kind, Sort

_SPEC = re.compile(
    r"(?:(?P<fill>.)?(?P<align>[<>=^]))?(?P<sign>[-+ ])?z?#?(?P<zero>0)?(?P<width>\d+)?(?P<group>[_,])?"
    r"(?:\.(?P<precision>\d+))?(?P<type>[bcdeEfFgGnosxX%])?"
)
_PERCENT = re.compile(
    r"%(?:\((?P<name>\w+)\))?(?P<flags>[-#0 +]*)(?P<width>\*|\d+)?(?:\.(?P<precision>\d+))?(?P<type>[a-zA-Z%])"
)
_BY_SORT = {
    Sort.FLOAT: "A1",
    Sort.DECIMAL: "A7",
    Sort.BOOL: "C16",
    Sort.NONE: "C16",
    Sort.BYTES: "C20",
    Sort.DATETIME: "H4",
    Sort.TIMEDELTA: "H11",
    Sort.ENUM: "F7",
    **dict.fromkeys(CONTAINERS, "C17"),
}


_BY_TYPE = {"%": "A11", "g": "A6"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spec:
    """How a value is formatted: the parts of a format spec, or of a ``%`` directive."""

    type: str = ""
    zero: bool = False
    width: bool = False
    group: bool = False
    precise: bool = False


def _spec_of(spec: str) -> _Spec:
    match = _SPEC.fullmatch(spec)
    if match is None:
        return _Spec()
    return _Spec(
        type=match["type"] or "",
        zero=bool(match["zero"]) and bool(match["width"]),
        width=bool(match["width"]),
        group=bool(match["group"]),
        precise=match["precision"] is not None,
    )


@detector(ast.FormattedValue, "A1", "A6", "A7", "A8", "A9", "A10", "A11", "C16", "C17", "C20", "F7", "H4", "H11", "I4")
def in_f_string(node: ast.FormattedValue, view: View) -> Found:
    """``f"{value:spec}"``."""
    spec = _literal_spec(node.format_spec)
    kind = view.kind(node.value)
    if node.conversion == ord("r"):
        yield from _as_text(kind, node.value, view)
    elif spec:
        yield from _formatted(_spec_of(spec), kind, node.value)
    elif node.format_spec is None:
        yield from _as_text(kind, node.value, view)


def _literal_spec(spec: ast.expr | None) -> str:
    parts = spec.values if isinstance(spec, ast.JoinedStr) else []
    return "".join(text(part) or "0" for part in parts)


def _formatted(spec: _Spec, kind: Kind, node: ast.AST) -> Found:
    if spec.group or spec.type == "n":
        yield "A8", node
    found = _BY_TYPE.get(spec.type.lower(), "")
    if spec.type in {"f", "F"} or (spec.precise and not spec.type and kind.sort is Sort.FLOAT):
        found = "A10" if kind.sort is not Sort.INT else ""
    elif spec.type in {"x", "X"}:
        found = "I4" if spec.zero else "" if kind.nonneg else "A9"
    elif spec.type == "d":
        found = "A12" if kind.sort is Sort.FLOAT else ""
    elif spec.width and kind.sort is Sort.STR and spec.type in {"", "s"}:
        found = "C31"
    if found:
        yield found, node


@detector(ast.Call, "C18", "C19", "C21", "J6", "A12", "C31")
def made_text(node: ast.Call, view: View) -> Found:
    """``str(value)``, ``repr(value)``, ``format(value, spec)``, ``hex(value)``."""
    name = view.called(node)
    if name in {"builtins.str", "builtins.repr"} and len(node.args) == 1:
        yield from _as_text(view.kind(node.args[0]), node.args[0], view)
    elif name == "builtins.format" and len(node.args) > 1:
        yield from _formatted(_spec_of(text(node.args[1]) or ""), view.kind(node.args[0]), node)
    elif name == "builtins.hex" and node.args and not view.kind(node.args[0]).nonneg:
        yield "A9", node
    elif method_of(node) == "format" and isinstance(node.func, ast.Attribute):
        yield from _format_method(text(node.func.value) or "", node, view)
    elif method_of(node) in {"hexdigest", "hex"} and view.sort(node.func) is not Sort.FUNCTION:
        yield "I4", node


def _format_method(template: str, node: ast.Call, view: View) -> Found:
    specs = re.findall(r"\{\w*(?:!(\w))?(?::([^{}]*))?\}", template)
    for (_, spec), value in zip(specs, node.args, strict=False):
        if spec:
            yield from _formatted(_spec_of(spec), view.kind(value), value)
        else:
            yield from _as_text(view.kind(value), value, view)


@detector(ast.BinOp)
def by_percent(node: ast.BinOp, view: View) -> Found:
    """``"%.2f" % value``."""
    template = text(node.left)
    if not isinstance(node.op, ast.Mod) or template is None:
        return
    values = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
    directives = [match for match in _PERCENT.finditer(template) if match["type"] != "%"]
    for match, value in zip(directives, values, strict=False):
        kind = view.kind(value)
        if match["type"] in "sr":
            yield from _as_text(kind, value, view)
        else:
            zero = "0" in match["flags"] and match["width"] is not None
            kind_of = "d" if match["type"] in "iu" else match["type"]
            yield from _formatted(_Spec(type=kind_of, zero=zero, precise=match["precision"] is not None), kind, value)


def _as_text(kind: Kind, node: ast.expr, view: View) -> Found:
    if kind.sort is Sort.THING and kind.ref == "exception":
        if is_foreign(node, view):
            yield ("C21" if _is_of_lookup(node, view) else "J6"), node
    elif kind.sort is Sort.INSTANCE:
        yield from _of_instance(kind.ref, node, view)
    elif (kind.optional and not view.is_tested(node) and not _is_passed(node, view)) or _is_flag(node):
        yield "C16", node
    elif kind.sort in _BY_SORT:
        yield _BY_SORT[kind.sort], node


def _is_passed(node: ast.expr, view: View) -> bool:
    """Whether it is a parameter whose None is but the default: callers give a value."""
    declared = view.facts.told.params.get((view.unit.id, node.id)) if isinstance(node, ast.Name) else None
    return declared is not None and not declared.optional and declared.sort is not Sort.NONE


def _is_flag(node: ast.expr) -> bool:
    return isinstance(node, ast.Compare) or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not))


def _of_instance(owner: str, node: ast.expr, view: View) -> Found:
    bases = {base.rpartition(".")[2] for base in view.facts.outside_bases(owner)}
    if any(base.endswith(("Enum", "Flag")) for base in bases):
        yield "C19", node
    elif not bases and not _writes_itself(owner, view):
        yield "C18", node


def _writes_itself(owner: str, view: View) -> bool:
    found = view.facts.find_class(owner)
    decorated = found is not None and bool(found.node.decorator_list)  # a dataclass has a __repr__
    return decorated or any(view.facts.find_method(owner, name) for name in ("__str__", "__repr__", "__format__"))


def _is_of_lookup(node: ast.expr, view: View) -> bool:
    handler = handler_of(node, view)
    return handler is not None and "KeyError" in names_of(handler)
