"""Where statements and operators send the values in them."""

import ast
from collections.abc import Sequence

from crossfade.codegen.hazards.flow.places import Out, Place, Step, is_logging
from crossfade.codegen.hazards.flow.steps import Steps, end
from crossfade.codegen.hazards.kinds import UNKNOWN, Sort

_OF_TIME = frozenset({"isoformat", "strftime", "ctime", "replace", "astimezone", "date", "time", "timetuple", "format"})

Ended = Sequence[Step] | None


@end(ast.Return, ast.Yield, ast.YieldFrom)
def _given_back(steps: Steps, node: ast.AST, below: ast.AST) -> Ended:
    del node, below
    return [Place(steps.unit.id, "return")]


@end(ast.Raise)
def _raised(steps: Steps, node: ast.Raise, below: ast.AST) -> Ended:
    del steps
    return [Out.STATUS] if below is node.exc else []


@end(ast.Assign)
def _assigned(steps: Steps, node: ast.Assign, below: ast.AST) -> Ended:
    return [step for target in node.targets for step in steps.into(target)] if below is node.value else []


@end(ast.AnnAssign, ast.AugAssign)
def _assigned_once(steps: Steps, node: ast.AnnAssign | ast.AugAssign, below: ast.AST) -> Ended:
    return list(steps.into(node.target)) if below is node.value else []


@end(ast.NamedExpr)
def _named(steps: Steps, node: ast.NamedExpr, below: ast.AST) -> Ended:
    return [*steps.into(node.target), *steps.after(node)] if below is node.value else []


@end(ast.For, ast.AsyncFor)
def _looped(steps: Steps, node: ast.For | ast.AsyncFor, below: ast.AST) -> Ended:
    if below is not node.iter:
        return []
    return list(steps.filled_by(node) if steps.ordered else steps.into(node.target))


@end(ast.comprehension)
def _generated(steps: Steps, node: ast.comprehension, below: ast.AST) -> Ended:
    if below is not node.iter:
        return [Out.CHOICE]
    outer = steps.unit.parents.get(node)
    found = [] if steps.ordered else list(steps.into(node.target))
    if isinstance(outer, ast.ListComp | ast.GeneratorExp):
        found += steps.after(outer)  # how often and in which order
    return found


@end(ast.If, ast.While)
def _decided(steps: Steps, node: ast.If | ast.While, below: ast.AST) -> Ended:
    """Unless nothing but log lines depends on the condition."""
    del steps, below
    only_logs = all(
        isinstance(part, ast.Pass) or (isinstance(part, ast.Expr) and is_logging(part.value))
        for part in (*node.body, *node.orelse)
    )
    return [] if only_logs else [Out.CHOICE]


@end(ast.IfExp)
def _chosen(steps: Steps, node: ast.IfExp, below: ast.AST) -> Ended:
    del steps
    return [Out.CHOICE] if below is node.test else None


@end(ast.Assert, ast.Match, ast.match_case)
def _matched(steps: Steps, node: ast.AST, below: ast.AST) -> Ended:
    del steps, node, below
    return [Out.CHOICE]


@end(ast.withitem)
def _entered(steps: Steps, node: ast.withitem, below: ast.AST) -> Ended:
    del below
    return list(steps.into(node.optional_vars)) if node.optional_vars is not None else []


@end(ast.Expr, ast.ExceptHandler, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
def _dropped(steps: Steps, node: ast.AST, below: ast.AST) -> Ended:
    del steps, node, below
    return []


@end(ast.Delete)
def _deleted(steps: Steps, node: ast.AST, below: ast.AST) -> Ended:
    del steps, node, below
    return [Out.STATE]


@end(ast.Subscript)
def _indexed(steps: Steps, node: ast.Subscript, below: ast.AST) -> Ended:
    if isinstance(node.ctx, ast.Store):
        return list(steps.into(node))
    return [Out.CHOICE] if below is node.slice else None


@end(ast.Compare)
def _compared(steps: Steps, node: ast.AST, below: ast.AST) -> Ended:
    del node, below
    return None if steps.what == "value" else []


@end(ast.Attribute)
def _looked_into(steps: Steps, node: ast.Attribute, below: ast.AST) -> Ended:
    del below
    return [] if isinstance(node.ctx, ast.Store) or (steps.what == "time" and node.attr not in _OF_TIME) else None


@end(ast.BinOp)
def _operated(steps: Steps, node: ast.BinOp, below: ast.AST) -> Ended:
    """A distance of two times is no time any more."""
    del below
    sort = steps.facts.kinds.get(node, UNKNOWN).sort
    keeps = steps.what != "time" or sort in {Sort.DATETIME, Sort.DATE, Sort.UNKNOWN, Sort.STR}
    return None if keeps else []
