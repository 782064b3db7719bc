"""Draws messages of any type of a contract.

Each field draws first whether it is set, so that it shrinks to absent; then what may end a recursion comes first.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.fuzz import hazards
from crossfade.parity_tests.fuzz.constraints import Constraints, is_required, item_bounds, values
from crossfade.parity_tests.fuzz.names import entity_of_type
from crossfade.parity_tests.fuzz.trees import Entries, Fields, Node, Ref
from crossfade.parity_tests.fuzz.weights import weighted
from crossfade.parity_tests.fuzz.wellknown import draw_well_known

Slots = Callable[[str, str], SearchStrategy[Ref] | None]
"""References that fit a field of this name in this entity; None where no answer is known to give any."""

_F = FieldDescriptor
_MAX_DEPTH = 2
_MAX_MESSAGES = 3
_MAX_INSIDE = 2  # messages of a list or a map
_INTEGERS: Mapping[int, tuple[int, int]] = {
    _F.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    _F.CPPTYPE_UINT32: (0, 2**32 - 1),
    _F.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    _F.CPPTYPE_UINT64: (0, 2**64 - 1),
}
_MOSTLY = st.sampled_from((False, True, True, True))
_UNSET = (None, (), Entries(()))


def no_slots(_entity: str, _name: str, /) -> None:
    """Slots where nothing is known."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a field stands, and the rules that what is drawn for it keeps to."""

    entity: str
    depth: int
    rules: Message | None


