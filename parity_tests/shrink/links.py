"""Which calls of a session need which: a call that carries what an earlier answer gave. Pure."""

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.records import Call, Session
from crossfade.parity_tests.shrink.subsets import Items
from crossfade.shadow.bindings.carried import answer_values, request_values
from crossfade.shadow.bindings.names import Site, entity_of, is_token_name
from crossfade.shadow.bindings.scopes import Origin, is_id_site, origin_of
from crossfade.shadow.bindings.shapes import is_token
from crossfade.shadow.exchange import Answer


class Links:
    """``producers`` of each call: the earlier calls whose answers gave what it carries; ``handles``: those values.

    What a client had sent before any answer gave it is the client's own. Where two answers gave the same short id, that
    of the same collection is taken, else the first.
    """

    def __init__(self, session: Session, contract: Contract | None) -> None:
        self._origins = tuple(origin_of(call.request) for call in session.calls)
        self._given: dict[str, list[int]] = {}
        self._clients: set[str] = set()
        self.handles: set[str] = set()
        self.producers: tuple[frozenset[int], ...] = tuple(
            self._read(index, call, contract) for index, call in enumerate(session.calls)
        )

    def closed(self, kept: Items) -> Items:
        """Those of the calls whose producers are there, too."""
        there: set[int] = set()
        for index in kept:
            if self.producers[index] <= there:
                there.add(index)
        return tuple(sorted(there))

    def with_producers(self, index: int) -> Items:
        """A call, and all that it needs."""
        needed, waiting = {index}, [index]
        while waiting:
            new = self.producers[waiting.pop()] - needed
            needed |= new
            waiting += new
        return tuple(sorted(needed))

    def _read(self, index: int, call: Call, contract: Contract | None) -> frozenset[int]:
        carried = [(text, site) for text, site in request_values(call.request, contract) if _may_be_handle(text, site)]
        found = {self._producer(index, site, self._given[text]) for text, site in carried if text in self._given}
        self.handles.update(text for text, _ in carried if text in self._given)
        self._clients.update(text for text, _ in carried if text not in self._given)
        if isinstance(call.reply, Answer):
            for text in answer_values(call.request, call.reply, contract) - self._clients:
                self._given.setdefault(text, []).append(index)
        return frozenset(found)

    def _producer(self, index: int, site: Site, given: list[int]) -> int:
        entity = entity_of(site.name)
        alike = (at for at in given if _is_about(self._origins[at], self._origins[index], entity))
        return next(alike, given[0])


def _may_be_handle(text: str, site: Site) -> bool:
    return is_token(text) or is_id_site(site) or is_token_name(site.name)


def _is_about(origin: Origin, of_consumer: Origin, entity: str) -> bool:
    return origin.home == of_consumer.home or entity in origin.entities
