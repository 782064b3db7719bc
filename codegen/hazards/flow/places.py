"""What a value goes through: places that hold it, ways out of the service, and calls that only an operator reads."""

import ast
from enum import IntFlag
from typing import Literal, NamedTuple


class Out(IntFlag):
    """Ways out of the service. A value may take several."""

    NONE = 0
    ANSWER = 1
    STATUS = 2
    STATE = 4
    CHOICE = 8


class Place(NamedTuple):
    """What holds a value between two expressions: a name of a unit, a unit's result, an attribute of any class."""

    unit: str
    name: str


Step = Place | Out
What = Literal["value", "order", "time"]

_LEVELS = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log", "trace"})
NO_ORDER = frozenset({"builtins.sorted", "builtins.set", "builtins.frozenset", "builtins.sum", "builtins.min",
                      "builtins.max", "builtins.any", "builtins.all", "builtins.len", "builtins.dict",
                      "collections.Counter", "math.fsum"})  # fmt: skip


def is_logging(node: ast.AST) -> bool:
    """Whether a call writes for the operator: a log line, a metric, a trace."""
    match node:
        case ast.Call(func=ast.Attribute(value=receiver, attr=name)):
            if name.startswith("log_") or name == "warn_explicit":
                return True
            return name in _LEVELS and any(word in _dotted(receiver).lower() for word in ("log", "warnings"))
        case ast.Call(func=ast.Name(id=name)):
            return name in {"print", "debug", "_debug", "log", "echo", "warn"}
    return False


def _dotted(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=name):
            return f"{_dotted(value)}.{name}"
        case ast.Call(func=function):
            return _dotted(function)
    return ""


def is_static(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a method has no ``self``."""
    return any(isinstance(item, ast.Name) and item.id == "staticmethod" for item in node.decorator_list)
