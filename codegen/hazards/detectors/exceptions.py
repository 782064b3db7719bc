"""Texts of exceptions that leave the service (J6, C21), where it is Python or a library that wrote them."""

import ast
from collections.abc import Iterator

from crossfade.codegen.hazards.detectors.registry import View
from crossfade.codegen.hazards.flow.caught import BROAD, names_of
from crossfade.codegen.hazards.flow.places import is_logging
from crossfade.codegen.hazards.inference.reach import reached
from crossfade.codegen.hazards.kinds import Sort

MAX_REACHED = 200  # units behind a ``try``: beyond that nobody can know which of them raised
_BY_CALL = {
    "builtins.int": "ValueError",
    "builtins.float": "ValueError",
    "uuid.UUID": "ValueError",
    "json.loads": "ValueError",
    "json.load": "ValueError",
    "datetime.datetime.strptime": "ValueError",
    "datetime.datetime.fromisoformat": "ValueError",
    "datetime.date.fromisoformat": "ValueError",
    "builtins.open": "OSError",
}
_LOOKUPS = frozenset({"KeyError", "LookupError", "IndexError"})
_OWN = frozenset({"logging", "builtins", "time", "threading", "typing", "functools", "contextlib"})


def handler_of(node: ast.AST, view: View) -> ast.ExceptHandler | None:
    """The ``except`` clause in which the exception of this name was caught."""
    name = node.id if isinstance(node, ast.Name) else ""
    return next(
        (above for above in view.above(node) if isinstance(above, ast.ExceptHandler) and above.name == name), None
    )


def is_foreign(node: ast.expr, view: View) -> bool:
    """Whether the text of a caught exception may be Python's or a library's: what the service raises itself is its own.

    True where the ``except`` clause can't be found.
    """
    handler = handler_of(node, view)
    attempt = view.parents.get(handler) if handler is not None else None
    if handler is None or not isinstance(attempt, ast.Try | ast.TryStar):
        return True
    names = set(names_of(handler))
    if all(view.facts.classes_named(name) for name in names):
        return False
    direct = set(raised_directly(attempt, view))
    if names & BROAD:
        return bool(direct)
    return any(_fits(name, direct, attempt, view) for name in names if not view.facts.classes_named(name))


def _fits(name: str, direct: set[str], attempt: ast.Try | ast.TryStar, view: View) -> bool:
    return name in direct or not _is_raised_behind(name, attempt, view)


def raised_directly(attempt: ast.Try | ast.TryStar, view: View) -> Iterator[str]:
    """What Python itself, or something from elsewhere ("?"), raises in the body of a ``try``."""
    for statement in attempt.body:
        for node in ast.walk(statement):
            match node:
                case ast.Call() if not is_logging(node):
                    yield from _by_call(node, view)
                case ast.Subscript(ctx=ast.Load(), slice=index) if not isinstance(index, ast.Slice):
                    yield from _LOOKUPS if view.sort(node.value) in {Sort.DICT, Sort.UNKNOWN} else {"IndexError"}
                case ast.BinOp(op=ast.Div() | ast.FloorDiv() | ast.Mod()) if view.sort(node.left) is not Sort.STR:
                    yield "ZeroDivisionError"


def _by_call(node: ast.Call, view: View) -> Iterator[str]:
    called = view.called(node)
    if called in _BY_CALL:
        yield _BY_CALL[called]
    elif called:
        if called.partition(".")[0] not in _OWN and not view.facts.fields.find(called)[0]:
            yield "?"
    elif not view.facts.targets.get(node) and _is_unknown(node, view):
        yield "?"


def _is_unknown(node: ast.Call, view: View) -> bool:
    """Whether a call is of something of which nothing is known: not a method of a text or a list."""
    if view.sort(node.func) is not Sort.UNKNOWN:
        return view.sort(node.func) is Sort.EXTERNAL
    unknown = {Sort.UNKNOWN, Sort.THING, Sort.EXTERNAL}
    return not isinstance(node.func, ast.Attribute) or view.sort(node.func.value) in unknown


def _is_raised_behind(name: str, attempt: ast.Try | ast.TryStar, view: View) -> bool:
    """Whether the service raises it itself in what the ``try`` runs."""
    starts = {target for statement in attempt.body for node in ast.walk(statement)
              for target in view.facts.targets.get(node, ())}  # fmt: skip
    units = {unit for start in starts for unit in reached(view.facts, start)}
    own = (node for statement in attempt.body for node in ast.walk(statement))
    behind = (node for unit in sorted(units)[:MAX_REACHED] for node in view.facts.project.units[unit].nodes)
    return any(_raises(node, name) for nodes in (own, behind) for node in nodes)


def _raises(node: ast.AST, name: str) -> bool:
    raised = node.exc if isinstance(node, ast.Raise) else None
    raised = raised.func if isinstance(raised, ast.Call) else raised
    return (
        isinstance(raised, ast.Name | ast.Attribute)
        and (raised.id if isinstance(raised, ast.Name) else raised.attr) == name
    )
