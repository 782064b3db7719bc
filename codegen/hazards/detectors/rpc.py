"""What an RPC does with its context, and what it raises (group J)."""

import ast
from itertools import islice

from crossfade.codegen.hazards.detectors.numbers import is_nonzero
from crossfade.codegen.hazards.detectors.registry import MAX_NODES, Found, View, argument, detector, method_of, text
from crossfade.codegen.hazards.flow.caught import around, kin
from crossfade.codegen.hazards.kinds import NUMBERS, Sort

_CONTEXT = {
    **dict.fromkeys(("abort", "abort_with_status"), "J2"),
    "set_code": "J4",
    **dict.fromkeys(("is_active", "time_remaining", "cancelled"), "J7"),
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
    if view.caught is None or node.exc is None or view.is_never_run(node):
        return
    name = raised_name(node) or made_as(node.exc, view)
    if not name:
        return  # caught before and raised again, or nobody knows what
    if name == "NotImplementedError":
        if _is_caught(node, name, view):
            return
        if not view.unit.owner or view.unit.owner in view.facts.made or view.is_handler:
            yield "J3", node  # else a class that inherits has the method
    elif name in {"RpcError", "AbortError"}:
        yield "J2", node
    elif not _is_caught(node, name, view):
        yield "J1", node


@detector(ast.Assert)
def asserted(node: ast.Assert, view: View) -> Found:
    """``assert request.size > 0, "..."``: Java's ``assert`` is off, and nothing would end the call."""
    if view.caught is None or node.msg is None or not view.comes_in(node.test):
        return
    if not _is_caught(node, "AssertionError", view):
        yield "J1", node


def taken_by(node: ast.AST, view: View) -> frozenset[str]:
    """The names under which an exception of the line is caught; none for a line that raises nothing."""
    match node:
        case ast.Raise(exc=ast.expr() as raised):
            return kin(raised_name(node) or made_as(raised, view), view.facts)
        case ast.Assert():
            return kin("AssertionError", view.facts)
        case ast.BinOp():
            return kin("ZeroDivisionError", view.facts)
    return frozenset()


def made_as(raised: ast.expr, view: View) -> str:
    """The class of ``error`` in ``error = ValueError(...)`` with ``raise error``; "" where it is not made so."""
    for node in islice(view.unit.nodes, MAX_NODES) if isinstance(raised, ast.Name) else ():
        match node:
            case ast.Assign(
                targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id=made) | ast.Attribute(attr=made))
            ):
                if name == raised.id and made.lstrip("_")[:1].isupper():  # type: ignore[attr-defined] # it is a Name
                    return made
    return ""


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
    if view.caught is None or not isinstance(node.op, ast.Div | ast.FloorDiv | ast.Mod):
        return
    if view.sort(node.left) not in NUMBERS or view.sort(node.right) not in NUMBERS or is_nonzero(node.right, view):
        return
    if not _is_caught(node, "ZeroDivisionError", view):
        yield "J1", node


def _is_caught(node: ast.AST, name: str, view: View) -> bool:
    """Whether an ``except`` around it takes the exception, in the function or on each way from an RPC to it."""
    names = kin(name, view.facts)
    return bool(names & around(view.unit, node, view.facts)) or bool(names & (view.caught or frozenset()))


@detector(ast.Constant, "J10")
def sizes(node: ast.Constant, view: View) -> Found:
    """Limits that the server is started with."""
    if isinstance(node.value, str) and node.value in _SIZES and any(_is_server(part, view) for part in view.unit.nodes):
        yield "J10", node


@detector(ast.Call, "J12")
def threads(node: ast.Call, view: View) -> Found:
    """``grpc.server(ThreadPoolExecutor(...))``."""
    if _is_server(node, view):
        yield "J12", node


def _is_server(node: ast.AST, view: View) -> bool:
    return view.called(node) in {"grpc.server", "grpc.aio.server"}
