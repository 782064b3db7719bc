"""What an assignment does to names and attributes."""

import ast

from crossfade.codegen.hazards.inference.rules import Scope, infer
from crossfade.codegen.hazards.kinds import UNKNOWN, Kind, Sort, join, list_of


def bind(target: ast.expr, kind: Kind, scope: Scope) -> None:
    """The target gets a value of this kind."""
    match target:
        case ast.Name(id=name):
            scope.env[name] = kind
            scope.facts.kinds[target] = kind
        case ast.Tuple(elts=targets) | ast.List(elts=targets):
            _unpack(targets, kind, scope)
        case ast.Starred(value=value):
            bind(value, list_of(kind), scope)
        case ast.Attribute(value=value, attr=attr):
            base = infer(value, scope)
            scope.facts.kinds[target] = kind
            if base.sort in {Sort.INSTANCE, Sort.CLASS}:
                scope.facts.add_attribute(base.ref, attr, kind)
        case ast.Subscript(value=value, slice=index):
            key = infer(index, scope)
            if not isinstance(index, ast.Constant):  # with a key written out it is a record, not a table
                _bind_element(value, key, kind, scope)


def _bind_element(container: ast.expr, key: Kind, kind: Kind, scope: Scope) -> None:
    """``d[k] = v`` shows what a dict that was empty so far holds."""
    base = infer(container, scope)
    if isinstance(container, ast.Name) and base.sort is Sort.DICT and container.id in scope.env and not base.ref:
        known = Kind(
            sort=Sort.DICT,
            key=join(base.key or UNKNOWN, key),
            of=join(base.of or UNKNOWN, kind),
            optional=base.optional,
        )
        scope.env[container.id] = known


def _unpack(targets: list[ast.expr], kind: Kind, scope: Scope) -> None:
    starred = any(isinstance(target, ast.Starred) for target in targets)
    if kind.sort is Sort.TUPLE and len(kind.parts) == len(targets) and not starred:
        for target, part in zip(targets, kind.parts, strict=True):
            bind(target, part, scope)
        return
    element = kind.element() if kind.sort not in {Sort.UNKNOWN, Sort.MIXED} else UNKNOWN
    for target in targets:
        bind(target, element, scope)
