"""Times, durations and their text (group H)."""

import ast
import re

from crossfade.codegen.hazards.detectors.registry import Found, View, argument, detector, goes_out, method_of, text
from crossfade.codegen.hazards.kinds import Sort

_DIRECTIVES = {
    "Y": "H13", "G": "H13", "H": "H14", "I": "H14",
    "p": "H15", "b": "H15", "B": "H15", "a": "H15", "A": "H15", "c": "H15", "x": "H15",
    "f": "H16", "z": "H17", "u": "H18", "w": "H18", "U": "H19", "W": "H19", "V": "H19",
}  # fmt: skip


@detector(ast.Call, "H1", "H2", "H7")
def iso_text(node: ast.Call, view: View) -> Found:
    """``isoformat()``: with an offset, or of a time without a zone."""
    if method_of(node) != "isoformat":
        return
    kind = view.kind(node.func.value)  # type: ignore[attr-defined] # a method is an attribute
    if kind.sort is Sort.DATE:
        return
    if kind.ref == "naive":
        yield "H2", node
        yield "H7", node
    else:
        yield "H1", node


@detector(ast.Call, *_DIRECTIVES.values())
def by_pattern(node: ast.Call, view: View) -> Found:
    """``strftime(pattern)``, ``f"{at:%H:%M}"``."""
    if method_of(node) != "strftime" or view.sort(node.func) is Sort.FUNCTION:
        return
    pattern = text(argument(node, "format", 0))
    for pitfall_id in _of_pattern(pattern or ""):
        yield pitfall_id, node


@detector(ast.FormattedValue)
def in_f_string(node: ast.FormattedValue, view: View) -> Found:
    """``f"{at:%Y-%m-%d}"``."""
    if isinstance(node.format_spec, ast.JoinedStr) and view.sort(node.value) in {Sort.DATETIME, Sort.DATE}:
        for pitfall_id in _of_pattern("".join(text(part) or "" for part in node.format_spec.values)):
            yield pitfall_id, node.value


def _of_pattern(pattern: str) -> list[str]:
    found = [_DIRECTIVES[letter] for letter in re.findall(r"%[-#]?(\w)", pattern) if letter in _DIRECTIVES]
    return list(dict.fromkeys(found))


@detector(ast.Call, "H6", "H8", "H7", "H22", "H23")
def made_time(node: ast.Call, view: View) -> Found:
    """``datetime.now()``, ``fromtimestamp(s)``, ``message.ToDatetime()``, ``replace(year=...)``."""
    name = view.called(node)
    if name in {"datetime.datetime.now", "datetime.datetime.fromtimestamp"}:
        if view.kind(node).ref == "naive":
            yield "H8", node
        if name.endswith("now"):
            yield "H6", node
    elif name in {"datetime.datetime.utcnow", "datetime.datetime.utcfromtimestamp"} and goes_out(node, view):
        yield "H7", node
    elif name == "time.time" and goes_out(node, view):
        yield "H23", node
    elif method_of(node) == "ToDatetime" and not node.args and not node.keywords:
        yield "H7", node
    elif method_of(node) == "replace" and {keyword.arg for keyword in node.keywords} & {"year", "month", "day"}:
        yield "H22", node


@detector(ast.Call, "H18", "H19", "B8", "H23", "H5")
def part_of_time(node: ast.Call, view: View) -> Found:
    """``weekday()``, ``isocalendar()``, ``total_seconds()``, ``timestamp()``."""
    name = method_of(node)
    if view.sort(node.func) is Sort.FUNCTION:
        return
    if name in {"weekday", "isoweekday"} and not node.args:
        yield "H18", node
    elif name == "isocalendar":
        yield "H19", node
    elif name == "total_seconds":
        if view.called(view.parents.get(node, node)) != "builtins.int":  # int() drops what toSeconds() drops
            yield "B8", node
    elif name == "timestamp" and view.sort(node.func.value) in {Sort.DATETIME, Sort.UNKNOWN}:  # type: ignore[attr-defined]
        yield "H23", node
    elif name == "tzname" or (name in {"isoformat", "strftime"} and view.kind(node.func.value).ref == "zone"):  # type: ignore[attr-defined]
        yield "H5", node


@detector(ast.Attribute, "H12", "H6")
def seconds(node: ast.Attribute, view: View) -> Found:
    """``duration.seconds``, ``at.microsecond``."""
    if not isinstance(node.ctx, ast.Load):
        return
    if node.attr == "seconds" and view.sort(node.value) is Sort.TIMEDELTA:
        yield "H12", node
    elif node.attr == "microsecond" and view.sort(node.value) is Sort.DATETIME:
        yield "H6", node


@detector(ast.BinOp, "H9")
def across_clock_changes(node: ast.BinOp, view: View) -> Found:
    """``local_time + timedelta(...)``."""
    if isinstance(node.op, ast.Add | ast.Sub) and any(
        view.kind(side).ref == "zone" for side in (node.left, node.right)
    ):
        yield "H9", node
