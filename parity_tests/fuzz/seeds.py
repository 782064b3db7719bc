"""Requests that were recorded, as inputs to start from: with one value changed, and the values seen under each name."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError, Message
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.records import Call, Session
from crossfade.parity_tests.fuzz import hazards
from crossfade.parity_tests.fuzz.http_inputs import Known
from crossfade.parity_tests.fuzz.messages import Slots
from crossfade.parity_tests.fuzz.operations import Operation
from crossfade.parity_tests.fuzz.trees import Entries, Fields, Leaf, Node, Ref
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.grpc import split_frames
from crossfade.shadow.exchange import Protocol, header_values
from crossfade.shadow.routes.templates import is_parameter, split_path

_MAX_SEEDS = 50
_INT64 = 2**63
_LIKE: Mapping[type, SearchStrategy[Leaf]] = {
    bool: st.booleans(),
    int: hazards.integers(-_INT64, _INT64 - 1),
    float: hazards.floats(),
    str: hazards.texts(),
    bytes: hazards.blobs(),
}
_MOSTLY = st.sampled_from((False, True, True, True))

Inputs = tuple[Fields, ...]


@dataclass(slots=True)
class Seeds:
    """The inputs that were recorded of one operation, each once, at most 50."""

    inputs: dict[Inputs, None] = field(default_factory=dict)

    def add(self, inputs: Inputs) -> None:
        """Keeps them."""
        if len(self.inputs) < _MAX_SEEDS:
            self.inputs[inputs] = None

    def strategy(self, entity: str, slots: Slots) -> SearchStrategy[Inputs]:
        """One of them, with references where they fit, and perhaps one value changed or taken away."""

        @st.composite
        def drawn(draw: st.DrawFn) -> Inputs:
            inputs = draw(st.sampled_from(list(self.inputs)))
            changed = draw(st.integers(-1, len(inputs) - 1))
            return tuple(
                _varied(draw, fields, entity, slots, is_changed=index == changed) for index, fields in enumerate(inputs)
            )

        return drawn()

    def known(self) -> Known:
        """The names of an HTTP route's query and body, with the values seen under each."""
        seen: dict[str, dict[str, dict[Leaf, None]]] = {"query": {}, "form": {}, "upload": {}, "json": {}}
        for fields, *_ in self.inputs:
            for part, node in fields.items:
                for name, value in node.items if isinstance(node, Fields) and part in seen else ():
                    if not isinstance(value, Fields | Entries | tuple):
                        seen[part].setdefault(name, {})[value] = None
        body = seen["form"] | seen["upload"] | seen["json"]
        return Known(query=_values(seen["query"]), body=_values(body))


def seeds_of(
    sessions: Iterable[Session], operations: Iterable[Operation], contract: Contract | None
) -> dict[str, Seeds]:
    """The seeds of each operation, by its key; calls of other routes and bodies that can't be read are left out."""
    by_route = {operation.route.route: operation for operation in operations}
    found: dict[str, Seeds] = {}
    for session in sessions:
        for call in session.calls:
            operation = by_route.get(call.route.route)
            inputs = None if operation is None or call.request.truncated else _inputs(call, operation, contract)
            if operation is not None and inputs is not None:
                found.setdefault(operation.key, Seeds()).add(inputs)
    return found


def _values(seen: Mapping[str, Mapping[Leaf, None]]) -> dict[str, SearchStrategy[Leaf]]:
    return {name: st.one_of(st.sampled_from(list(values)), hazards.texts()) for name, values in seen.items()}


def _varied(draw: st.DrawFn, fields: Fields, entity: str, slots: Slots, *, is_changed: bool) -> Fields:
    """Each level draws which of its fields is changed; a field below is reached through the ones around it."""
    chosen = draw(st.integers(0, len(fields.items) - 1)) if is_changed and fields.items else -1
    items = []
    for index, (name, value) in enumerate(fields.items):
        node = _changed(draw, value, entity, slots) if index == chosen else _linked(draw, name, value, entity, slots)
        if node is not None:
            items.append((name, node))
    return Fields(tuple(items))


def _changed(draw: st.DrawFn, node: Node, entity: str, slots: Slots) -> Node:
    match node:
        case Fields():
            return _varied(draw, node, entity, slots, is_changed=True)
        case tuple() if node:
            at = draw(st.integers(0, len(node) - 1))
            return (*node[:at], _changed(draw, node[at], entity, slots) or "", *node[at + 1 :])
        case Ref() | Entries() | tuple() | None:
            return None
    return draw(_LIKE[type(node)])


def _linked(draw: st.DrawFn, name: str, node: Node, entity: str, slots: Slots) -> Node:
    """A reference in place of a value that an answer gives under such a name; all else as it was."""
    if isinstance(node, Fields):
        return Fields(tuple((key, _linked(draw, key, value, entity, slots)) for key, value in node.items))
    if isinstance(node, Entries | tuple | Ref):
        return node
    references = slots(entity, name)
    return draw(references) if references is not None and draw(_MOSTLY) else node


def _inputs(call: Call, operation: Operation, contract: Contract | None) -> Inputs | None:
    try:
        if call.request.protocol is Protocol.HTTP:
            return (_http_fields(call, operation.template),)
        if contract is None or operation.method is None:
            return None
        kind = contract.message_class(operation.method.input_type)
        return tuple(fields_of(kind.FromString(data)) for data in split_frames(call.request.body, call.request.headers))
    except (UndecodableError, DecodeError, KeyError, ValueError):
        return None


def fields_of(message: Message) -> Fields:
    """The tree of a message; unknown fields are left out."""
    kind: Any = type(message)  # a field may be called ListFields
    return Fields(tuple((known.name, _node(known, value)) for known, value in kind.ListFields(message)))


def _node(known: FieldDescriptor, value: Any) -> Node:  # noqa: ANN401 - upb's classes
    if known.message_type is not None and known.message_type.GetOptions().map_entry:
        is_message = known.message_type.fields_by_name["value"].message_type is not None
        items = sorted(value.items())
        return Entries(tuple((key, fields_of(item) if is_message else item) for key, item in items))
    if known.is_repeated:
        return tuple(fields_of(item) if known.message_type is not None else item for item in value)
    return fields_of(value) if known.message_type is not None else value


def _http_fields(call: Call, template: str) -> Fields:
    """Raises: ValueError: a body that is not what its type says."""
    request = call.request
    path, _, query = request.target.partition("?")
    pairs = zip(split_path(template), split_path(path), strict=False)
    parts: list[tuple[str, Node]] = [
        ("path", Fields(tuple((part[1:-1], unquote(text)) for part, text in pairs if is_parameter(part)))),
        ("query", Fields(tuple(dict(parse_qsl(query, keep_blank_values=True)).items()))),
    ]
    kind = next(iter(header_values(request.headers, "content-type")), "").partition(";")[0].strip().lower()
    if request.body and kind == "application/x-www-form-urlencoded":
        parts.append(("form", Fields(tuple(dict(parse_qsl(request.body.decode(), keep_blank_values=True)).items()))))
    elif request.body and kind.endswith("json"):
        parts.append(("json", json_tree(json.loads(request.body))))
    elif request.body and kind.startswith("text/"):
        parts.append(("text", request.body.decode()))
    return Fields(tuple((name, node) for name, node in parts if node != Fields()))


def json_tree(value: Any) -> Node:  # noqa: ANN401 - any JSON
    """JSON as a tree."""
    if isinstance(value, dict):
        return Fields(tuple((name, json_tree(item)) for name, item in value.items()))
    if isinstance(value, list):
        return tuple(json_tree(item) for item in value)
    return value  # type: ignore[no-any-return]
