"""Which gRPC codes and exceptions a piece of code uses."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crossfade.codegen.hazards.detectors.rpc import raised_name
from crossfade.codegen.hazards.flow.caught import caught_names
from crossfade.codegen.hazards.source.units import Unit

# The order is that of their numbers: grpc.StatusCode, google.rpc.Code.
CODES = (
    "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
    "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
    "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
)  # fmt: skip
_OWNERS = ("StatusCode", "code_pb2", "Code")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """Names of codes, of exceptions raised, of exceptions caught, each sorted."""

    status_codes: tuple[str, ...]
    exceptions: tuple[str, ...]
    caught: tuple[str, ...]


def outcomes_of(unit: Unit) -> Outcomes:
    """What a unit uses."""
    codes, raised, caught = set[str](), set[str](), set[str]()
    compared = {part for node in unit.nodes if isinstance(node, ast.Compare) for part in ast.walk(node)}
    for node in unit.nodes:
        if node not in compared:
            codes.update(_codes(node))
        if isinstance(node, ast.Raise) and node.exc is not None:
            raised.add(raised_name(node))
        elif isinstance(node, ast.Try | ast.TryStar):
            caught.update(caught_names(node))
    return _sorted(codes, raised, caught)


def joined(outcomes: Iterable[Outcomes]) -> Outcomes:
    """What several units use."""
    codes, raised, caught = set[str](), set[str](), set[str]()
    for item in outcomes:
        codes.update(item.status_codes)
        raised.update(item.exceptions)
        caught.update(item.caught)
    return _sorted(codes, raised, caught)


def _sorted(codes: set[str], raised: set[str], caught: set[str]) -> Outcomes:
    return Outcomes(
        status_codes=tuple(sorted(codes, key=CODES.index)),
        exceptions=tuple(sorted(raised - {""})),
        caught=tuple(sorted(caught - {""})),
    )


def _codes(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Attribute(value=owner, attr=code) if code in CODES and _last_of(owner) in _OWNERS:
            yield code
        case ast.Call(func=ast.Name(id="Status") | ast.Attribute(attr="Status"), keywords=keywords):
            for keyword in keywords:
                if keyword.arg == "code":
                    yield from _by_number(keyword.value)


def _by_number(value: ast.expr) -> Iterator[str]:
    match value:
        case ast.Constant(value=int(code)) if 0 <= code < len(CODES):
            yield CODES[code]


def _last_of(owner: ast.expr) -> str:
    match owner:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""
