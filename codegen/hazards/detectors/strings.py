"""Methods, slices and order of text; its bytes (group C)."""

import ast
import re

from crossfade.codegen.hazards.detectors.registry import (
    Found,
    View,
    argument,
    detector,
    goes_out,
    is_false,
    method_of,
    number,
    text,
)
from crossfade.codegen.hazards.kinds import Sort

_REGEX_SIGNS = re.compile(r"[.|*+?^$()\[\]{}\\]")
_ALWAYS = {
    **dict.fromkeys(("capitalize", "title", "swapcase"), "C8"),
    **dict.fromkeys(("lower", "upper"), "C7"),
    "casefold": "C6",
    **dict.fromkeys(("isdigit", "isnumeric", "isdecimal", "isalpha", "isalnum", "isspace", "isidentifier"), "C22"),
    **dict.fromkeys(("ljust", "rjust", "center"), "C31"),
    "splitlines": "C14",
}
_POSITIONS = frozenset({"find", "rfind", "index", "rindex"})
_OF_MATCH = frozenset({"start", "end", "span"})
_UTF8 = {"utf-8", "utf8", "u8"}
_NARROW = {"ascii", "us-ascii", "latin-1", "latin1", "iso-8859-1", "iso8859-1", "cp1252"}
_ASCII_MADE = ("base64.", "binascii.")


@detector(ast.Call, "C3", *_ALWAYS.values())
def text_method(node: ast.Call, view: View) -> Found:
    """``s.lower()`` and the like."""
    name = method_of(node)
    if not name or view.sort(node.func) in {Sort.FUNCTION, Sort.EXTERNAL}:
        return
    sort = view.sort(node.func.value)  # type: ignore[attr-defined] # a method is an attribute
    is_position = (name in _POSITIONS and sort is Sort.STR) or (name in _OF_MATCH and sort is Sort.MATCH)
    if is_position and goes_out(node, view):
        yield "C3", node
    elif name in _ALWAYS and sort in {Sort.STR, Sort.UNKNOWN} and not _is_safe_in_turkish(node, name, view):
        yield _ALWAYS[name], node


def _is_safe_in_turkish(node: ast.Call, name: str, view: View) -> bool:
    """``lower()`` compared with texts that are written out and have no i, the only letter that differs."""
    parent = view.parents.get(node)
    if name not in {"lower", "upper"} or not isinstance(parent, ast.Compare):
        return False
    sides = [side for side in (parent.left, *parent.comparators) if side is not node]
    texts = [
        text(item)
        for side in sides
        for item in (side.elts if isinstance(side, ast.Tuple | ast.List | ast.Set) else [side])
    ]
    return all(item is not None and "i" not in item.lower() for item in texts)


def _is_of_text(node: ast.Call, view: View) -> bool:
    """Whether the method's value is a text, or unknown: not bytes, a pattern, or a module's function."""
    if view.sort(node.func) in {Sort.FUNCTION, Sort.EXTERNAL}:
        return False
    return view.sort(node.func.value) in {Sort.STR, Sort.UNKNOWN}  # type: ignore[attr-defined] # as above


@detector(ast.Call, "C9")
def stripped(node: ast.Call, view: View) -> Found:
    """``strip()`` of white space."""
    if method_of(node) in {"strip", "lstrip", "rstrip"} and not node.args and _is_of_text(node, view):
        yield "C9", node


@detector(ast.Call, "C10", "C11", "C12", "C13")
def parted(node: ast.Call, view: View) -> Found:
    """``split``."""
    if method_of(node) not in {"split", "rsplit"} or not _is_of_text(node, view):
        return
    separator, limit = argument(node, "sep", 0), argument(node, "maxsplit", 1)
    if separator is None or view.sort(separator) is Sort.NONE:
        yield "C11", node
    elif view.sort(separator) is not Sort.STR:
        return  # of bytes, or a method of something else
    elif method_of(node) == "split" and _REGEX_SIGNS.search(text(separator) or ""):
        yield "C12", node
    if limit is not None:
        yield "C13", node
    elif separator is not None:
        yield "C10", node


@detector(ast.Call, "C1")
def length(node: ast.Call, view: View) -> Found:
    """``len(text)`` that goes out, or is compared with a limit."""
    if view.called(node) != "builtins.len" or not node.args or view.sort(node.args[0]) is not Sort.STR:
        return
    parent = view.parents.get(node)
    if isinstance(parent, ast.Compare):
        if any(isinstance(op, ast.Eq | ast.NotEq) for op in parent.ops):
            return  # a length that must be right is that of a text of one alphabet
        limits = [side for side in (parent.left, *parent.comparators) if side is not node]
        if any(_is_limit(limit, view) for limit in limits):
            yield "C1", node
    elif goes_out(node, view):
        yield "C1", node


def _is_limit(node: ast.expr, view: View) -> bool:
    """A number, not a position in the text."""
    written = number(node)
    return (
        written > 1
        if written is not None
        else not (_is_position(node, view) or (isinstance(node, ast.Name) and node.id.islower()))
    )


@detector(ast.Subscript, "C2", "C15", "E10")
def sliced(node: ast.Subscript, view: View) -> Found:
    """Slices of text, indexes and bounds that count from the end."""
    sort = view.sort(node.value)
    if not isinstance(node.ctx, ast.Load):
        return
    if isinstance(node.slice, ast.Slice):
        yield from _of_text(node, node.slice, view) if sort is Sort.STR else _of_list(node, node.slice, view)
    elif (number(node.slice) or 0) < 0 and sort in {Sort.STR, Sort.LIST, Sort.TUPLE, Sort.UNKNOWN}:
        if sort is not Sort.STR:
            yield "E10", node
        elif not view.is_tested(node.value):
            yield "C15", node


