"""What asking, ingest and replay need of handles."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from crossfade.codegen.contract import Contract
from crossfade.shadow.bindings.answers import answer_value, message_value_of
from crossfade.shadow.bindings.carried import answer_values, id_members, is_plain_json, request_values, runs
from crossfade.shadow.bindings.messages import CREDENTIALS, NO_HANDLES, rewrite_answer, rewrite_message, rewrite_request
from crossfade.shadow.bindings.minting import Exchange, Learnt, Minting
from crossfade.shadow.bindings.names import Part, Site, words_of
from crossfade.shadow.bindings.scopes import Origin, Scopes, collection_of, origin_of
from crossfade.shadow.bindings.shapes import is_token
from crossfade.shadow.bindings.sides import Rendered, Side
from crossfade.shadow.bindings.tables import EVERYWHERE, Tables
from crossfade.shadow.bindings.texts import path_names
from crossfade.shadow.bindings.translate import Back, Rendering
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.exchange import Again, Answer, Comparison, Headers, Protocol, Reply, Request, header_values
from crossfade.shadow.exchange.difference import Value
from crossfade.shadow.exchange.outcome import Reason

__all__ = ["Bindings", "Rendered", "Side"]

_ERROR = 400
_OF_CREDENTIALS = frozenset({"token", "session", "auth", "csrf", "xsrf", "jwt", "sid"})
_NOWHERE = Origin(home="", entities=())


class Bindings:
    """The handles of one run, the newest ``capacity`` of them, with what each side calls them.

    With a shared store there are none: a handle of one side is good on the other, so nothing is learnt or changed.
    """

    def __init__(self, *, contract: Contract | None, shared: bool, capacity: int = 100_000) -> None:
        self._contract = contract
        self._shared = shared
        self._tables = Tables(capacity)
        self._scopes = Scopes()
        self._minting = Minting(self._tables, self._scopes, capacity)

    def carried(self, request: Request) -> frozenset[str]:
        """The values of a request that stand where a handle may stand; a body that can't be decoded has none."""
        return frozenset() if self._shared else frozenset(text for text, _ in request_values(request, self._contract))

    def answered(self, request: Request, reply: Reply) -> frozenset[str]:
        """The values of legacy's reply that a client may send back, and perhaps a few more."""
        if self._shared or not isinstance(reply, Answer):
            return frozenset()
        return answer_values(request, reply, self._contract)

    def render(self, request: Request, side: Side) -> Rendered:
        """The request with the side's own handles in it; the very same request where it carries none.

        Refused: ``foreign_handle`` where it carries a value that legacy alone knows or one that may be several handles,
        ``blocked`` where the candidate gave none of its own for one.
        """
        if self._shared or not len(self._tables):
            return Rendered(request=request)
        rendering = self._rendering(side, origin_of(request), request)
        changed = rewrite_request(request, rendering, self._contract)
        if rendering.refused is not None:
            return Rendered(request=None, refused=rendering.refused)
        return Rendered(request=changed)

    def resolve(self, comparison: Comparison, *, write: bool) -> Comparison:
        """Learns what was minted, and gives the comparison with each side's handles replaced by legacy's values.

        ``comparison`` holds the answers as they came, its request as the client sent it. Whatever isn't a handle stays
        byte for byte; where nothing changes it is the very same comparison. To be called once for one comparison.
        """
        legacy = comparison.legacy
        if self._shared or not isinstance(legacy, Answer):
            return comparison
        learnt = self._learn(comparison, legacy, write=write)
        candidate = self._mapped(comparison, comparison.candidate, Side.CANDIDATE, learnt)
        secondary = comparison.secondary
        if secondary is not None:
            secondary = self._mapped(comparison, secondary, Side.SECONDARY, learnt)
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
        if self._shared or not len(self._tables):
            return data
        rendering = self._rendering(side, _of_message(type_name), None)
        changed = rewrite_message(data, type_name, rendering, self._contract)
        return changed if rendering.refused is None else rendering.refused

    def map_message(self, data: bytes, type_name: str | None, side: Side) -> bytes:
        """One message of a side's streamed answer with legacy's values in it."""
        if self._shared or not len(self._tables):
            return data
        back = self._back(side, _of_message(type_name), "", {}, strict=True)
        return rewrite_message(data, type_name, back, self._contract)

    def learn_message(self, legacy: bytes, other: bytes, type_name: str | None, side: Side, *, route: str) -> None:
        """Learns what two messages show that stand at the same place of two streams, before they are mapped."""
        if self._shared or legacy == other:
            return
        origin = _of_message(type_name)
        back = self._back(side, origin, "", {}, strict=False)
        try:
            ours = message_value_of(legacy, type_name, self._contract)
            theirs = message_value_of(rewrite_message(other, type_name, back, self._contract), type_name, self._contract)
        except UndecodableError:
            return
        exchange = Exchange(route=route, origin=origin, etags="", carried=frozenset(), write=True)
        self._minting.learn(exchange, ours, {side: theirs}, self._claims(origin))

    def learn_unmirrored(self, request: Request, answer: Answer) -> None:
        """Remembers what legacy may have minted in a write that no other side got: foreign to both."""
        self._lose(request, answer, Reason.FOREIGN_HANDLE)

    def learn_failed(self, request: Request, answer: Answer) -> None:
        """Remembers what legacy may have minted in a write for which the candidate gave no answer: blocked there."""
        self._lose(request, answer, Reason.BLOCKED)

    def issued(self, request: Request) -> bool:
        """Whether each credential that a request carries came out of an answer of this run, or it carries none."""
        return all(
            self._tables.theirs(EVERYWHERE, text, Side.CANDIDATE) is not None or text in self._minting.agreed
            for text in _credentials(request)
        )

    # learning

    def _learn(self, comparison: Comparison, legacy: Answer, *, write: bool) -> Learnt:
        request, candidate, secondary = comparison.request, comparison.candidate, comparison.secondary
        values = request_values(request, self._contract)
        learnt = Learnt()
        if self._may_learn(legacy, candidate, write=write) or self._may_learn(legacy, secondary, write=False):
            exchange = self._exchange(comparison, legacy, values, write=write)
            learnt = self._study(exchange, comparison, legacy)
        elif isinstance(candidate, Answer) and is_plain_json(legacy.headers) and legacy.body == candidate.body:
            self._agree(legacy)
        self._minting.sent.add(text for text, _ in values if is_token(text))
        if _succeeded(legacy, request) and isinstance(candidate, Answer) and _succeeded(candidate, request):
            self._minting.agreed.add(
                text for text in _credentials(request) if not self._tables.knows(EVERYWHERE, text)
            )
        return learnt

    def _may_learn(self, legacy: Answer, other: Reply | None, *, write: bool) -> bool:
        """Whether two answers may differ in a handle, or a write may show that they do not."""
        if other is None:
            return False
        if not isinstance(other, Answer):
            return True
        if legacy.body != other.body:
            return not _is_alike(legacy, other)
        return write or _handle_fields(legacy.headers) != _handle_fields(other.headers)

    def _study(self, exchange: Exchange, comparison: Comparison, legacy: Answer) -> Learnt:
        request = comparison.request
        sides: dict[Side, Reply | None] = {Side.CANDIDATE: comparison.candidate, Side.SECONDARY: comparison.secondary}
        try:
            ours = answer_value(request, legacy, self._contract)
        except UndecodableError:
            return Learnt()
        others = {side: self._value(exchange, request, legacy, reply, side) for side, reply in sides.items()}
        if others[Side.CANDIDATE] is None and not _succeeded(legacy, request):
            return Learnt()
        return self._minting.learn(exchange, ours, others, self._claims(exchange.origin))

    def _value(
        self, exchange: Exchange, request: Request, legacy: Answer, reply: Reply | None, side: Side
    ) -> Value | None:
        """A side's answer that can be held against legacy's, with the values of legacy's that are known."""
        if not isinstance(reply, Answer) or _status(reply, request) != _status(legacy, request):
            return None
        back = self._back(side, exchange.origin, exchange.etags, {}, strict=False)
        try:
            return answer_value(request, rewrite_answer(request, reply, back, self._contract), self._contract)
        except UndecodableError:
            return None

    def _agree(self, legacy: Answer) -> None:
        """Both sides gave the same body: what ids and tokens are in it is known to both."""
        text = legacy.body.decode("utf-8", "replace")
        found = [run for run in runs(text) if is_token(run)]
        self._minting.agreed.add(run for run in found if not self._tables.knows(EVERYWHERE, run))
        self._tables.find(EVERYWHERE, found)

    def _lose(self, request: Request, answer: Answer, reason: Reason) -> None:
        if self._shared or not _succeeded(answer, request):
            return
        values = request_values(request, self._contract)
        exchange = self._exchange(None, answer, values, write=True, request=request)
        try:
            self._minting.lose(exchange, answer_value(request, answer, self._contract), reason)
        except UndecodableError:
            return
        self._minting.sent.add(text for text, _ in values if is_token(text))

    def _exchange(
        self,
        comparison: Comparison | None,
        legacy: Answer,
        values: Iterable[tuple[str, Site]],
        *,
        write: bool,
        request: Request | None = None,
    ) -> Exchange:
        request = comparison.request if comparison is not None else request
        if request is None:
            raise TypeError("expected a comparison or a request")
        origin = origin_of(request)
        return Exchange(
            route="" if comparison is None else comparison.route,
            origin=origin,
            etags=_etags(request, legacy),
            carried=frozenset(self._scoped(values, origin)),
            write=write,
        )

    def _scoped(self, values: Iterable[tuple[str, Site]], origin: Origin) -> Iterable[tuple[str, str]]:
        for text, site in values:
            yield EVERYWHERE, text
            for group in self._scopes.standing(site, origin):
                yield from ((scope.key, text) for scope in group)

    # mapping

    def _mapped(self, comparison: Comparison, reply: Reply, side: Side, learnt: Learnt) -> Reply:
        if not isinstance(reply, Answer) or not self._may_map(comparison.request, reply, side, learnt.here[side]):
            return reply
        request, legacy = comparison.request, comparison.legacy
        etags = _etags(request, legacy) if isinstance(legacy, Answer) else ""
        back = self._back(side, origin_of(request), etags, learnt.here[side], strict=True)
        mapped = rewrite_answer(request, reply, back, self._contract)
        if back.shared and not self._carries(request, back.shared):
            for text in back.shared:
                self._tables.unbind(EVERYWHERE, text, side)
            self._minting.agreed.add(back.shared)
        return mapped

    def _carries(self, request: Request, texts: list[str]) -> bool:
        return any(text in request.target or text.encode("utf-8", "replace") in request.body for text in texts)

    def _mapped_again(self, comparison: Comparison, reply: Reply, side: Side) -> Reply:
        """As ``_mapped``; where legacy mints in each answer, what a side mints anew stands for what it minted before."""
        learnt = Learnt()
        mapped = self._mapped(comparison, reply, side, learnt)
        legacy = comparison.legacy
        if (
            not isinstance(mapped, Answer)
            or not isinstance(legacy, Answer)
            or not self._minting.places.any_minting(comparison.route)
            or mapped.body == legacy.body
        ):
            return mapped
        exchange = self._exchange(comparison, legacy, (), write=False)
        try:
            ours = answer_value(comparison.request, legacy, self._contract)
        except UndecodableError:
            return mapped
        theirs = self._value(exchange, comparison.request, legacy, reply, side)
        if theirs is None:
            return mapped
        learnt.here[side] = self._minting.renewed(exchange, ours, theirs, side)
        return self._mapped(comparison, reply, side, learnt) if learnt.here[side] else mapped

    def _may_map(self, request: Request, reply: Answer, side: Side, here: Mapping[str, str]) -> bool:
        """Whether there may be a handle in an answer: most have none, and are not looked through."""
        if here:
            return True
        if not len(self._tables):
            return False
        if request.protocol is Protocol.GRPC or not is_plain_json(reply.headers):
            return True
        text = reply.body.decode("utf-8", "replace")
        found = runs(text)
        for _, value in _handle_fields(reply.headers):
            found |= runs(value)
        return self._tables.may_hold_theirs(found, side) or "oken" in text or "ursor" in text

    def _claims(self, origin: Origin) -> "_Claims":
        return _Claims(self, origin)

    def _rendering(self, side: Side, origin: Origin, request: Request | None) -> Rendering:
        etags = "" if request is None else _etags(request, None)
        return Rendering(self._tables, self._scopes, side, origin, etags)

    def _back(self, side: Side, origin: Origin, etags: str, here: Mapping[str, str], *, strict: bool) -> Back:
        return Back(self._tables, self._scopes, side, origin, etags, here, strict=strict)


