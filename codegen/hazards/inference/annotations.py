"""The kind of value that an annotation declares."""

import ast

from crossfade.codegen.hazards.inference.rules import Scope, infer
from crossfade.codegen.hazards.kinds import (
    BOOL,
    BYTES,
    DATE,
    DATETIME,
    DECIMAL,
    FLOAT,
    INT,
    NONE,
    STR,
    TIMEDELTA,
    UNKNOWN,
    Kind,
    Sort,
    dict_of,
    iter_of,
    join,
    list_of,
    set_of,
    tuple_of,
)
from crossfade.codegen.hazards.source.files import parse_expression

MAX_TEXT = 200
_SIMPLE = {
    "builtins.int": INT,
    "builtins.float": FLOAT,
    "builtins.str": STR,
    "builtins.bytes": BYTES,
    "builtins.bool": BOOL,
    "datetime.datetime": DATETIME,
    "datetime.date": DATE,
    "datetime.timedelta": TIMEDELTA,
    "decimal.Decimal": DECIMAL,
    "uuid.UUID": Kind(sort=Sort.UUID),
    "grpc.ServicerContext": Kind(sort=Sort.CONTEXT),
    "grpc.aio.ServicerContext": Kind(sort=Sort.CONTEXT),
    "re.Pattern": Kind(sort=Sort.PATTERN),
    "re.Match": Kind(sort=Sort.MATCH),
}
_CONTAINERS = {
    **dict.fromkeys(("builtins.list", "typing.List", "typing.Sequence", "collections.abc.Sequence"), list_of),
    **dict.fromkeys(("builtins.set", "typing.Set", "builtins.frozenset", "typing.FrozenSet"), set_of),
    **dict.fromkeys(("typing.Iterable", "typing.Iterator", "collections.abc.Iterable"), iter_of),
    **dict.fromkeys(("collections.abc.Iterator", "typing.AsyncIterator", "collections.abc.AsyncIterator"), iter_of),
}
_DICTS = {"builtins.dict", "typing.Dict", "typing.Mapping", "collections.abc.Mapping", "collections.defaultdict"}
_TUPLES = {"builtins.tuple", "typing.Tuple"}


def annotated(node: ast.expr, scope: Scope) -> Kind:
    """The kind that an annotation names; UNKNOWN for what is not understood."""
    match node:
        case ast.Constant(value=None):
            return NONE
        case ast.Constant(value=str(text)):
            return _quoted(text, scope)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return join(annotated(left, scope), annotated(right, scope))
        case ast.Subscript(value=value, slice=inside):
            return _generic(infer(value, scope), inside, scope)
        case ast.Name() | ast.Attribute():
            return _named(infer(node, scope), scope)
    return UNKNOWN


def _quoted(text: str, scope: Scope) -> Kind:
    if len(text) > MAX_TEXT:
        return UNKNOWN
    try:
        return annotated(parse_expression(text), scope)
    except (SyntaxError, ValueError):
        return UNKNOWN  # a text that is no type, as typing.Literal may hold


def _named(kind: Kind, scope: Scope) -> Kind:
    if kind.sort is Sort.CLASS:
        return Kind(sort=Sort.INSTANCE, ref=kind.ref)
    if kind.sort is not Sort.EXTERNAL:
        return UNKNOWN
    message, rest = scope.facts.fields.find(kind.ref)
    if message and not rest:
        return Kind(sort=Sort.ENUM if message in scope.facts.fields.enums else Sort.MESSAGE, ref=message)
    if kind.ref in _DICTS:
        return dict_of(UNKNOWN, UNKNOWN)
    if kind.ref in _CONTAINERS:
        return _CONTAINERS[kind.ref](UNKNOWN)
    return Kind(sort=Sort.TUPLE) if kind.ref in _TUPLES else _SIMPLE.get(kind.ref, UNKNOWN)


def _generic(outer: Kind, inside: ast.expr, scope: Scope) -> Kind:
    elements = inside.elts if isinstance(inside, ast.Tuple) else [inside]
    parts = [annotated(part, scope) for part in elements] or [UNKNOWN]
    if outer.ref == "typing.Optional":
        return parts[0].maybe()
    if outer.ref == "typing.Union":
        kind = parts[0]
        for part in parts[1:]:
            kind = join(kind, part)
        return kind
    if outer.ref in _CONTAINERS:
        return _CONTAINERS[outer.ref](parts[0])
    if outer.ref in _DICTS and len(parts) > 1:
        return dict_of(parts[0], parts[1])
    if outer.ref in _TUPLES:
        open_ended = any(isinstance(item, ast.Constant) and item.value is Ellipsis for item in elements)
        return Kind(sort=Sort.TUPLE, of=parts[0]) if open_ended else tuple_of(*parts)
    return UNKNOWN
