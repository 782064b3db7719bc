"""What asking, ingest and replay need of handles."""

from collections.abc import Iterable
from dataclasses import replace

from crossfade.codegen.contract import Contract
from crossfade.shadow.bindings.answers import answer_value, head_value, message_value_of, without_head
from crossfade.shadow.bindings.carried import (
    answer_values,
    is_plain_json,
    long_runs,
    named_ids,
    request_values,
    sent_runs,
)
from crossfade.shadow.bindings.edges import NO_EDGES, Edges
from crossfade.shadow.bindings.excerpts import Excerpt, Texts, excerpt_of, kept_of
from crossfade.shadow.bindings.exchanges import (
    credentials,
    etag_scope,
    may_be_mapped,
    may_differ_in_handles,
    page_scope,
    status_of,
    succeeded,
)
from crossfade.shadow.bindings.kinds import ANYWHERE, Exchange
from crossfade.shadow.bindings.known import Known, Note, nothing_known
from crossfade.shadow.bindings.messages import CLIENTS_OWN, rewrite_answer, rewrite_message, rewrite_request
from crossfade.shadow.bindings.minting import Answered, Learnt, Minting
from crossfade.shadow.bindings.names import Part, Site, entity_of
from crossfade.shadow.bindings.scopes import Origin, origin_of
from crossfade.shadow.bindings.sides import Rendered, Side
from crossfade.shadow.bindings.steadiness import Steadiness
from crossfade.shadow.bindings.tables import EVERYWHERE
from crossfade.shadow.bindings.translate import Back, Here, Rendering, Standpoint
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.exchange import Again, Answer, Comparison, Reply, Request
from crossfade.shadow.exchange.outcome import Reason

__all__ = ["Bindings", "Rendered", "Side"]

_NOWHERE = Origin(home="", entities=())


