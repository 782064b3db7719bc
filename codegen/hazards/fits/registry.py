"""Registers fits under the ids of the pitfalls whose advice they write."""

import ast
from collections.abc import Callable

from crossfade.codegen.hazards.advice import advice_on
from crossfade.codegen.hazards.detectors import View
from crossfade.codegen.hazards.source.files import printable

Fit = Callable[[ast.AST, View], str]
_FITS: dict[str, Fit] = {}


def fit(*ids: str) -> Callable[[Fit], Fit]:
    """Registers a fit; its result follows the pitfall's title, and "" keeps the catalogue's advice."""

    def register(function: Fit) -> Fit:
        _FITS.update(dict.fromkeys(ids, function))
        return function

    return register


def advice_at(pitfall_id: str, node: ast.AST, view: View) -> str:
    """The title of the pitfall and what to write for this line.

    Raises: ValueError: the catalogue does not have it.
    """
    found = _FITS.get(pitfall_id)
    fitted = found(node, view) if found is not None else ""
    title, _, written = advice_on(pitfall_id).partition(": ")
    return f"{title}: {fitted or _of_this_call(written, node)}"


def _of_this_call(written: str, node: ast.AST) -> str:
    """Of several Java calls the one of the same name: ``lower`` of ``PySemantics.lower(s); PySemantics.upper(s)``."""
    function = node.func if isinstance(node, ast.Call) else None
    name = getattr(function, "attr", getattr(function, "id", ""))
    same = [call for call in written.split("; ") if name and f".{java_name(name)}(" in call]
    return same[0] if same else written


def java_name(name: str) -> str:
    """A Python name as it is written in Java."""
    first, *rest = [part for part in name.split("_") if part] or ["value"]
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


def getter_of(name: str) -> str:
    """``Name`` of ``name``, as it stands behind ``get``, ``set`` and ``has``."""
    written = java_name(name)
    return written[:1].upper() + written[1:]


def name_of(node: ast.expr) -> str:
    """What a value is called in Java, "value" where it has no name."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return java_name(name)
    return "value"


def short(node: ast.AST | None, limit: int = 40) -> str:
    """A piece of Python, on one line; "..." for a longer one."""
    literal = printable(ast.unparse(node)) if node is not None else ""
    return literal if len(literal) <= limit else "..."
