"""Draws plans for one operation: perhaps a step or two of others before it, then the call itself."""

from collections.abc import Mapping, Sequence

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.fuzz.http_inputs import http_inputs, names_from
from crossfade.parity_tests.fuzz.messages import Messages
from crossfade.parity_tests.fuzz.operations import Operation
from crossfade.parity_tests.fuzz.plans import Chains, Plan, Step
from crossfade.parity_tests.fuzz.seeds import Inputs, Seeds
from crossfade.parity_tests.fuzz.survey import Sources

_BEFORE = (0, 0, 0, 0, 0, 0, 1, 1, 2)


class Drawing:
    """The plans of all operations; ``seeds`` are what was recorded, by the key of an operation."""

    def __init__(
        self,
        operations: Sequence[Operation],
        contract: Contract | None,
        sources: Sources,
        seeds: Mapping[str, Seeds],
    ) -> None:
        self._messages = None if contract is None else Messages(contract, sources.slots)
        self._contract = contract
        self._sources = sources
        self._seeds = seeds
        self._steps = {operation.key: self._step(operation) for operation in operations}
        self._order = sorted(self._steps, key=lambda key: (key not in sources.chains, key))

    @property
    def chains(self) -> Chains:
        """The calls with which each productive operation gives something."""
        return self._sources.chains

    def plans(self, operation: Operation) -> SearchStrategy[Plan]:
        """Plans that end with a call of this operation."""

        @st.composite
        def drawn(draw: st.DrawFn) -> Plan:
            before = [
                draw(self._steps[draw(st.sampled_from(self._order))]) for _ in range(draw(st.sampled_from(_BEFORE)))
            ]
            return Plan((*before, draw(self._steps[operation.key])))

        return drawn()

    def _step(self, operation: Operation) -> SearchStrategy[Step]:
        key, seeds = operation.key, self._seeds.get(operation.key)
        inputs = self._inputs(operation, seeds)
        if seeds is not None:
            inputs = st.one_of(inputs, seeds.strategy(operation.entity, self._sources.slots))
        return inputs.map(lambda found: Step(key, found))

    def _inputs(self, operation: Operation, seeds: Seeds | None) -> SearchStrategy[Inputs]:
        method = operation.method
        if method is None or self._messages is None:
            known = names_from(self._contract, operation) if seeds is None else seeds.known()
            return st.tuples(http_inputs(operation, known, self._sources.slots))
        if operation.is_streamed:
            return self._messages.stream(method.input_type, operation.entity)
        return st.tuples(self._messages.strategy(method.input_type, operation.entity))
