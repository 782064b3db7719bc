"""Fits for values: the getter, the separator, the width of the line itself."""

import ast
import re

from crossfade.codegen.hazards.detectors import View
from crossfade.codegen.hazards.detectors.registry import argument, is_true, method_of, number, text
from crossfade.codegen.hazards.fits.registry import fit, getter_of, java_name, name_of, short
from crossfade.codegen.hazards.kinds import Sort
from crossfade.codegen.hazards.source.files import printable


@fit("E15")
def _truth(node: ast.AST, view: View) -> str:
    """The condition written out, for the value of the line."""
    value = node.values[0] if isinstance(node, ast.BoolOp) else node
    if not isinstance(value, ast.expr):
        return ""
    kind, name = view.kind(value), name_of(value)
    if isinstance(value, ast.Attribute) and view.sort(value.value) is Sort.MESSAGE:
        getter = f"get{getter_of(name)}"
        return {
            Sort.STR: f"!{getter}().isEmpty(); it is never null",
            Sort.BYTES: f"!{getter}().isEmpty(); it is never null",
            Sort.LIST: f"{getter}Count() > 0; it is never null",
            Sort.ENUM: f"{getter}Value() != 0",
            Sort.MESSAGE: "a message is always true in Python, even if unset: do not translate it to has"
            + getter[3:]
            + "()",
        }.get(kind.sort, f"{getter}() != 0")
    empty = {Sort.STR: "an empty string", Sort.BYTES: "empty bytes", Sort.TIMEDELTA: "a duration of 0"}.get(
        kind.sort, "0"
    )
    return f"{empty} counts as missing here, like null: PySemantics.truthy({name})"


def _name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return java_name(name)
    return "value"


@fit("B5")
def _unsigned(node: ast.AST, view: View) -> str:
    """By the width of the number, and by what is done with it."""
    if isinstance(node, ast.Call | ast.BinOp) and not _refs(node, view):
        return "Integer.toUnsignedLong(n)" if isinstance(node, ast.BinOp) else ""
    kind = "Long" if "uint64" in _refs(node, view) else "Integer"
    if isinstance(node, ast.Compare):
        return f"{kind}.compareUnsigned(a, b)"
    if isinstance(node, ast.BinOp):
        return f"{kind}.divideUnsigned(a, b), {kind}.remainderUnsigned(a, b)"
    return f"{kind}.toUnsignedString(n)"


def _refs(node: ast.AST, view: View) -> set[str]:
    return {view.kind(part).ref for part in ast.walk(node) if isinstance(part, ast.expr)} & {"uint32", "uint64"}


@fit("C10", "C12", "C13")
def _split(node: ast.AST, view: View) -> str:
    """The call with its own separator and limit."""
    del view
    if not isinstance(node, ast.Call):
        return ""
    name = "rsplit" if method_of(node) == "rsplit" else "split"
    separator, limit = argument(node, "sep", 0), argument(node, "maxsplit", 1)
    literal = text(separator)
    shown = f'"{_escaped(literal)}"' if literal is not None else "sep"
    count = number(limit)
    more = f", {count}" if count is not None else ", maxsplit" if limit is not None else ""
    return f"PySemantics.{name}(s, {shown}{more})"


def _escaped(literal: str) -> str:
    return printable(literal.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t"))


@fit("F5")
def _setter(node: ast.AST, view: View) -> str:
    """The setter of the field that gets the value."""
    parent = view.parents.get(node)
    field = parent.arg if isinstance(parent, ast.keyword) else None
    if isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Attribute):
        field = parent.targets[0].attr
    if not field:
        return ""
    name = java_name(field)
    if isinstance(node, ast.Constant):
        return "leave the field unset: the setter throws for null"
    return f"if (value != null) builder.set{getter_of(name)}(value); None leaves the field unset in Python"


@fit("B9")
def _divisor(node: ast.AST, view: View) -> str:
    right = node.right if isinstance(node, ast.BinOp) else node.value if isinstance(node, ast.AugAssign) else None
    del view
    if right is None:
        return ""
    return f"if {short(right)} is 0 Python raises ZeroDivisionError; a Java double gives Infinity: check it first"


@fit("C4")
def _text_order(node: ast.AST, view: View) -> str:
    del view
    if isinstance(node, ast.Compare):
        return "PySemantics.CODE_POINT_ORDER.compare(a, b) < 0"
    return ""


@fit("F7")
def _enum(node: ast.AST, view: View) -> str:
    """In a text Python writes the number."""
    if not isinstance(node, ast.expr) or view.sort(node) is not Sort.ENUM or _is_of_json(node, view):
        return ""
    name = name_of(node)
    getter = f"get{getter_of(name)}Value()" if isinstance(node, ast.Attribute) else "getNumber()"
    return f"Python writes the number, Java the name: {getter}"


def _is_of_json(node: ast.AST, view: View) -> bool:
    return any(isinstance(above, ast.Call) and "json" in ast.unparse(above.func).lower() for above in view.above(node))


@fit("I4")
def _hex(node: ast.AST, view: View) -> str:
    """A number that is padded: no digest."""
    parent = view.parents.get(node)
    spec = parent.format_spec if isinstance(parent, ast.FormattedValue) else None
    if view.sort(node) is Sort.INT or spec is not None:
        written = "".join(text(part) or "" for part in spec.values) if isinstance(spec, ast.JoinedStr) else "08x"
        return f'String.format(Locale.ROOT, "%{printable(written)}", n) for a non-negative long'
    return ""


