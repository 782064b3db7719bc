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
from crossfade.parity_tests.fuzz.wellknown import draw_well_known

Slots = Callable[[str, str], SearchStrategy[Ref] | None]
"""References that fit a field of this name in this entity; None where no answer is known to give any."""

_F = FieldDescriptor
_MAX_DEPTH = 3
_MAX_MESSAGES = 3
_INTEGERS: Mapping[int, tuple[int, int]] = {
    _F.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    _F.CPPTYPE_UINT32: (0, 2**32 - 1),
    _F.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    _F.CPPTYPE_UINT64: (0, 2**64 - 1),
}
_MOSTLY = st.sampled_from((False, True, True, True))
_SELDOM = st.sampled_from((False, False, False, True))


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

    def __init__(self, contract: Contract, slots: Slots = no_slots, *, allow_nan: bool = False) -> None:
        self._contract = contract
        self._constraints = Constraints(contract)
        self._slots = slots
        self._allow_nan = allow_nan
        self._packable = sorted(
            {name for method in contract.methods.values() for name in (method.input_type, method.output_type)}
        )

    def strategy(self, type_name: str, entity: str = "") -> SearchStrategy[Fields]:
        """One message; ``entity`` is what the call is about. Raises: KeyError: the contract has no such type."""
        descriptor: Any = self._contract.message_class(type_name).DESCRIPTOR

        @st.composite
        def drawn(draw: st.DrawFn) -> Fields:
            return self.message(draw, descriptor, entity)

        return drawn()

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
        descriptor: Any = self._contract.message_class(name).DESCRIPTOR
        return name, self.message(draw, descriptor, "", _MAX_DEPTH)

    def message(self, draw: st.DrawFn, descriptor: Descriptor, entity: str, depth: int = 0) -> Fields:
        """One message at a depth of nesting."""
        known = draw_well_known(draw, descriptor.full_name, self)
        if known is not None:
            return known
        entity = entity or entity_of_type(descriptor.name)
        items = []
        for field in _drawn_fields(draw, descriptor):
            value = self._field(draw, field, entity, depth)
            if value is not None:
                items.append((field.name, value))
        return Fields(tuple(items))

    def _messages(self, draw: st.DrawFn, descriptor: Descriptor, entity: str) -> tuple[Fields, ...]:
        count = draw(st.integers(0, _MAX_MESSAGES))
        if not count:
            return ()
        first = self.message(draw, descriptor, entity)
        blobs = [field.name for field in descriptor.fields if field.type == _F.TYPE_BYTES and not field.is_repeated]
        if blobs and count > 1 and draw(st.booleans()):
            return tuple(first.with_field(blobs[0], piece or None) for piece in hazards.pieces(draw))
        return (first, *(self._next(draw, first, descriptor, entity) for _ in range(count - 1)))

    def _next(self, draw: st.DrawFn, first: Fields, descriptor: Descriptor, entity: str) -> Fields:
        """One that differs from the first in one field, or in all."""
        if not descriptor.fields or not draw(_MOSTLY):
            return self.message(draw, descriptor, entity)
        field = draw(st.sampled_from(list(descriptor.fields)))
        if field.containing_oneof is not None:
            return first
        return first.with_field(field.name, self._field(draw, field, entity, 0))

    def _field(self, draw: st.DrawFn, field: Any, entity: str, depth: int) -> Node:  # noqa: ANN401 - upb's classes
        """The field's value, None where it is not set."""
        rules = self._constraints.of(field)
        obeys = rules is not None and draw(_MOSTLY)
        at = _Place(entity, depth, rules if obeys else None)
        if field.has_presence and field.message_type is not None and depth >= _MAX_DEPTH:
            return None
        if not is_required(at.rules) and not _is_member(field) and not draw(self._is_set(field, at)):
            return None
        return self._repeated(draw, field, at) if field.is_repeated else self._single(draw, field, at)

    def _is_set(self, field: FieldDescriptor, at: "_Place") -> SearchStrategy[bool]:
        if field.message_type is not None:
            return _SELDOM if at.depth else st.booleans()  # else most of what is drawn would be deep inside
        return st.booleans() if self._slots(at.entity, field.name) is None else _MOSTLY

    def _single(self, draw: st.DrawFn, field: FieldDescriptor, at: "_Place") -> Node:
        if field.message_type is not None:
            return self.message(draw, field.message_type, entity_of_type(field.message_type.name), at.depth + 1)
        references = self._slots(at.entity, field.name)
        if references is not None and draw(_MOSTLY):
            return draw(references)
        declared = values(at.rules, field)
        return draw(self.scalar(field) if declared is None else declared)  # type: ignore[no-any-return]

    def _repeated(self, draw: st.DrawFn, field: FieldDescriptor, at: "_Place") -> Node:
        if field.message_type is not None and at.depth >= _MAX_DEPTH:
            return None
        size = draw(st.integers(*item_bounds(at.rules)))
        if size == 0:
            return None
        inside = _Place(at.entity, at.depth, None)
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            key, value = (field.message_type.fields_by_name[name] for name in ("key", "value"))
            keys = draw(st.lists(self.scalar(key), min_size=size, max_size=size, unique=True))
            return Entries(tuple((one, self._single(draw, value, inside)) for one in keys))
        return tuple(self._single(draw, field, inside) for _ in range(size))

    def scalar(self, field: FieldDescriptor) -> SearchStrategy[Any]:
        """Values of a field that is no message."""
        if field.cpp_type in _INTEGERS:
            return hazards.integers(*_INTEGERS[field.cpp_type])
        match field.cpp_type:
            case _F.CPPTYPE_FLOAT:
                return hazards.floats(width=32, allow_nan=self._allow_nan)
            case _F.CPPTYPE_DOUBLE:
                return hazards.floats(allow_nan=self._allow_nan)
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