class Messages:
    """Draws messages as trees; ``slots`` give references in place of values."""

    def __init__(self, contract: Contract, slots: Slots = no_slots) -> None:
        self._contract = contract
        self._constraints = Constraints(contract)
        self._slots = slots
        self._made: dict[tuple[str, str, int], SearchStrategy[Any]] = {}
        self._packable = sorted(
            {name for method in contract.methods.values() for name in (method.input_type, method.output_type)}
        )

    def strategy(self, type_name: str, entity: str = "") -> SearchStrategy[Fields]:
        """One message; ``entity`` is what the call is about. Raises: KeyError: the contract has no such type."""
        return self._message(self._contract.message_class(type_name).DESCRIPTOR, entity, 0)

    def stream(self, type_name: str, entity: str = "") -> SearchStrategy[tuple[Fields, ...]]:
        """The messages of a streamed request: alike but for a field, of their own, or one text in pieces."""
        descriptor: Any = self._contract.message_class(type_name).DESCRIPTOR

        @st.composite
        def drawn(draw: st.DrawFn) -> tuple[Fields, ...]:
            return self._messages(draw, descriptor, entity)

        return drawn()

    def any_message(self, draw: st.DrawFn) -> tuple[str, Fields] | None:
        """One message of the contract with its full name, for an Any; None where the contract has no methods."""
        if not self._packable:
            return None
        name = draw(st.sampled_from(self._packable))
        return name, draw(self._message(self._contract.message_class(name).DESCRIPTOR, "", _MAX_DEPTH))

    def _message(self, descriptor: Any, entity: str, depth: int) -> SearchStrategy[Fields]:  # noqa: ANN401 - upb's classes
        """Messages at a depth of nesting, made once."""
        key = (descriptor.full_name, entity, depth)
        if key not in self._made:
            self._made[key] = self._new_message(descriptor, entity or entity_of_type(descriptor.name), depth)
        return self._made[key]

    def _new_message(self, descriptor: Any, entity: str, depth: int) -> SearchStrategy[Fields]:  # noqa: ANN401
        fields = {field.name: self._field(field, entity, depth) for field in descriptor.fields}

        @st.composite
        def drawn(draw: st.DrawFn) -> Fields:
            known = draw_well_known(draw, descriptor.full_name, self)
            if known is not None:
                return known
            items = [(field.name, draw(fields[field.name])) for field in _drawn_fields(draw, descriptor)]
            return Fields(tuple((name, value) for name, value in items if value not in _UNSET))

        return drawn()

    def _messages(self, draw: st.DrawFn, descriptor: Any, entity: str) -> tuple[Fields, ...]:  # noqa: ANN401
        count = draw(st.integers(0, _MAX_MESSAGES))
        if not count:
            return ()
        first = draw(self._message(descriptor, entity, 0))
        blobs = [field.name for field in descriptor.fields if field.type == _F.TYPE_BYTES and not field.is_repeated]
        if blobs and count > 1 and draw(st.booleans()):
            return tuple(first.with_field(blobs[0], piece or None) for piece in hazards.pieces(draw))
        return (first, *(self._next(draw, first, descriptor, entity) for _ in range(count - 1)))

    def _next(self, draw: st.DrawFn, first: Fields, descriptor: Any, entity: str) -> Fields:  # noqa: ANN401
        """One that differs from the first in one field, or in all."""
        if not descriptor.fields or not draw(_MOSTLY):
            return draw(self._message(descriptor, entity, 0))
        field = draw(st.sampled_from(list(descriptor.fields)))
        if field.containing_oneof is not None:
            return first
        return first.with_field(field.name, draw(self._field(field, entity, 0)))

    def _field(self, field: Any, entity: str, depth: int) -> SearchStrategy[Node]:  # noqa: ANN401 - upb's classes
        """The field's values, None for one that is not set."""
        rules = self._constraints.of(field)
        free = self._optional(field, _Place(entity, depth, None))
        if rules is None:
            return free
        return weighted((3, self._optional(field, _Place(entity, depth, rules))), (1, free))

    def _optional(self, field: Any, at: "_Place") -> SearchStrategy[Node]:  # noqa: ANN401 - upb's classes
        if field.message_type is not None and at.depth >= _MAX_DEPTH:
            return st.none()
        value = self._repeated(field, at) if field.is_repeated else self._single(field, at)
        if is_required(at.rules) or _is_member(field):
            return value
        if field.message_type is not None and at.depth:
            return weighted((3, st.none()), (1, value))  # else most of what is drawn would be deep inside
        is_slot = field.message_type is None and self._slots(at.entity, field.name) is not None
        return weighted((1, st.none()), (3 if is_slot else 1, value))

    def _single(self, field: Any, at: "_Place") -> SearchStrategy[Node]:  # noqa: ANN401 - upb's classes
        kind = field.message_type
        if kind is not None:
            return st.deferred(lambda: self._message(kind, entity_of_type(kind.name), at.depth + 1))
        declared = values(at.rules, field)
        drawn: SearchStrategy[Node] = self.scalar(field) if declared is None else declared
        references = self._slots(at.entity, field.name)
        return drawn if references is None else weighted((1, drawn), (2, references))

    def _repeated(self, field: Any, at: "_Place") -> SearchStrategy[Node]:  # noqa: ANN401 - upb's classes
        low, high = item_bounds(at.rules)
        if field.message_type is not None and at.rules is None:
            high = _MAX_INSIDE
        inside = _Place(at.entity, at.depth, None)
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            key, value = (field.message_type.fields_by_name[name] for name in ("key", "value"))
            entries = st.tuples(self.scalar(key), self._single(value, inside))
            by_key = st.lists(entries, min_size=max(1, low), max_size=high, unique_by=lambda entry: entry[0])
            return by_key.map(lambda found: Entries(tuple(found)))
        return st.lists(self._single(field, inside), min_size=max(1, low), max_size=high).map(tuple)

    def scalar(self, field: FieldDescriptor) -> SearchStrategy[Any]:
        """Values of a field that is no message."""
        if field.cpp_type in _INTEGERS:
            return hazards.integers(*_INTEGERS[field.cpp_type])
        match field.cpp_type:
            case _F.CPPTYPE_FLOAT:
                return hazards.floats(width=32, allow_nan=True)
            case _F.CPPTYPE_DOUBLE:
                return hazards.floats(allow_nan=True)
            case _F.CPPTYPE_BOOL:
                return st.booleans()
            case _F.CPPTYPE_ENUM:
                return _numbers_of(field)
        return hazards.texts() if field.type == _F.TYPE_STRING else hazards.blobs()


def _drawn_fields(draw: st.DrawFn, descriptor: Descriptor) -> list[FieldDescriptor]:
    """All fields, of each oneof at most one."""
    chosen = {
        oneof.name: draw(st.sampled_from([None, *(field.name for field in oneof.fields)]))
        for oneof in descriptor.oneofs
        if not _is_synthetic(oneof)
    }
    fields: Any = descriptor.fields
    return [field for field in fields if not _is_member(field) or chosen[field.containing_oneof.name] == field.name]


def _is_member(field: FieldDescriptor) -> bool:
    """Whether a field is one of several: then being chosen is being set."""
    return field.containing_oneof is not None and not _is_synthetic(field.containing_oneof)


def _is_synthetic(oneof: Any) -> bool:  # noqa: ANN401 - upb's classes
    """A proto3 ``optional`` is a oneof of one field, named after it."""
    return len(oneof.fields) == 1 and oneof.name == f"_{oneof.fields[0].name}"


def _numbers_of(field: Any) -> SearchStrategy[int]:  # noqa: ANN401 - upb's classes
    """The declared numbers, and of an open enum one that is not."""
    declared = [value.number for value in field.enum_type.values]
    if field.enum_type.is_closed:
        return st.sampled_from(declared)
    return st.one_of(st.sampled_from(declared), st.sampled_from([max(declared) + 1, max(declared) + 90, -1]))