@fit("F4")
def _map_field(node: ast.AST, view: View) -> str:
    """The getter of the field."""
    del view
    name = name_of(node.value) if isinstance(node, ast.Subscript) else ""
    if not name or name == "value":
        return ""
    return (
        f"get{getter_of(name)}OrDefault(key, 0 or empty); Python returns that for a missing key, and adds it"
        " to the message"
    )


@fit("F6")
def _enum_name(node: ast.AST, view: View) -> str:
    """``Status.Name(number)``."""
    del node, view
    return "the name is UNRECOGNIZED for a number that the contract does not define, where Python raises ValueError"


@fit("F2")
def _to_json(node: ast.AST, view: View) -> str:
    """The printer with the options of this call."""
    del view
    if not isinstance(node, ast.Call):
        return ""
    options = [
        java
        for name, java in (
            ("preserving_proto_field_name", ".preservingProtoFieldNames()"),
            ("including_default_value_fields", ".alwaysPrintFieldsWithNoPresence()"),
            ("always_print_fields_with_no_presence", ".alwaysPrintFieldsWithNoPresence()"),
            ("use_integers_for_enums", ".printingEnumsAsInts()"),
        )
        if is_true(argument(node, name))
    ]
    return f"JsonFormat.printer(){''.join(options)}, as in this call; 64-bit numbers are strings in both"


@fit("B21")
def _domain(node: ast.AST, view: View) -> str:
    """``math.log(x)``, ``math.sqrt(x)``."""
    del view
    name = method_of(node)
    if name == "sqrt":
        return "Python raises ValueError for a negative number, Java's Math.sqrt returns NaN: check it and throw"
    if name.startswith("log"):
        return "Python raises ValueError for 0 and below, Java's Math.log returns -Infinity or NaN: check it and throw"
    return ""


@fit("E10")
def _slice(node: ast.AST, view: View) -> str:
    """``xs[:n]``."""
    del view
    if not isinstance(node, ast.Subscript) or not isinstance(node.slice, ast.Slice):
        return ""
    start, end = (short(bound) or "0" for bound in (node.slice.lower, node.slice.upper))
    return f"PySemantics.slice(list, {start}, {end}), where subList throws beyond the end of the list"


@fit("H13", "H14", "H15", "H16", "H17", "H18", "H19")
def _pattern(node: ast.AST, view: View) -> str:
    """``strftime`` with the pattern of the line."""
    del view
    if method_of(node) != "strftime" or not isinstance(node, ast.Call):
        return ""
    literal = text(argument(node, "format", 0))
    return f'PySemantics.strftime(time, "{_escaped(literal)}")' if literal else ""


@fit("A10")
def _digits(node: ast.AST, view: View) -> str:
    """As many decimals as the line has; Python's own number is 6."""
    parent = view.parents.get(node)
    outer = view.parents.get(parent) if isinstance(parent, ast.Tuple) else parent
    template = ""
    if isinstance(parent, ast.FormattedValue) and isinstance(parent.format_spec, ast.JoinedStr):
        template = "%" + "".join(text(part) or "" for part in parent.format_spec.values)
    elif isinstance(outer, ast.BinOp):
        template = text(outer.left) or ""
    found = {match or "6" for match in re.findall(r"%[^%.a-zA-Z]*(?:\.(\d+))?[fF]", template)}
    return f"PySemantics.fixed(x, {found.pop()})" if len(found) == 1 else ""


@fit("F3")
def _presence(node: ast.AST, view: View) -> str:
    """What the target has afterwards: Python sets the field even if the source has none."""
    del view
    target = node.func.value if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else None
    if not isinstance(node, ast.Call) or not isinstance(target, ast.Attribute):
        return ""
    field = getter_of(target.attr)
    if method_of(node) == "SetInParent":
        return f"builder.get{field}Builder(), which sets it as SetInParent() does"
    verb = "set" if method_of(node) == "CopyFrom" else "merge"
    source = node.args[0] if node.args else None
    read = f"source.get{getter_of(source.attr)}()" if isinstance(source, ast.Attribute) else "source"
    return f"builder.{verb}{field}({read}), even if the source has none: Python then sets it too, empty"


@fit("B8")
def _quotient(node: ast.AST, view: View) -> str:
    """``a / b``, ``duration.total_seconds()``."""
    del view
    return "PySemantics.totalSeconds(duration)" if isinstance(node, ast.Call) else "PySemantics.trueDiv(a, b)"


@fit("B11")
def _rounded(node: ast.AST, view: View) -> str:
    """``round(x, 1)`` with its own number of decimals."""
    del view
    digits = argument(node, "ndigits", 1) if isinstance(node, ast.Call) else None
    return f"PySemantics.round(x, {short(digits)})" if digits is not None else ""


@fit("C24")
def _decoded(node: ast.AST, view: View) -> str:
    """``data.decode()``, by what it does with bytes that are not UTF-8."""
    del view
    errors = text(argument(node, "errors", 1)) if isinstance(node, ast.Call) else None
    if errors == "replace":
        return "PySemantics.decodeUtf8Replace(bytes)"
    return "PySemantics.decodeUtf8(bytes), which throws as Python does" if errors in {None, "strict"} else ""


@fit("C7")
def _case(node: ast.AST, view: View) -> str:
    """The note is for all such calls of a file."""
    del node, view
    return "PySemantics.lower(s) and PySemantics.upper(s), or Java's own methods with Locale.ROOT"
