"""Statements that nothing follows: those behind them never run."""

import ast
from collections.abc import Sequence

from crossfade.codegen.hazards.source.units import Unit


def never_run(unit: Unit) -> frozenset[ast.AST]:
    """The statements of a unit behind one that ends the function, such as ``context.abort(...)``, which raises."""
    found = set[ast.AST]()
    for block in (unit.body, *(block for node in unit.nodes for block in _blocks(node))):
        ended = False
        for statement in block:
            if ended:
                found.add(statement)
            ended = ended or _ends(statement)
    return frozenset(found)


def _blocks(node: ast.AST) -> list[Sequence[ast.AST]]:
    found = (getattr(node, name, None) for name in ("body", "orelse", "finalbody"))
    return [block for block in found if isinstance(block, list)]


def _ends(node: ast.AST) -> bool:
    match node:
        case ast.Return() | ast.Raise():
            return True
        case ast.Expr(value=ast.Call(func=function)) | ast.Expr(value=ast.Await(value=ast.Call(func=function))):
            name = getattr(function, "attr", getattr(function, "id", ""))
            return name.lstrip("_").startswith("abort") and not {"if", "unless"} & set(name.split("_"))
        case ast.If(body=body, orelse=orelse):
            return bool(orelse) and _block_ends(body) and _block_ends(orelse)
        case ast.With(body=body) | ast.AsyncWith(body=body):
            return _block_ends(body)
        case ast.Try(body=body, handlers=handlers, orelse=orelse):
            done = _block_ends(body) or _block_ends(orelse)
            return done and all(_block_ends(handler.body) for handler in handlers)
    return False


def _block_ends(block: Sequence[ast.AST]) -> bool:
    return any(_ends(statement) for statement in block)
