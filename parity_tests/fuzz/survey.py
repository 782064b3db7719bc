"""Learns which operations give what: calls them with as little as possible, then with what others gave."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.fuzz.answers import Given
from crossfade.parity_tests.fuzz.names import parameters, wanted_as
from crossfade.parity_tests.fuzz.operations import Operation
from crossfade.parity_tests.fuzz.plans import Step
from crossfade.parity_tests.fuzz.trees import Fields, Key, Node, Ref
from crossfade.shadow.bindings.names import entity_of

_ROUNDS = 3
_MAX_CHAIN = 2
_MAX_PICK = 63
_MAX_PRODUCERS = 4

Ask = Callable[[tuple[Step, ...]], Awaitable[Given]]
"""Plays some steps, and gives what the last answer gives."""


@dataclass(slots=True)
class Sources:
    """Who gives what: the chain of calls of each productive operation, and how many values it gave by key."""

    chains: dict[str, tuple[Step, ...]] = field(default_factory=dict)
    counts: dict[str, Mapping[Key, int]] = field(default_factory=dict)

    def producers_of(self, keys: Iterable[Key]) -> tuple[Ref, ...]:
        """The last value of each producer of the first key that has any, the shortest chain first."""
        for key in keys:
            found = [(len(self.chains[name]), name) for name, given in self.counts.items() if given.get(key)]
            if found:
                return tuple(Ref(name, key, self.counts[name][key] - 1) for _, name in sorted(found)[:_MAX_PRODUCERS])
        return ()

    def slots(self, entity: str, name: str) -> SearchStrategy[Ref] | None:
        """References for a field of a request; None where nobody gives what fits."""
        found = self.producers_of(wanted_as(entity, name))
        if not found:
            return None
        return st.one_of(*(_picks(ref) for ref in found))


def _picks(ref: Ref) -> SearchStrategy[Ref]:
    """Any value of a producer; beyond those it gave with few fields set, because it may give more."""
    return st.builds(Ref, st.just(ref.producer), st.just(ref.key), st.integers(0, max(_MAX_PICK, ref.pick)))


async def survey(operations: Iterable[Operation], contract: Contract | None, ask: Ask) -> Sources:
    """Asks each operation with nothing set, then with references to what the others gave; reads before writes."""
    sources = Sources()
    waiting = sorted(operations, key=lambda operation: operation.write)
    for turn in range(_ROUNDS):
        for operation in waiting:
            chain = _chain(operation, contract, sources, with_references=turn > 0)
            if chain is None:
                continue
            given = await ask(chain)
            if given:
                sources.chains[operation.key] = chain
                sources.counts[operation.key] = {key: len(values) for key, values in given.items()}
        waiting = [operation for operation in waiting if operation.key not in sources.chains]
    return sources


def _chain(
    operation: Operation, contract: Contract | None, sources: Sources, *, with_references: bool
) -> tuple[Step, ...] | None:
    """The call with what it needs in front; None where that is not known, or is no more than was tried before."""
    fields = _inputs(operation, contract, sources) if with_references else Fields()
    if with_references and not fields.items:
        return None
    if operation.method is None and any(True for _ in parameters(operation.template)) and not with_references:
        return None
    before: list[Step] = []
    for producer in _producers(fields):
        before += [step for step in sources.chains[producer] if step not in before]
    if len(before) > _MAX_CHAIN:
        return None
    return (*before, Step(operation.key, (fields,)))


def _inputs(operation: Operation, contract: Contract | None, sources: Sources) -> Fields:
    """All fields that an answer is known to have a value for; of HTTP those of the path, all of them or nothing."""
    if operation.method is not None and contract is not None:
        fields: Any = contract.message_class(operation.method.input_type).DESCRIPTOR.fields
        names = [item.name for item in fields if _is_slot(item)]
        found = [(name, ref) for name in names for ref in _first(sources, operation.entity, name)]
        return Fields(tuple(found))
    wanted = list(parameters(operation.template))
    values: list[tuple[str, Node]] = [
        (name, ref) for before, name in wanted for ref in _first(sources, entity_of(before), name)
    ]
    if not wanted or len(values) < len(wanted):
        return Fields()
    return Fields((("path", Fields(tuple(values))),))


def _is_slot(item: FieldDescriptor) -> bool:
    return item.message_type is None and not item.is_repeated and item.cpp_type != FieldDescriptor.CPPTYPE_BOOL


def _first(sources: Sources, entity: str, name: str) -> Iterator[Ref]:
    found = sources.producers_of(wanted_as(entity, name))
    if found:
        yield Ref(found[0].producer, found[0].key, 0)


def _producers(fields: Fields) -> list[str]:
    found: dict[str, None] = {}
    for _, node in fields.items:
        match node:
            case Fields():
                found |= dict.fromkeys(_producers(node))
            case Ref():
                found[node.producer] = None
    return list(found)
