"""What the service reads from databases (group K)."""

import ast
import re

from crossfade.codegen.hazards.detectors.registry import Found, View, argument, detector, method_of, text
from crossfade.codegen.hazards.kinds import Sort

_TIME_SQL = re.compile(
    r"\b(CURRENT_TIMESTAMP|TIMESTAMP|DATETIME|AT TIME ZONE|NOW\(\)|TIMESTAMPTZ)\b|NOW\(\)", re.IGNORECASE
)


@detector(ast.Call, "K3")
def fetched(node: ast.Call, view: View) -> Found:
    """``cursor.fetchone()`` and the like, unless the code only tests whether there is a row."""
    if method_of(node) not in {"fetchone", "fetchall", "fetchmany", "scalar", "scalar_one_or_none"}:
        return
    if not _is_asked(node, view):
        yield "K3", node


def _is_asked(node: ast.AST, view: View) -> bool:
    match view.parents.get(node):
        case ast.UnaryOp(op=ast.Not()) | ast.Compare():
            return True
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
            return test is node
    return view.is_within_call(node, "builtins.bool")


@detector(ast.For, "K3")
def each_row(node: ast.For, view: View) -> Found:
    """``for row in db.execute(...)``."""
    if _is_query(node.iter, view):
        yield "K3", node.iter


@detector(ast.comprehension)
def rows(node: ast.comprehension, view: View) -> Found:
    """``[... for row in db.execute(...)]``."""
    if _is_query(node.iter, view):
        yield "K3", node.iter


def _is_query(node: ast.expr, view: View) -> bool:
    return method_of(node) == "execute" and view.sort(node.func) is not Sort.FUNCTION  # type: ignore[attr-defined]


@detector(ast.Call, "K4")
def times_in_sql(node: ast.Call, view: View) -> Found:
    """SQL that names times, drivers that are set to convert them."""
    if (
        method_of(node) in {"execute", "executemany", "executescript"}
        and _TIME_SQL.search(text(argument(node, "sql", 0)) or "")
    ) or (view.called(node).endswith(".connect") and argument(node, "detect_types") is not None):
        yield "K4", node


@detector(ast.Call, "K2")
def cache_keys(node: ast.Call, view: View) -> Found:
    """``cache.set(str(...), ...)``: a key that is Python's own text."""
    receiver = ast.unparse(node.func.value).lower() if isinstance(node.func, ast.Attribute) else ""
    is_cache = method_of(node) in {"set", "get", "setex"} and re.search(r"cache|redis|memcache", receiver)
    if is_cache and node.args and view.called(node.args[0]) in {"builtins.str", "builtins.repr"}:
        yield "K2", node
