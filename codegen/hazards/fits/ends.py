"""Fits for how an RPC ends: statuses, exceptions, deadlines, lookups that find nothing."""

import ast
from collections.abc import Iterator

from crossfade.codegen.hazards.detectors import View
from crossfade.codegen.hazards.detectors.exceptions import handler_of, raised_directly
from crossfade.codegen.hazards.detectors.registry import argument, method_of
from crossfade.codegen.hazards.detectors.rpc import made_as, raised_name
from crossfade.codegen.hazards.fits.registry import fit, short
from crossfade.codegen.hazards.flow.caught import BROAD, names_of
from crossfade.codegen.hazards.kinds import Sort

_BAD_TEXT = BROAD | {"ValueError"}
_NO_KEY = BROAD | {"KeyError", "LookupError"}


def _code(node: ast.AST | None) -> str:
    """``NOT_FOUND`` of ``grpc.StatusCode.NOT_FOUND``, "" if it is not a literal."""
    return node.attr if isinstance(node, ast.Attribute) and node.attr.isupper() else ""


@fit("J2", "J4")
def _status(node: ast.AST, view: View) -> str:
    """``throw Status.NOT_FOUND...`` with the code of the line."""
    if not isinstance(node, ast.Call):
        return "throwing such an exception ends the RPC: throw status.asRuntimeException() with the same code"
    if method_of(node) == "abort_with_status":
        return (
            "throw io.grpc.protobuf.StatusProto.toStatusRuntimeException(status), with the details of the Python status"
        )
    code = _code(argument(node, "code", 0))
    status = f"Status.{code}" if code else "Status.fromCode(code)"
    end = ""
    if method_of(node) == "set_code":
        if code == "OK":
            return "leave it out: a handler that returns ends with OK"
        end = "; callers of a unary RPC never see the message that Python returns with the status"
    del view
    return f"throw {status}.withDescription(text).asRuntimeException(){end}"


@fit("J1")
def _uncaught(node: ast.AST, view: View) -> str:
    """What callers get from each kind of server, in grpcio's own words."""
    if isinstance(node, ast.BinOp):
        return f"if {short(node.right)} is 0, {_ending('ZeroDivisionError', view)}; check it and throw a status"
    if isinstance(node, ast.Assert):
        return f"{_ending('AssertionError', view)}; Java's assert is off unless -ea is given: write if (...) throw"
    name = _raised(node, view)
    return f"{_ending(name, view)}; throw an exception with the same text, or the status that you want"


def _ending(name: str, view: View) -> str:
    shown = f"Unexpected <class '{name}'>: " if view.is_async else "Exception calling application: "
    return f'{name} ends the RPC in Python with UNKNOWN and "{shown}" + its text'


def _raised(node: ast.AST, view: View) -> str:
    if not isinstance(node, ast.Raise) or node.exc is None:
        return "what is raised"
    return raised_name(node) or made_as(node.exc, view) or "what is raised"


@fit("J6", "C21")
def _exception_text(node: ast.AST, view: View) -> str:
    """What the text of the exception is, where the ``try`` shows which Python text it can be."""
    known = sorted(set(_texts(node, view)))
    if known:
        return f"Python's text is {' or '.join(known[:2])}; write that text, the Java exception has a different one"
    return "a Java exception has a different text: write the one that callers expect, or compare only the code"


def _texts(node: ast.AST, view: View) -> Iterator[str]:
    handler = handler_of(node, view)
    attempt = view.parents.get(handler) if handler is not None else None
    if handler is None or not isinstance(attempt, ast.Try | ast.TryStar) or "?" in set(raised_directly(attempt, view)):
        return
    names = set(names_of(handler))
    for statement in attempt.body:
        for part in ast.walk(statement):
            called = view.called(part)
            if called == "builtins.int" and names & _BAD_TEXT:
                yield '"invalid literal for int() with base 10: " + PySemantics.repr(text)'
            elif called == "builtins.float" and names & _BAD_TEXT:
                yield '"could not convert string to float: " + PySemantics.repr(text)'
            elif isinstance(part, ast.Subscript) and view.sort(part.value) is Sort.DICT and names & _NO_KEY:
                yield "PySemantics.repr(key)"


@fit("J7")
def _deadline(node: ast.AST, view: View) -> str:
    del view
    call = {
        "is_active": "!io.grpc.Context.current().isCancelled()",
        "cancelled": "io.grpc.Context.current().isCancelled()",
        "time_remaining": "io.grpc.Context.current().getDeadline(), null without a deadline,"
        " then timeRemaining(TimeUnit.MILLISECONDS)",
    }.get(method_of(node), "")
    return call and f"{call}; in Java calls to other services end at the deadline automatically"


@fit("E11")
def _lookup(node: ast.AST, view: View) -> str:
    del view
    if method_of(node) == "index":
        return "indexOf returns -1 where Python raises ValueError: check for it"
    return "get(key) returns null where Python raises KeyError: check containsKey(key), and do what `except` does"