def _of_text(node: ast.Subscript, bounds: ast.Slice, view: View) -> Found:
    """A bound that was found in the text itself cuts it at the same place in Java."""
    if bounds.upper is not None and not _is_position(bounds.upper, view):
        yield "C2", node
    written = [number(bound) for bound in (bounds.lower, bounds.upper)]
    if any(bound is not None and bound != 0 for bound in written) and not view.is_tested(node.value):
        yield "C15", node


def _of_list(node: ast.Subscript, bounds: ast.Slice, view: View) -> Found:
    negative = any((number(bound) or 0) < 0 for bound in (bounds.lower, bounds.upper))
    if view.sort(node.value) in {Sort.LIST, Sort.TUPLE} and (negative or bounds.upper is not None):
        yield "E10", node


def _is_position(bound: ast.expr, view: View) -> bool:
    if (number(bound) or 0) < 0:
        return True  # its own pitfall
    for part in ast.walk(bound):
        if isinstance(part, ast.Name) and part.id in view.positions:
            return True
        if method_of(part) in _POSITIONS | {"start", "end"} or view.called(part) == "builtins.len":
            return True
    return False


@detector(ast.Compare, "C4", "C6")
def compared(node: ast.Compare, view: View) -> Found:
    """``a < b`` of text, ``a.lower() == b.lower()``."""
    sides = [node.left, *node.comparators]
    if all(method_of(side) in {"lower", "upper", "casefold"} for side in sides):
        yield "C6", node
    ordered = any(isinstance(op, ast.Lt | ast.LtE | ast.Gt | ast.GtE) for op in node.ops)
    written = any((text(side) or "\x80").isascii() for side in sides)  # ASCII comes first in both orders
    if ordered and all(view.sort(side) is Sort.STR for side in sides) and not written:
        yield "C4", node


@detector(ast.Call, "C24", "C25", "C27")
def coded(node: ast.Call, view: View) -> Found:
    """``data.decode()``, ``s.encode("ascii")``."""
    name = method_of(node)
    if name not in {"encode", "decode"} or view.sort(node.func) is Sort.FUNCTION:
        return
    coding = text(argument(node, "encoding", 0))
    lowered = (coding or "").lower().replace("_", "-")
    if name == "decode":
        if _is_utf8_of_unknown(node, coding, view):
            yield "C24", node
    elif lowered in _NARROW and not _is_ascii(node.func.value):  # type: ignore[attr-defined] # as above
        yield "C25", node
    elif lowered in {"utf-16", "utf16"}:
        yield "C27", node


@detector(ast.Call, "C26", "C29")
def converted(node: ast.Call, view: View) -> Found:
    """``str(data, "utf-8")``, ``bytes(s, "ascii")``, ``open(path)`` without an encoding, ``html.escape(s)``."""
    dotted = view.called(node)
    if dotted in {"builtins.str", "builtins.bytes"} and len(node.args) > 1:
        coding = (text(node.args[1]) or "").lower()
        if coding in (_UTF8 if dotted.endswith("str") else _NARROW):
            yield ("C24" if dotted.endswith("str") else "C25"), node
    elif dotted == "html.escape" and not is_false(argument(node, "quote", 1)):
        yield "C29", node
    elif _is_text_file(node, view):
        yield "C26", node


def _is_text_file(node: ast.Call, view: View) -> bool:
    """Whether a file is opened as text, without an encoding."""
    name = method_of(node)
    is_path = name in {"read_text", "write_text"} and view.sort(node.func) is not Sort.FUNCTION
    if not is_path and view.called(node) != "builtins.open":
        return False
    if argument(node, "encoding", {"read_text": 0, "write_text": 1}.get(name, 3)) is not None:
        return False
    mode = argument(node, "mode", 1)
    return is_path or mode is None or "b" not in (text(mode) or "b")


def _is_utf8_of_unknown(node: ast.Call, coding: str | None, view: View) -> bool:
    value = node.func.value  # type: ignore[attr-defined] # a method is an attribute
    if view.called(value).startswith(_ASCII_MADE) or view.sort(value) not in {Sort.BYTES, Sort.UNKNOWN}:
        return False
    named = bool(node.args or node.keywords)
    return coding.lower() in _UTF8 if coding is not None else not named or view.sort(value) is Sort.BYTES


def _is_ascii(value: ast.expr) -> bool:
    """A text that is written out, with nothing in it but figures."""
    if isinstance(value, ast.JoinedStr):
        return all(isinstance(part, ast.Constant) or _is_figure(part) for part in value.values)
    return (text(value) or "\x80").isascii()


def _is_figure(part: ast.expr) -> bool:
    spec = part.format_spec if isinstance(part, ast.FormattedValue) else None
    return isinstance(spec, ast.JoinedStr) and ast.unparse(spec).rstrip("'\"")[-1:] in {
        "d",
        "x",
        "X",
        "f",
        "b",
        "o",
        "e",
    }


@detector(ast.Attribute, "C30")
def line_end(node: ast.Attribute, view: View) -> Found:
    """``os.linesep``."""
    if node.attr == "linesep" and isinstance(node.value, ast.Name) and node.value.id == "os":
        yield "C30", node
    del view
