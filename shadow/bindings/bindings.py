"""What asking, ingest and replay need of handles."""

from crossfade.codegen.contract import Contract
from crossfade.shadow.bindings.sides import Rendered, Side
from crossfade.shadow.exchange import Answer, Comparison, Reply, Request
from crossfade.shadow.exchange.outcome import Reason

__all__ = ["Bindings", "Rendered", "Side"]


class Bindings:
    """The handles of one run, the newest ``capacity`` of them, with what each side calls them.

    With a shared store there are none: a handle of one side is good on the other, so nothing is learnt or changed.
    """

    def __init__(self, *, contract: Contract | None, shared: bool, capacity: int = 100_000) -> None:
        self._contract = contract
        self._shared = shared
        self._capacity = capacity

    def carried(self, request: Request) -> frozenset[str]:
        """The values of a request that stand where a handle may stand; a body that can't be decoded has none."""
        raise NotImplementedError

    def answered(self, request: Request, reply: Reply) -> frozenset[str]:
        """The values of legacy's reply that a client may send back, and perhaps a few more."""
        raise NotImplementedError

    def render(self, request: Request, side: Side) -> Rendered:
        """The request with the side's own handles in it; the very same request where it carries none.

        Refused: ``foreign_handle`` where it carries a value that legacy alone knows or one that may be several handles,
        ``blocked`` where the candidate gave none of its own for one. The request's values count as sent from now on.
        """
        raise NotImplementedError

    def resolve(self, comparison: Comparison, *, write: bool) -> Comparison:
        """Learns what was minted, and gives the comparison with each side's handles replaced by legacy's values.

        ``comparison`` holds the answers as they came, its request as the client sent it. Whatever isn't a handle stays
        byte for byte; where nothing changes it is the very same comparison. To be called once for one comparison.
        """
        raise NotImplementedError

    def resolve_again(self, comparison: Comparison) -> Comparison:
        """A resolved comparison to which ``again`` was added as it came, with legacy's values in that, too."""
        raise NotImplementedError

    def render_message(self, data: bytes, type_name: str | None, side: Side) -> bytes | Reason:
        """One message of a streamed request as the side understands it, or why that can't be: as in ``render``.

        ``type_name`` is the message's type in the contract, None of a JSON text.
        """
        raise NotImplementedError

    def map_message(self, data: bytes, type_name: str | None, side: Side) -> bytes:
        """One message of a side's streamed answer with legacy's values in it."""
        raise NotImplementedError

    def learn_message(self, legacy: bytes, other: bytes, type_name: str | None, side: Side, *, route: str) -> None:
        """Learns what two messages show that stand at the same place of two streams, before they are mapped."""
        raise NotImplementedError

    def learn_unmirrored(self, request: Request, answer: Answer) -> None:
        """Remembers what legacy may have minted in a write that no other side got: foreign to both."""
        raise NotImplementedError

    def learn_failed(self, request: Request, answer: Answer) -> None:
        """Remembers what legacy may have minted in a write for which the candidate gave no answer: blocked there."""
        raise NotImplementedError

    def issued(self, request: Request) -> bool:
        """Whether each credential that a request carries came out of an answer of this run, or it carries none."""
        raise NotImplementedError