class _Claims:
    """Values of a side's token with legacy's values in them."""

    def __init__(self, bindings: Bindings, origin: Origin) -> None:
        self._bindings = bindings
        self._origin = origin

    def __call__(self, side: Side, value: Value) -> Value:
        back = self._bindings._back(side, self._origin, "", {}, strict=True)  # noqa: SLF001 - it is a part of it
        return _changed(value, (), back)


def _changed(value: Value, names: tuple[str, ...], back: Back) -> Value:
    if isinstance(value, dict):
        return {key: _changed(item, (*names, key), back) for key, item in value.items()}
    if isinstance(value, str):
        return back(value, Site(Part.BODY, names)) or value
    return value


def _of_message(type_name: str | None) -> Origin:
    if type_name is None:
        return _NOWHERE
    package, _, name = type_name.rpartition(".")
    return Origin(home=f"{package}/{name}", entities=(name.lower(),))


def _etags(request: Request, legacy: Answer | None) -> str:
    """The scope of ETags: those of two resources may be the same text. What was created has that of its Location."""
    made = () if legacy is None else header_values(legacy.headers, "location")
    return f"etag {(made[0] if len(made) == 1 else request.target).partition('?')[0]}"


def _credentials(request: Request) -> list[str]:
    found = []
    for name, value in request.headers:
        lower = name.lower()
        if lower in CREDENTIALS:
            scheme, mark, token = value.partition(" ")
            if scheme.lower() != "basic":
                found.append(token if mark else value)
        elif lower == "cookie":
            found += [text.strip() for pair in value.split(";") if (text := pair.partition("=")[2])]
        elif lower not in NO_HANDLES and not _OF_CREDENTIALS.isdisjoint(words_of(lower)):
            found.append(value)
    return [text for text in found if is_token(text) or text in value_tokens(text)]


