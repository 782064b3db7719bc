"""Where the arguments of a call go, and the value whose method is called."""

import ast
from collections.abc import Iterator, Sequence

from crossfade.codegen.hazards.flow.places import NO_ORDER, Out, Place, Step, is_logging, is_static
from crossfade.codegen.hazards.flow.steps import Steps, end
from crossfade.codegen.hazards.kinds import UNKNOWN, Kind, Sort
from crossfade.codegen.hazards.source.units import Unit

_STATUS = frozenset({"abort", "abort_with_status", "set_code", "set_details"})
_METADATA = frozenset({"send_initial_metadata", "set_trailing_metadata"})
_KEEPS = frozenset({"append", "appendleft", "add", "extend", "insert", "update", "setdefault", "put", "put_nowait",
                    "CopyFrom", "MergeFrom", "MergeFromString", "ParseFromString", "FromDatetime", "Pack"})  # fmt: skip
_PURE = frozenset({
    "builtins", "json", "math", "re", "time", "datetime", "base64", "binascii", "hashlib", "hmac", "copy", "itertools",
    "functools", "collections", "operator", "decimal", "fractions", "statistics", "string", "textwrap", "uuid", "zlib",
    "urllib", "html", "unicodedata", "struct", "typing", "dataclasses", "enum", "calendar", "zoneinfo", "random",
    "heapq", "bisect", "ipaddress", "locale", "shlex", "traceback", "google", "numpy", "grpc", "os.path", "posixpath",
    "pathlib", "inspect", "contextlib", "email", "gzip", "bz2", "lzma", "orjson", "yaml", "flask", "regex",
    "markupsafe", "xml", "pickle", "asyncio",
})  # fmt: skip
_SINKS = frozenset({"builtins.print", "time.sleep", "asyncio.sleep", "builtins.isinstance", "builtins.issubclass",
                    "traceback.print_exc", "builtins.hasattr", "builtins.id", "builtins.type"})  # fmt: skip
_CHANNELS = ("_channel", "grpc.server", "grpc.aio.server")  # what they are made with is no answer


@end(ast.Call)
def _called(steps: Steps, call: ast.Call, below: ast.AST) -> Sequence[Step] | None:
    """Where an argument goes, or the value whose method is called."""
    if is_logging(call):
        return []
    function = steps.facts.kinds.get(call.func, UNKNOWN)
    if below is call.func:
        return _receiver(steps, call, function)
    if function.sort is Sort.EXTERNAL:
        return _library(steps, call, function)
    targets = steps.facts.targets.get(call, ())
    if targets:
        return [step for target in targets for step in parameters(call, below, steps.facts.project.units[target])]
    if function.sort is Sort.CLASS:
        name = below.arg if isinstance(below, ast.keyword) and below.arg else ""
        return [Place("", name)] if name else None
    return _method(steps, call)


def _receiver(steps: Steps, call: ast.Call, function: Kind) -> Sequence[Step] | None:
    if steps.facts.targets.get(call) or function.sort is Sort.FUNCTION:
        return []  # a method's own entry covers what it returns
    return None


def _library(steps: Steps, call: ast.Call, function: Kind) -> Sequence[Step] | None:
    dotted = function.ref
    if dotted in _SINKS or dotted.endswith(_CHANNELS) or (steps.ordered and dotted in NO_ORDER):
        return []
    if steps.facts.fields.find(dotted)[0] or dotted.partition(".")[0] in _PURE or "os.path." in dotted:
        return None
    return [Out.STATE, *steps.after(call)]


def _method(steps: Steps, call: ast.Call) -> Sequence[Step] | None:
    """A method of something that is not of the folder, or a function of which nothing is known."""
    if not isinstance(call.func, ast.Attribute):
        return [Out.STATE, *steps.after(call)]
    name, receiver = call.func.attr, call.func.value
    sort = steps.facts.kinds.get(receiver, UNKNOWN).sort
    if steps.is_context(receiver):
        return [Out.STATUS] if name in _STATUS else [Out.ANSWER] if name in _METADATA else []
    if name in _KEEPS and (sort is not Sort.SET or not steps.ordered):
        return [*steps.into(receiver)]
    if sort in {Sort.UNKNOWN, Sort.THING, Sort.MIXED, Sort.INSTANCE, Sort.EXTERNAL}:
        return [Out.STATE, *steps.after(call)]
    return None


def parameters(call: ast.Call, below: ast.AST, unit: Unit) -> Iterator[Place]:
    """The parameters of a function that an argument of a call fills."""
    if unit.node is None:
        return
    names = [argument.arg for argument in [*unit.node.args.posonlyargs, *unit.node.args.args]]
    if unit.owner and not is_static(unit.node):
        names = names[1:]
    if isinstance(below, ast.keyword):
        known = {*names, *(argument.arg for argument in unit.node.args.kwonlyargs)}
        extra = unit.node.args.kwarg
        if below.arg in known:
            yield Place(unit.id, str(below.arg))
        elif extra is not None:
            yield Place(unit.id, extra.arg)
        return
    position = next((i for i, argument in enumerate(call.args) if argument is below), len(names))
    if position < len(names) and not isinstance(below, ast.Starred):
        yield Place(unit.id, names[position])
    elif unit.node.args.vararg is not None:
        yield Place(unit.id, unit.node.args.vararg.arg)
    else:
        yield from (Place(unit.id, name) for name in names)
