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
        if _is_counted(node, view):
            return  # ``now().timestamp()`` is the same in each zone
        if view.kind(node).ref == "naive":
            yield "H8", node
        if name.endswith("now"):
            yield "H6", node
    elif name in {"datetime.datetime.utcnow", "datetime.datetime.utcfromtimestamp"} and _is_whole(node, view):
        yield "H7", node
    elif name == "time.time" and _is_written(node, view):
        yield "H23", node
    elif method_of(node) == "ToDatetime" and not node.args and not node.keywords and _is_used_as_naive(node, view):
        yield "H7", node
    elif method_of(node) == "replace" and {keyword.arg for keyword in node.keywords} & {"year", "month", "day"}:
        yield "H22", node


def _is_counted(node: ast.Call, view: View) -> bool:
    parent = view.parents.get(node)
    return isinstance(parent, ast.Attribute) and parent.attr == "timestamp"


def _is_whole(node: ast.Call, view: View) -> bool:
    """Whether the time itself goes out, not its year or the like."""
    parent = view.parents.get(node)
    is_part = isinstance(parent, ast.Attribute) and parent.attr not in {"isoformat", "strftime", "replace", "timestamp"}
    return not is_part and goes_out(node, view)


def _is_written(node: ast.Call, view: View) -> bool:
    """Whether the seconds themselves, whole or not, get into a field, a dict or a text."""
    parent = view.parents.get(node)
    if isinstance(parent, ast.Assign) or (view.called(parent or node) == "builtins.int"):
        target = parent if isinstance(parent, ast.Assign) or parent is None else view.parents.get(parent)
        if isinstance(target, ast.Assign) and isinstance(target.targets[0], ast.Name):
            name = target.targets[0].id
            return any(
                isinstance(view.parents.get(part), ast.keyword | ast.Dict | ast.Return | ast.FormattedValue)
                for part in view.readers(name)
            )
    if view.called(parent or node) in {"builtins.int", "builtins.round", "builtins.float"} and parent is not None:
        parent = view.parents.get(parent)
    target = parent.targets[0] if isinstance(parent, ast.Assign) else None
    is_field = isinstance(target, ast.Subscript) or (
        isinstance(target, ast.Attribute) and view.sort(target.value) is Sort.MESSAGE
    )
    return is_field or isinstance(parent, ast.keyword | ast.Dict | ast.Return | ast.FormattedValue)


def _is_used_as_naive(node: ast.Call, view: View) -> bool:
    """Whether the time is written, compared or reckoned with where it is made, or under the name that it gets."""
    parent = view.parents.get(node)
    if isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name):
        name = parent.targets[0].id
        return any(_uses_zone(part, view) for part in view.readers(name))
    return _uses_zone(node, view)


def _uses_zone(node: ast.AST, view: View) -> bool:
    parent = view.parents.get(node)
    match parent:
        case ast.Attribute(attr="isoformat" | "strftime" | "timestamp" | "ctime"):
            return True
        case ast.FormattedValue() | ast.BinOp() | ast.Compare():
            return True
        case ast.Call():
            return view.called(parent) in {"builtins.str", "builtins.repr", "builtins.format"}
    return False


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
        parent = view.parents.get(node, node)  # int() drops what toSeconds() drops
        if view.called(parent) != "builtins.int" and not isinstance(parent, ast.Compare) and goes_out(node, view):
            yield "B8", node
    elif (
        name == "timestamp" and _is_written(node, view) and view.sort(node.func.value) in {Sort.DATETIME, Sort.UNKNOWN}  # type: ignore[attr-defined]
    ):
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