def value_tokens(text: str) -> frozenset[str]:
    """A credential of no known shape is one all the same where it is long."""
    return frozenset((text,)) if len(text) >= 16 and " " not in text else frozenset()  # noqa: PLR2004


def _handle_fields(headers: Headers) -> Headers:
    return tuple(field for field in headers if field[0].lower() not in NO_HANDLES)


def _is_alike(legacy: Answer, other: Answer) -> bool:
    """Whether two JSON bodies that differ have no handle in which they do, seen without reading them as such."""
    if not is_plain_json(legacy.headers) or _handle_fields(legacy.headers) != _handle_fields(other.headers):
        return False
    ours, theirs = (answer.body.decode("utf-8", "replace") for answer in (legacy, other))
    if any(is_token(run) for run in runs(ours) ^ runs(theirs)) or "oken" in ours or "ursor" in ours or "\\" in ours:
        return False
    return set(id_members(ours)) == set(id_members(theirs))


def _status(answer: Answer, request: Request) -> tuple[int, tuple[str, ...]]:
    if request.protocol is not Protocol.GRPC:
        return answer.status, ()
    return answer.status, header_values((*answer.headers, *answer.trailers), "grpc-status")


def _succeeded(answer: Answer, request: Request) -> bool:
    status, codes = _status(answer, request)
    return status < _ERROR and (request.protocol is not Protocol.GRPC or codes in {(), ("0",)})
