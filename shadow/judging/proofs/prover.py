"""Has legacy's answer judged as the candidate's after something in it was made wrong on purpose."""

import hashlib
from collections.abc import Callable, Collection, Iterator

from crossfade.codegen.contract import Contract
from crossfade.shadow.compare.decode.view import AnswerView
from crossfade.shadow.compare.fingerprint import TextOf, bound_signature, gather
from crossfade.shadow.exchange import Comparison, Protocol, Request
from crossfade.shadow.exchange.difference import Signature
from crossfade.shadow.exchange.observations import Mutation, Proof
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.share import share
from crossfade.shadow.judging.differ import Differ, Key, Look, knows
from crossfade.shadow.judging.judgement import Judgement
from crossfade.shadow.judging.proofs.answers import body_of, with_other_status
from crossfade.shadow.judging.proofs.mutations import with_other_leaf, without_a_field

SHARE_PCT = 1.0
"""So many comparisons of a route are proofs too, beside its first ones."""
FIRST = 20
_MAX_ROUTES = 1000
MAX_BYTES = 262_144
"""A longer answer is not taken apart for this."""
_LEAVES_TRIED = 5


def is_sampled(request_id: str) -> bool:
    """Whether a comparison is one of the share."""
    return share(request_id, "proof") < SHARE_PCT


class Prover:
    """Makes proofs of a route's first comparisons, and of a share of all."""

    def __init__(self, contract: Contract | None, transition_of: TextOf, max_bytes: int = MAX_BYTES) -> None:
        """``transition_of`` gives the transition of a difference: a rule accepts a fault as it would a real one.

        A longer answer than ``max_bytes`` is not taken apart.
        """
        self._contract = contract
        self._transition_of = transition_of
        self._max_bytes = max_bytes
        self._made: dict[str, int] = {}

    def proofs(
        self, comparison: Comparison, judgement: Judgement, route: RouteInfo, is_noisy: Callable[[str], bool]
    ) -> tuple[Proof, ...]:
        """A leaf with another value, a missing field and another status, as far as the answer has such.

        A leaf at a template that is noise can't show whether values are compared; that is what a constant proves.
        """
        differ = judgement.differ
        if differ is None or not self._is_chosen(comparison, route):
            return ()
        number = int.from_bytes(hashlib.blake2b(comparison.request.id.encode(), digest_size=8).digest(), "big")
        found: dict[Mutation, Signature] = {}
        for mutation, view in self._mutants(comparison.request, differ, number, found):
            look = differ.of_view(view)
            keys = frozenset[Key]() if look is None else look.keys
            seen = {key for key in keys if not knows(judgement.secondary, key)}
            is_steady = mutation is not Mutation.VALUE or any(not is_noisy(template) for template, _ in seen)
            if is_steady or not keys:
                found[mutation] = () if look is None else self._signature(look, seen)
        return tuple(
            Proof(route=route, mutation=mutation, signature=signature) for mutation, signature in found.items()
        )

    def _signature(self, look: Look, seen: Collection[Key]) -> Signature:
        differences = (item for item in look.differences if (item.template, item.kind.value) in seen)
        return bound_signature(gather(differences, lambda _: "", self._transition_of))

    def _is_chosen(self, comparison: Comparison, route: RouteInfo) -> bool:
        made = self._made.get(route.key, 0)
        if made < FIRST and (route.key in self._made or len(self._made) < _MAX_ROUTES):
            self._made[route.key] = made + 1
            return True
        return is_sampled(comparison.request.id)

    def _mutants(
        self, request: Request, differ: Differ, number: int, found: Collection[Mutation]
    ) -> Iterator[tuple[Mutation, AnswerView]]:
        """Further values are tried as long as none is in ``found``."""
        legacy = differ.legacy
        is_call = request.protocol is Protocol.GRPC
        body = body_of(request, differ.view(legacy), self._contract, self._max_bytes)
        if body is not None:
            value = body.value()
            for at in range(_LEAVES_TRIED):
                if value is None or Mutation.VALUE in found:
                    break
                if (mutant := with_other_leaf(value, number + at)) is not None:
                    yield Mutation.VALUE, body.with_value(mutant)
            if value is not None and (mutant := without_a_field(value, number)) is not None:
                yield Mutation.MISSING, body.with_value(mutant)
        if (status := with_other_status(differ.view(legacy), is_call=is_call)) is not None:
            yield Mutation.STATUS, status
