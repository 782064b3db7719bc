"""Regular expressions (group D): what stands in the pattern, and what is called with it."""

import ast
import re

from crossfade.codegen.hazards.detectors.registry import (
    MAX_TEXT,
    Found,
    View,
    argument,
    detector,
    is_condition,
    method_of,
    text,
)
from crossfade.codegen.hazards.kinds import Sort

_FUNCTIONS = frozenset({"compile", "match", "search", "fullmatch", "split", "sub", "subn", "findall", "finditer"})
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_UNICODE_CLASS = frozenset("dDwWsS")


def _function(node: ast.Call, view: View) -> str:
    """``match`` for ``re.match(...)`` and for ``pattern.match(...)``."""
    module, _, name = view.called(node).rpartition(".")
    if module in {"re", "regex"} and name in _FUNCTIONS:
        return name
    name = method_of(node)
    is_pattern = name in _FUNCTIONS and view.sort(node.func.value) is Sort.PATTERN  # type: ignore[attr-defined]
    return name if is_pattern else ""


def _has_flag(node: ast.Call, *names: str) -> bool:
    flags = [item.value for item in node.keywords if item.arg == "flags"] + node.args[1:]
    parts = [part for flag in flags for part in ast.walk(flag)]
    return any(isinstance(part, ast.Attribute) and part.attr in names for part in parts)


@detector(ast.Call, "D1", "D2", "D4", "D7", "D8", "D9", "D10")
def in_pattern(node: ast.Call, view: View) -> Found:
    """What a pattern that is written out holds."""
    if not view.called(node).startswith(("re.", "regex.")) or not _function(node, view) or not node.args:
        return
    literal = node.args[0]
    pattern = literal.value if isinstance(literal, ast.Constant) else None
    if isinstance(pattern, bytes):
        pattern = pattern.decode("latin-1")
        unicode = False
    else:
        unicode = not _has_flag(node, "ASCII", "A")
    if not isinstance(pattern, str) or len(pattern) > MAX_TEXT:
        return
    verbose = _has_flag(node, "VERBOSE", "X")
    for pitfall_id in _inside(_plain(pattern, verbose=verbose), pattern, unicode=unicode):
        yield pitfall_id, node
    if unicode and (_has_flag(node, "IGNORECASE", "I") or "(?i" in pattern):
        yield "D2", node
    if _function(node, view) == "findall" and re.search(r"(?<!\\)\((?!\?)", pattern):
        yield "D9", node


def _plain(pattern: str, *, verbose: bool) -> str:
    """Without escapes, classes and, in a verbose one, comments: what is left means itself."""
    without = re.sub(r"(?<!\\)#.*", "", pattern) if verbose else pattern
    return _CLASS.sub("x", _ESCAPED.sub("x", without))


def _inside(plain: str, pattern: str, *, unicode: bool) -> list[str]:
    escapes = set(_ESCAPED.findall(pattern))
    signs = {
        "D1": unicode and bool(escapes & _UNICODE_CLASS),
        "D4": "$" in plain or "." in plain or "Z" in escapes,
        "D7": "(?P" in pattern,
        "D8": bool(re.search(r"\[[^\]]*(&&|\[)", _ESCAPED.sub("x", pattern))),
        "D10": unicode and bool(set(_ESCAPED.findall(_CLASS.sub("x", pattern))) & {"b", "B"}),
    }
    return [pitfall_id for pitfall_id, found in signs.items() if found]


@detector(ast.Call, "D3", "D5", "D6")
def with_pattern(node: ast.Call, view: View) -> Found:
    """``match`` and ``search``, which want less than ``matches()``; ``split``; ``sub``.

    A ``search`` whose match is used becomes ``find()`` by itself; one that is only tested may become ``matches()``.
    """
    function = _function(node, view)
    is_method = bool(method_of(node)) and view.sort(node.func.value) is Sort.PATTERN  # type: ignore[attr-defined]
    if function in {"match", "search"}:
        wanted = function == "match" or is_condition(node, view)
        if wanted and not _is_anchored(node, function, view, is_method=is_method):
            yield "D3", node
    elif function == "split" and is_method:
        yield "D5", node
    elif function in {"sub", "subn"}:
        replacement = argument(node, "repl", 0 if is_method else 1)
        literal = text(replacement)
        if literal is not None and re.search(r"[\\$]", literal):
            yield "D6", node


def _is_anchored(node: ast.Call, function: str, view: View, *, is_method: bool) -> bool:
    pattern = text(node.args[0]) or "" if node.args else ""
    if is_method:
        pattern = view.kind(node.func.value).ref  # type: ignore[attr-defined] # a method is an attribute
    ends = pattern.endswith(("$", r"\Z"))
    return ends and (function == "match" or pattern.startswith(("^", r"\A")))
