"""What an RPC does with its context, and what it raises (group J)."""

import ast
import re
from collections.abc import Iterator

from crossfade.codegen.hazards.detectors.registry import Found, View, argument, detector, method_of, text
from crossfade.codegen.hazards.kinds import NUMBERS, Sort

BROAD = frozenset({"Exception", "BaseException", ""})
_BUILT_IN_BASES = {
    "ZeroDivisionError": "ArithmeticError",
    "OverflowError": "ArithmeticError",
    "KeyError": "LookupError",
    "IndexError": "LookupError",
    "UnicodeDecodeError": "ValueError",
    "FileNotFoundError": "OSError",
    "PermissionError": "OSError",
}
_CONTEXT = {
    **dict.fromkeys(("abort", "abort_with_status"), "J2"),
    "set_code": "J4",
    **dict.fromkeys(("is_active", "time_remaining", "cancelled", "add_callback"), "J7"),
    **dict.fromkeys(("peer", "peer_identities", "peer_identity_key", "auth_context"), "J11"),
}
_SIZES = frozenset(
    f"grpc.{name}"
    for name in (
        "max_receive_message_length",
        "max_send_message_length",
        "max_metadata_size",
        "absolute_max_metadata_size",
    )
)


def is_context(node: ast.expr, view: View) -> bool:
    """Whether a value is the context of a call, or is named as one."""
    named = isinstance(node, ast.Name) and node.id in {"context", "ctx", "servicer_context", "_context"}
    return view.sort(node) is Sort.CONTEXT or (named and view.sort(node) is Sort.UNKNOWN)


@detector(ast.Call, "J5", *_CONTEXT.values())
def on_context(node: ast.Call, view: View) -> Found:
    """``context.abort(...)`` and the like."""
    name = method_of(node)
    if (
        name not in {*_CONTEXT, "set_details"}
        or not isinstance(node.func, ast.Attribute)
        or not is_context(node.func.value, view)
    ):
        return
    if name in _CONTEXT:
        yield _CONTEXT[name], node
    details = text(argument(node, "details", 0 if name == "set_details" else 1))
    if details is not None and details != details.strip(" "):
        yield "J5", node


@detector(ast.Raise, "J1", "J2", "J3")
def raised(node: ast.Raise, view: View) -> Found:
    """An exception that nobody takes, in code that an RPC reaches."""
    if view.caught is None or node.exc is None:
        return
    name = raised_name(node)
    if name == "NotImplementedError":
        yield "J3", node
    elif name in {"RpcError", "AbortError"}:
        yield "J2", node
    elif not _is_caught(node, name, view):
        yield "J1", node


def raised_name(node: ast.Raise) -> str:
    """The class that is raised, "" where it is not written out."""
    raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    match raised:
        case ast.Name(id=name) | ast.Attribute(attr=name) if name[:1].isupper() or name.lstrip("_")[:1].isupper():
            return name
    return ""


@detector(ast.BinOp, "J1")
def dividing(node: ast.BinOp, view: View) -> Found:
    """A division whose divisor nothing in the function tests: ZeroDivisionError ends the call."""
    if (
        view.caught is None
        or not isinstance(node.op, ast.Div | ast.FloorDiv | ast.Mod)
        or view.sort(node.left) is Sort.STR
    ):
        return
    if Sort.UNKNOWN in {view.sort(node.left), view.sort(node.right)} and isinstance(node.op, ast.Mod):
        return
    if _is_known_nonzero(node.right, view) or view.sort(node.right) not in NUMBERS | {Sort.UNKNOWN}:
        return
    if not _is_caught(node, "ZeroDivisionError", view):
        yield "J1", node


def _is_known_nonzero(divisor: ast.expr, view: View) -> bool:
    if isinstance(divisor, ast.Constant) or (isinstance(divisor, ast.Name) and divisor.id.isupper()):
        return True
    measured = divisor.args[0] if view.called(divisor) == "builtins.len" else divisor  # type: ignore[attr-defined]
    return ast.unparse(measured) in view.tested


def _is_caught(node: ast.AST, name: str, view: View) -> bool:
    """Whether an ``except`` around it takes the exception, in the function or on the way from an RPC to it."""
    kin = _kin(name, view)
    below = node
    for above in view.above(node):
        if isinstance(above, ast.Try) and below in above.body and kin.intersection(caught_names(above)):
            return True
        below = above
    return bool(kin & (view.caught or frozenset()))


def _kin(name: str, view: View) -> frozenset[str]:
    """The names under which an exception is caught: its own, those of its bases."""
    found = {name, *BROAD, _BUILT_IN_BASES.get(name, name)}
    for owner in view.facts.classes_named(name):
        found.update(base.rpartition(":")[2].rpartition(".")[2] for base in view.facts.lineage(owner))
        found.update(base.rpartition(".")[2] for base in view.facts.outside_bases(owner))
    return frozenset(found)


def caught_names(node: ast.Try | ast.TryStar) -> Iterator[str]:
    """The classes of the ``except`` clauses, "" for a bare one."""
    for handler in node.handlers:
        if handler.type is None:
            yield ""
            continue
        types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        yield from (ast.unparse(item).rpartition(".")[2] for item in types)


@detector(ast.Constant, "J10")
def sizes(node: ast.Constant, view: View) -> Found:
    """Limits that the server is started with."""
    if isinstance(node.value, str) and node.value in _SIZES:
        yield "J10", node
    del view


@detector(ast.Call, "J12")
def threads(node: ast.Call, view: View) -> Found:
    """``grpc.server(ThreadPoolExecutor(...))``."""
    if re.fullmatch(r"grpc(\.aio)?\.server", view.called(node)):
        yield "J12", node
