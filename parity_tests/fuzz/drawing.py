"""Draws plans for one operation: perhaps a step or two of others before it, then the call itself."""

from collections.abc import Mapping, Sequence

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.fuzz.http_inputs import Known, http_inputs, names_from
from crossfade.parity_tests.fuzz.messages import Messages
from crossfade.parity_tests.fuzz.operations import Operation
from crossfade.parity_tests.fuzz.plans import Chains, Plan, Step
from crossfade.parity_tests.fuzz.survey import Sources

_BEFORE = (0, 0, 0, 0, 0, 0, 1, 1, 2)


class Drawing:
    """The plans of all operations; ``known`` has what was recorded of HTTP routes, by the key of an operation."""

    def __init__(
        self,
        operations: Sequence[Operation],
        contract: Contract | None,
        sources: Sources,
        known: Mapping[str, Known],
    ) -> None:
        self._messages = None if contract is None else Messages(contract, sources.slots)
        self._contract = contract
        self._sources = sources
        self._known = known
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
        key = operation.key
        method = operation.method
        if method is None or self._messages is None:
            known = self._known.get(key) or names_from(self._contract, operation)
            inputs = http_inputs(operation, known, self._sources.slots)
            return inputs.map(lambda fields: Step(key, (fields,)))
        if operation.is_streamed:
            return self._messages.stream(method.input_type, operation.entity).map(lambda found: Step(key, found))
        return self._messages.strategy(method.input_type, operation.entity).map(lambda fields: Step(key, (fields,)))
