"""Values that go out as JSON (group G, and F1, F7, F8)."""

import ast
from collections.abc import Iterator

from crossfade.codegen.hazards.detectors.registry import Found, View, argument, detector, is_true, text
from crossfade.codegen.hazards.kinds import Kind, Sort

_WRITERS = frozenset({
    "json.dumps", "json.dump", "orjson.dumps", "flask.jsonify", "flask.json.dumps", "fastapi.responses.JSONResponse",
    "starlette.responses.JSONResponse", "aiohttp.web.json_response", "django.http.JsonResponse",
})  # fmt: skip
_BY_SORT = {
    Sort.DECIMAL: "G7",
    Sort.UUID: "G7",
    Sort.DATETIME: "G6",
    Sort.DATE: "G6",
    Sort.BYTES: "G12",
    Sort.ENUM: "F7",
}


@detector(ast.Call, "F1", "F8", "G9", *_BY_SORT.values())
def answered(node: ast.Call, view: View) -> Found:
    """``jsonify(key=value)``, ``json.dumps({"key": value})``."""
    if view.called(node) not in _WRITERS:
        return
    for name, value in _members(node, view):
        yield from _member(name, value, view)


def _members(node: ast.Call, view: View) -> Iterator[tuple[str, ast.expr]]:
    """The values that are written out in the call, with their keys."""
    if view.called(node).endswith("jsonify"):
        yield from ((keyword.arg, keyword.value) for keyword in node.keywords if keyword.arg)
    waiting: list[ast.AST] = [*node.args[:1], *(keyword.value for keyword in node.keywords)]
    while waiting:
        part = waiting.pop(0)
        match part:
            case ast.Dict():
                for key, value in zip(part.keys, part.values, strict=True):
                    yield text(key) or "", value
                    waiting.append(value)
            case ast.List() | ast.Tuple():
                waiting += part.elts
            case ast.ListComp() | ast.GeneratorExp():
                waiting.append(part.elt)


def _member(name: str, value: ast.expr, view: View) -> Found:
    kind = view.kind(value)
    if kind.sort is Sort.NONE or kind.optional or _is_nullable(value, view):
        yield "F1", value
    if kind.sort in _BY_SORT:
        yield _BY_SORT[kind.sort], value
    elif _is_long(kind, value, view):
        yield "F8", value
    if name.startswith("is_") or name[:1].isupper():
        yield "G9", value


def _is_nullable(value: ast.expr, view: View) -> bool:
    """``build["finished_at"]``, where a dict of the folder has None under this key."""
    return isinstance(value, ast.Subscript) and text(value.slice) in view.facts.nullable


def _is_long(kind: Kind, value: ast.expr, view: View) -> bool:
    """A 64-bit field, or a sum: Java's ``long``."""
    return kind.ref in {"int64", "uint64"} or (
        view.called(value) == "builtins.sum" and kind.sort in {Sort.INT, Sort.UNKNOWN}
    )


@detector(ast.Call, "G1", "G2", "G5", "G6", "G8", "G13")
def dumped(node: ast.Call, view: View) -> Found:
    """``json.dumps``: its layout, its escapes, its keys."""
    if view.called(node) not in {"json.dumps", "json.dump"} or any(keyword.arg is None for keyword in node.keywords):
        return
    if node.args and isinstance(node.args[0], ast.Dict | ast.List) and not ast.unparse(node.args[0]).strip("{}[]"):
        return  # nothing in it
    if argument(node, "indent") is not None:
        yield "G13", node
    elif argument(node, "separators") is None:
        yield "G1", node
    ascii_only = argument(node, "ensure_ascii")
    if ascii_only is None or is_true(ascii_only):
        yield "G2", node
    if is_true(argument(node, "sort_keys")):
        yield "G5", node
    if view.kind(argument(node, "default") or node).ref == "builtins.str":
        yield "G6", node
    first = view.kind(node.args[0]) if node.args else None
    if first is not None and first.key is not None and first.key.sort in {Sort.INT, Sort.FLOAT, Sort.BOOL, Sort.NONE}:
        yield "G8", node