class Bindings:
    """The handles of one run, the newest ``capacity`` of them, with what each side calls them.

    With a shared store there are none: a handle of one side is good on the other, so nothing is learnt or changed.
    """

    def __init__(  # noqa: PLR0913 - each has its default
        self,
        *,
        contract: Contract | None,
        shared: bool,
        edges: Edges = NO_EDGES,
        one_to_one: bool = False,
        capacity: int = 100_000,
        known: Known | None = None,
    ) -> None:
        """``edges`` are reviewed ones, ``one_to_one`` is as in ``Known``; or ``known`` is all of that."""
        self._contract = contract
        self._shared = shared
        self._known = nothing_known(capacity, edges, one_to_one=one_to_one) if known is None else known
        self._tables = self._known.tables
        self._scopes = self._known.scopes
        self._minting = Minting(self._known)

    @property
    def is_shared(self) -> bool:
        """Whether the sides have one store, so that nothing is learnt or changed."""
        return self._shared

    @property
    def knows_none(self) -> bool:
        """Whether there is no handle, so that no request is changed."""
        return self._shared or not (len(self._tables) or self._scopes.has_closed)

    def is_known(self, text: str) -> bool:
        """Whether the other sides are known to have a value for a token, or to have none."""
        return (
            self._tables.knows(EVERYWHERE, text)
            or self._tables.lost(EVERYWHERE, text) is not None
            or text in self._known.agreed
        )

    def kept_of(self, texts: Texts) -> Texts:
        """Those of the texts of a request and its answers of which anything is known."""
        return kept_of(self._known, texts)

    def excerpt(self, request: Request, route: str, kept: Texts, legacy: Answer | None = None) -> Excerpt:
        """What is known of these texts, to resolve or to render it elsewhere."""
        scopes = (EVERYWHERE, etag_scope(request, legacy), etag_scope(request, None), page_scope(request))
        return excerpt_of(self._known, kept, route, scopes)

    def take(self, notes: Iterable[Note]) -> None:
        """Learns what was learnt elsewhere with an excerpt."""
        self._known.take(notes)

    def carried(self, request: Request) -> frozenset[str]:
        """The values of a request that may come from an answer; a body that can't be decoded has none."""
        if self._shared:
            return frozenset()
        values = self._values(request)
        return frozenset(text for text, site in values if site.part is not Part.HEADER or site.name not in CLIENTS_OWN)

    def answered(self, request: Request, reply: Reply) -> frozenset[str]:
        """The values of legacy's reply that a client may send back, and perhaps a few more."""
        if self._shared or not isinstance(reply, Answer):
            return frozenset()
        found = answer_values(request, reply, self._contract)
        return found | {text for text, _ in self._reviewed(request, reply)}

    def render(self, request: Request, side: Side) -> Rendered:
        """The request with the side's own handles in it; the very same request where it carries none.

        Refused: ``foreign_handle`` where it carries a value that legacy alone knows or one that may be several handles,
        ``blocked`` where the candidate gave none of its own for one.
        """
        if self.knows_none:
            return Rendered(request=request)
        rendering = Rendering(self._standpoint(side, request))
        changed = rewrite_request(request, rendering, self._contract)
        if rendering.refused is not None:
            return Rendered(request=None, refused=rendering.refused)
        return Rendered(request=changed)

    def learn(self, comparison: Comparison, *, write: bool) -> None:
        """Learns what was minted, as ``resolve`` does, where nothing is compared."""
        if not self._shared and isinstance(comparison.legacy, Answer):
            self._learn(comparison, comparison.legacy, write=write)

    def compare_runs(self, request: Request, route: str, then: Answer, now: Answer, steadiness: Steadiness) -> None:
        """Learns what is not minted from what legacy answered to one write when it was recorded, and answers now."""
        if self._shared or not (succeeded(then, request) and succeeded(now, request)):
            return
        try:
            before, after = (answer_value(request, answer, self._contract) for answer in (then, now))
        except UndecodableError:
            return
        exchange = self._exchange(request, route, now, self._values(request), True)  # noqa: FBT003
        origin = exchange.origin

        def may_be(text: str, site: Site) -> bool:
            is_another = self._scopes.may_hold(text, site, origin) and not self._scopes.is_own(site, origin)
            return is_another and (ANYWHERE, text) not in exchange.carried

        for site, text in steadiness.steady(route, before, after, may_be):
            self._minting.hold_steady(exchange, site, text)

    def resolve(self, comparison: Comparison, *, write: bool) -> Comparison:
        """Learns what was minted, and gives the comparison with each side's handles replaced by legacy's values.

        ``comparison`` holds the answers as they came, its request as the client sent it. Whatever isn't a handle stays
        byte for byte; where nothing changes it is the very same comparison. To be called once for one comparison.
        """
        legacy = comparison.legacy
        if self._shared or not isinstance(legacy, Answer):
            return comparison
        learnt = self._learn(comparison, legacy, write=write)
        candidate = self._mapped(comparison, comparison.candidate, Side.CANDIDATE, learnt.here[Side.CANDIDATE])
        secondary = comparison.secondary
        if secondary is not None:
            secondary = self._mapped(comparison, secondary, Side.SECONDARY, learnt.here[Side.SECONDARY])
        if candidate is not comparison.candidate or secondary is not comparison.secondary:
            comparison = replace(comparison, candidate=candidate, secondary=secondary)
        return self.resolve_again(comparison)

    def resolve_again(self, comparison: Comparison) -> Comparison:
        """A resolved comparison to which ``again`` was added as it came, with legacy's values in that, too."""
        again = comparison.again
        if self._shared or again is None:
            return comparison
        candidate = self._mapped_again(comparison, again.candidate, Side.CANDIDATE)
        secondary = self._mapped_again(comparison, again.secondary, Side.SECONDARY)
        later = None if again.later is None else self._mapped_again(comparison, again.later, Side.SECONDARY)
        if candidate is again.candidate and secondary is again.secondary and later is again.later:
            return comparison
        return replace(comparison, again=Again(candidate=candidate, secondary=secondary, later=later))

    def render_message(self, data: bytes, type_name: str | None, side: Side) -> bytes | Reason:
        """One message of a streamed request as the side understands it, or why that can't be: as in ``render``.

        ``type_name`` is the message's type in the contract, None of a JSON text.
        """
        if self.knows_none:
            return data
        rendering = Rendering(self._standpoint_in(side, _of_message(type_name)))
        changed = rewrite_message(data, type_name, rendering, self._contract)
        return changed if rendering.refused is None else rendering.refused

    def map_message(self, data: bytes, type_name: str | None, side: Side) -> bytes:
        """One message of a side's streamed answer with legacy's values in it."""
        if self.knows_none:
            return data
        back = Back(self._standpoint_in(side, _of_message(type_name)), {}, strict=True)
        return rewrite_message(data, type_name, back, self._contract)

    def learn_message(  # noqa: PLR0913 - two messages, and where they stand
        self, legacy: bytes, other: bytes, type_name: str | None, side: Side, *, route: str, write: bool = False
    ) -> None:
        """Learns what two messages show that stand at the same place of two streams, before they are mapped.

        ``write``: the call may mint by itself. Else it is to be seen that both of legacy's instances do.
        """
        if self._shared or legacy == other:
            return
        origin = _of_message(type_name)
        back = Back(self._standpoint_in(side, origin), {}, strict=False)
        known = rewrite_message(other, type_name, back, self._contract)
        try:
            ours = message_value_of(legacy, type_name, self._contract)
            theirs = message_value_of(known, type_name, self._contract)
        except UndecodableError:
            return
        exchange = Exchange(route=route, origin=origin, etags="etag", pages="page", carried=frozenset(), write=write)
        self._minting.learn(exchange, ours, {side: Answered(theirs, back.mapped)})

    def learn_unmirrored(self, request: Request, answer: Answer) -> None:
        """Remembers what legacy may have minted in a write that no other side got: foreign to both."""
        if self._shared or not succeeded(answer, request):
            return
        values = self._values(request)
        try:
            value = answer_value(request, answer, self._contract)
        except UndecodableError:
            return
        exchange = self._exchange(request, "", answer, values, True)  # noqa: FBT003
        self._minting.lose(exchange, value, Reason.FOREIGN_HANDLE)
        self._minting.sent.add(sent_runs(request))

    def issued(self, request: Request) -> bool:
        """Whether the candidate is known to know each credential of a request, or the request carries none."""
        return all(
            self._tables.theirs(EVERYWHERE, text, Side.CANDIDATE) is not None or text in self._minting.agreed
            for text in credentials(request)
        )

    def _learn(self, comparison: Comparison, legacy: Answer, *, write: bool) -> Learnt:
        request, candidate, secondary = comparison.request, comparison.candidate, comparison.secondary
        learnt = Learnt()
        if (
            self._is_at_edge(request)
            or may_differ_in_handles(legacy, candidate, write=write)
            or may_differ_in_handles(legacy, secondary, write=False)
        ):
            values = self._values(request)
            learnt = self._study(comparison, legacy, self._exchange(request, comparison.route, legacy, values, write))
        elif isinstance(candidate, Answer) and legacy.body == candidate.body and is_plain_json(legacy.headers):
            self._agree(legacy)
        if sent := sent_runs(request):
            self._minting.sent.add(sent)
        asks = credentials(request)
        if asks and isinstance(candidate, Answer) and succeeded(legacy, request) and succeeded(candidate, request):
            self._minting.agreed.add(text for text in asks if not self._tables.knows(EVERYWHERE, text))
        return learnt

    def _study(self, comparison: Comparison, legacy: Answer, exchange: Exchange) -> Learnt:
        request = comparison.request
        sides: dict[Side, Reply | None] = {Side.CANDIDATE: comparison.candidate, Side.SECONDARY: comparison.secondary}
        try:
            ours = answer_value(request, legacy, self._contract)
        except UndecodableError:
            return Learnt()
        others = {side: self._value(request, legacy, reply, side) for side, reply in sides.items()}
        candidate = comparison.candidate
        if others[Side.CANDIDATE] is not None or not isinstance(candidate, Answer):
            if others[Side.CANDIDATE] is None and not succeeded(legacy, request):
                return Learnt()
            return self._minting.learn(exchange, ours, others)
        heads = {side: self._head(request, legacy, reply, side) for side, reply in sides.items()}
        learnt = self._minting.learn(exchange, head_value(legacy), heads)  # what every answer carries, an error too
        if succeeded(legacy, request):
            learnt.add(self._minting.learn(exchange, without_head(ours), others))
        return learnt

    def _value(self, request: Request, legacy: Answer, reply: Reply | None, side: Side) -> Answered | None:
        """A side's answer that can be held against legacy's, with the values of legacy's that are known."""
        if not isinstance(reply, Answer) or status_of(reply, request) != status_of(legacy, request):
            return None
        back = Back(self._standpoint(side, request, legacy), {}, strict=False)
        try:
            value = answer_value(request, rewrite_answer(request, reply, back, self._contract), self._contract)
        except UndecodableError:
            return None
        return Answered(value, back.mapped)

    def _head(self, request: Request, legacy: Answer, reply: Reply | None, side: Side) -> Answered | None:
        """As ``_value``, of header fields and cookies alone, whatever the status is."""
        if not isinstance(reply, Answer):
            return None
        back = Back(self._standpoint(side, request, legacy), {}, strict=False)
        head = rewrite_answer(request, replace(reply, body=b"", windows=b""), back, self._contract)
        return Answered(head_value(head), back.mapped)

    def _agree(self, legacy: Answer) -> None:
        """Both sides gave the same body: what ids and tokens are in it is known to both."""
        if not len(self._tables):
            self._minting.agreed.add_from(legacy.body, long_runs)
            return
        if len(self._scopes):
            self._minting.saw_numbers(named_ids(legacy.body.decode("utf-8", "replace")))
        found = [run for run in long_runs(legacy.body) if not self._tables.knows(EVERYWHERE, run)]
        self._tables.find(EVERYWHERE, found)
        self._minting.agreed.add(found)

    def _exchange(
        self,
        request: Request,
        route: str,
        legacy: Answer,
        values: Iterable[tuple[str, Site]],
        write: bool,  # noqa: FBT001
    ) -> Exchange:
        origin = origin_of(request)
        return Exchange(
            route=route,
            origin=origin,
            etags=etag_scope(request, legacy),
            pages=page_scope(request),
            carried=frozenset(self._scoped(values, origin)),
            write=write,
        )

    def _scoped(self, values: Iterable[tuple[str, Site]], origin: Origin) -> Iterable[tuple[str, str]]:
        for text, site in values:
            yield EVERYWHERE, text
            if self._scopes.may_hold(text, site, origin):
                yield ANYWHERE, text
            for group in self._scopes.standing(site, origin):
                yield from ((scope.key, text) for scope in group)

    def _values(self, request: Request) -> Iterable[tuple[str, Site]]:
        """The values of a request that may be handles, with their places."""
        return (*request_values(request, self._contract), *self._reviewed(request))

    def _is_at_edge(self, request: Request) -> bool:
        return self._scopes.has_edges and self._scopes.touch(origin_of(request))

    def _reviewed(self, request: Request, answer: Answer | None = None) -> list[tuple[str, Site]]:
        """The values at places of reviewed edges, in a request or in an answer to it."""
        found: list[tuple[str, Site]] = []
        if not self._is_at_edge(request):
            return found
        origin = origin_of(request)

        def note(text: str, site: Site) -> None:
            if self._scopes.reviewed(site, origin) is not None:
                found.append((text, site))

        if answer is None:
            rewrite_request(request, note, self._contract)
        else:
            rewrite_answer(request, answer, note, self._contract)
        return found

    def _mapped(self, comparison: Comparison, reply: Reply, side: Side, here: Here) -> Reply:
        request, legacy = comparison.request, comparison.legacy
        if not isinstance(reply, Answer) or not isinstance(legacy, Answer):
            return reply
        if not self._may_hold(request, reply, side, here):
            return reply
        back = Back(self._standpoint(side, request, legacy), here, strict=True)
        mapped = rewrite_answer(request, reply, back, self._contract)
        shared = [text for text in back.shared if not _holds(request, text)]
        for text in shared:
            self._tables.unbind(EVERYWHERE, text, side)
        self._minting.agreed.add(shared)
        return mapped

    def _may_hold(self, request: Request, reply: Answer, side: Side, here: Here) -> bool:
        """Whether there may be a handle in an answer: most have none, and are not looked through."""
        if here or not len(self._tables):
            return bool(here)
        found = may_be_mapped(request, reply)
        return found is None or self._tables.may_hold_theirs(found, side)

    def _mapped_again(self, comparison: Comparison, reply: Reply, side: Side) -> Reply:
        """As ``_mapped``; where legacy mints in each answer, what a side mints anew stands for the same value."""
        return self._mapped(comparison, reply, side, self._renewed(comparison, reply, side))

    def _renewed(self, comparison: Comparison, reply: Reply, side: Side) -> Here:
        request, legacy = comparison.request, comparison.legacy
        if not isinstance(legacy, Answer) or not self._minting.places.any_minting(comparison.route):
            return {}
        exchange = self._exchange(request, comparison.route, legacy, (), False)  # noqa: FBT003
        theirs = self._value(request, legacy, reply, side)
        try:
            ours = answer_value(request, legacy, self._contract)
        except UndecodableError:
            return {}
        return {} if theirs is None else self._minting.renewed(exchange, ours, theirs, side)

    def _standpoint(self, side: Side, request: Request, legacy: Answer | None = None) -> Standpoint:
        return Standpoint(
            tables=self._tables,
            scopes=self._scopes,
            side=side,
            origin=origin_of(request),
            etags=etag_scope(request, legacy),
            pages=page_scope(request),
        )

    def _standpoint_in(self, side: Side, origin: Origin) -> Standpoint:
        return Standpoint(
            tables=self._tables, scopes=self._scopes, side=side, origin=origin, etags="etag", pages="page"
        )


def _of_message(type_name: str | None) -> Origin:
    if type_name is None:
        return _NOWHERE
    package, _, name = type_name.rpartition(".")
    return Origin(home=f"{package}/{name}", entities=(entity_of(name),))


def _holds(request: Request, text: str) -> bool:
    return text in request.target or text.encode("utf-8", "replace") in request.body
