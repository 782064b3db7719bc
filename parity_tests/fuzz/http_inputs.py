"""Inputs of HTTP routes: parameters of the path and the query, and a body.

A tree has ``path``, ``query``, and at most one of ``form``, ``json``, ``upload`` and ``text``. What the query and a
body may hold is known from what was recorded; else the names of the contract's requests about the same thing are tried.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.fuzz import hazards
from crossfade.parity_tests.fuzz.messages import Messages, Slots
from crossfade.parity_tests.fuzz.names import entity_of_method, parameters
from crossfade.parity_tests.fuzz.operations import Operation
from crossfade.parity_tests.fuzz.trees import Fields, Leaf, Node
from crossfade.shadow.bindings.names import entity_of

BODIES = ("form", "json", "upload")
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_FILE = "file"
_MOSTLY = st.sampled_from((False, True, True, True))
_MAX_QUERY = 2
_INT_LOW, _INT_HIGH = -(2**63), 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The names that a route's query and body may have, with strategies for their values as text."""

    query: Mapping[str, SearchStrategy[Leaf]] = field(default_factory=dict)
    body: Mapping[str, SearchStrategy[Leaf]] = field(default_factory=dict)


def names_from(contract: Contract | None, operation: Operation) -> Known:
    """What the contract's requests about the same entity are called: reads for a query, writes for a body."""
    reads: dict[str, SearchStrategy[Leaf]] = {}
    writes: dict[str, SearchStrategy[Leaf]] = {}
    taken = {name for _, name in parameters(operation.template)}
    entities = {operation.entity, *(entity_of(before) for before, _ in parameters(operation.template))} - {""}
    messages = None if contract is None else Messages(contract)
    for method in () if contract is None else contract.methods.values():
        if contract is None or messages is None or entity_of_method(method.full_name) not in entities:
            continue
        fields: Any = contract.message_class(method.input_type).DESCRIPTOR.fields
        for item in fields:
            if item.message_type is None and item.name not in taken:
                names = [value.name for value in item.enum_type.values] if item.enum_type is not None else []
                found = st.sampled_from(names) if names else messages.scalar(item).map(as_text)
                (reads if method.safe else writes).setdefault(item.name, st.one_of(found, hazards.texts()))
    return Known(query=reads, body=writes)


def http_inputs(operation: Operation, known: Known, slots: Slots) -> SearchStrategy[Fields]:
    """Inputs of one route."""

    @st.composite
    def drawn(draw: st.DrawFn) -> Fields:
        parts: list[tuple[str, Node]] = []
        if path := _path(draw, operation, slots):
            parts.append(("path", Fields(path)))
        if query := _some(draw, known.query, operation.entity, slots):
            parts.append(("query", Fields(query)))
        if operation.verb in _WITH_BODY:
            parts += _body(draw, operation, known, slots)
        return Fields(tuple(parts))

    return drawn()


def _path(draw: st.DrawFn, operation: Operation, slots: Slots) -> tuple[tuple[str, Node], ...]:
    """Each parameter has a value: what was answered before most of all."""
    found: list[tuple[str, Node]] = []
    for before, name in parameters(operation.template):
        references = slots(entity_of(before), name)
        if references is not None and draw(_MOSTLY):
            found.append((name, draw(references)))
        else:
            found.append((name, draw(_segments())))
    return tuple(found)


def _segments() -> SearchStrategy[str]:
    """Segments of a path that are not empty, and that no client or server takes for a way up."""
    return hazards.texts().filter(lambda text: text.strip("./") != "")


def _some(
    draw: st.DrawFn, known: Mapping[str, SearchStrategy[Leaf]], entity: str, slots: Slots
) -> tuple[tuple[str, Node], ...]:
    if not known or not draw(st.booleans()):
        return ()
    names = draw(st.lists(st.sampled_from(sorted(known)), min_size=1, max_size=_MAX_QUERY, unique=True))
    return tuple((name, _value(draw, name, known[name], entity, slots)) for name in names)


def _value(draw: st.DrawFn, name: str, values: SearchStrategy[Leaf], entity: str, slots: Slots) -> Node:
    references = slots(entity, name)
    return draw(references) if references is not None and draw(st.booleans()) else draw(values)


def _body(draw: st.DrawFn, operation: Operation, known: Known, slots: Slots) -> list[tuple[str, Node]]:
    kind = draw(st.sampled_from(BODIES))
    items: list[tuple[str, Node]] = [
        (name, _value(draw, name, known.body[name], operation.entity, slots))
        for name in sorted(known.body)
        if draw(st.booleans())
    ]
    if kind == "upload":
        items.append((_FILE, draw(hazards.blobs())))
    return [(kind, Fields(tuple(items)))]


def as_text(value: Leaf) -> str:
    """A value as a query, a form or a path has it."""
    match value:
        case bool():
            return "true" if value else "false"
        case bytes():
            return value.decode("utf-8", "replace")
    return "" if value is None else str(value)
