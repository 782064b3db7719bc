"""Which gRPC codes and exceptions a piece of code uses."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crossfade.codegen.hazards.detectors.rpc import BROAD, caught_names, raised_name
from crossfade.codegen.hazards.inference.facts import Facts
from crossfade.codegen.hazards.inference.reach import decorators_of
from crossfade.codegen.hazards.source.units import Unit, own_nodes

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


def outcomes_of(units: Iterable[Unit]) -> Outcomes:
    """What all these units use."""
    codes, raised, caught = set[str](), set[str](), set[str]()
    for unit in units:
        compared = {part for node in own_nodes(unit) if isinstance(node, ast.Compare) for part in ast.walk(node)}
        for node in own_nodes(unit):
            codes.update(code for code in _codes(node) if node not in compared)
            if isinstance(node, ast.Raise) and node.exc is not None:
                raised.add(raised_name(node))
            elif isinstance(node, ast.Try | ast.TryStar):
                caught.update(caught_names(node))
    return Outcomes(
        status_codes=tuple(sorted(codes, key=CODES.index)),
        exceptions=tuple(sorted(raised - {""})),
        caught=tuple(sorted(caught - {""})),
    )


def catches_all(facts: Facts, unit: str) -> bool:
    """Whether a handler takes every exception, in its own function or in a decorator."""
    units = [facts.project.units[item] for item in (unit, *decorators_of(facts, unit))]
    tries = [node for item in units for node in own_nodes(item) if isinstance(node, ast.Try)]
    return any(BROAD.intersection(caught_names(node)) for node in tries)


def _codes(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Attribute(value=owner, attr=code) if code in CODES and ast.unparse(owner).endswith(_OWNERS):
            yield code
        case ast.Call(func=ast.Name(id="Status") | ast.Attribute(attr="Status"), keywords=keywords):
            for keyword in keywords:
                if keyword.arg == "code":
                    yield from _by_number(keyword.value)


def _by_number(value: ast.expr) -> Iterator[str]:
    match value:
        case ast.Constant(value=int(code)) if 0 <= code < len(CODES):
            yield CODES[code]
