"""Values that only legacy can know: minted there, sent back by a client, unknown to a candidate with its own store."""

from collections import OrderedDict
from collections.abc import Iterable

from crossfade.codegen.contract import Contract
from crossfade.shadow.exchange import Answer, Reply, Request
from crossfade.shadow.judging.tokens import minted_values, possible_tokens, request_tokens


class ForeignHandles:
    """Remembers the newest ``capacity`` values in which the two sides' answers differed.

    With a shared store there are none: a handle of one side is good on the other.
    """

    def __init__(self, *, contract: Contract | None, shared: bool, capacity: int = 100_000) -> None:
        self._contract = contract
        self._shared = shared
        self._capacity = capacity
        self._known: OrderedDict[str, None] = OrderedDict()

    def tokens(self, request: Request) -> frozenset[str]:
        """The values of a request that stand where a handle may stand."""
        return frozenset() if self._shared else request_tokens(request, self._contract)

    def answered(self, request: Request, reply: Reply) -> frozenset[str]:
        """The values of legacy's reply that a client may send back, and perhaps a few more."""
        if self._shared or not isinstance(reply, Answer):
            return frozenset()
        return possible_tokens(request, reply, self._contract)

    def learn_minted(self, request: Request, answer: Answer) -> None:
        """Remembers what legacy may have minted in a write that the candidate never got."""
        if not self._shared:
            self.learn(minted_values(request, answer, self._contract))

    def foreign(self, tokens: Iterable[str]) -> bool:
        """Whether one of the values was minted by legacy alone."""
        return any(token in self._known for token in tokens)

    def learn(self, values: Iterable[str]) -> None:
        """Remembers values that legacy answered and the candidate did not; the oldest are forgotten."""
        if self._shared:
            return
        for value in values:
            self._known[value] = None
            self._known.move_to_end(value)
        while len(self._known) > self._capacity:
            self._known.popitem(last=False)
