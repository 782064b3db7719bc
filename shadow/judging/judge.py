"""From a comparison to the observation that evidence keeps: judged, explained, with examples. Pure."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from operator import is_
from typing import Any

from crossfade.codegen.contract import Contract
from crossfade.shadow.compare.answers import NotComparableError
from crossfade.shadow.compare.causes import cause_finder
from crossfade.shadow.compare.decode.framing import Framing, GrpcFraming, answer_framing, text_value
from crossfade.shadow.compare.decode.media import form_of, media_type
from crossfade.shadow.compare.decode.proto import decode_message
from crossfade.shadow.compare.diff import Place
from crossfade.shadow.compare.diff.map_keys import MapKeys
from crossfade.shadow.compare.fingerprint import bound_signature, gather, request_hash, signature
from crossfade.shadow.compare.render import render_sides
from crossfade.shadow.compare.streams import StreamDiff, diff_copies
from crossfade.shadow.compare.transition import transition
from crossfade.shadow.exchange import Answer, Comparison, Failure, Headers, Protocol, Reply
from crossfade.shadow.exchange.difference import MAX_FINGERPRINTS, MORE, Difference, Fingerprint, Value
from crossfade.shadow.exchange.observations import (
    Example,
    Judged,
    Mutation,
    Observation,
    Proof,
    RequestSample,
    Settled,
)
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import STREAMED_ANSWERS, RouteInfo
from crossfade.shadow.judging.checks.noise import NoiseChecks, seen_of
from crossfade.shadow.judging.differ import Key
from crossfade.shadow.judging.judgement import Judgement, judge, judge_stream
from crossfade.shadow.judging.looks import Shown, shown
from crossfade.shadow.judging.proofs.prover import Prover, is_sampled
from crossfade.shadow.judging.rules import NO_RULES, RuleFinder, Rules
from crossfade.shadow.judging.sample import request_sample
from crossfade.shadow.judging.sides import BothSides, sided

MAX_MESSAGE_BYTES = 4_194_304
"""A longer message in a stream is not compared; it is also what gRPC servers take by default."""
_MAX_EXAMPLES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The observation, and what was found of faults that were put into this comparison's answer: no requests."""

    observation: Observation
    proofs: tuple[Proof, ...] = ()


class Judge:
    """Judges comparisons under one contract and one set of rules."""

    stream_copy_bytes = 0
    """So much is kept of each side's stream, to be judged again."""

    def __init__(self, *, contract: Contract | None, rules: Rules = NO_RULES) -> None:
        self._contract = contract
        self._unit_of = request_hash if rules.units is None else rules.units.hash
        self._request_of = request_hash if rules.units is None else rules.units.request
        self._rules = RuleFinder(rules)
        self._checks = NoiseChecks()
        self._map_keys = MapKeys()
        self._transition_of = partial(transition, shows=rules.shows)
        self._prover = Prover(contract, self._transition_of, rules.proof_bytes)
        self._last: tuple[tuple[object, ...], Judgement] | None = None

    def differs(self, comparison: Comparison, route: RouteInfo) -> frozenset[Key]:
        """Where the candidate or the secondary differ at the first look at a comparison that legacy answered.

        Where ``observe`` is called next for the same answers, it costs that much less.
        """
        return self.first_look(comparison, route).places

    def observe(self, comparison: Comparison, route: RouteInfo) -> Verdict:
        """What evidence is to keep of a comparison that legacy answered; streams are read from their copies."""
        judgement = self.first_look(comparison, route)
        self._last = None
        verdict = self._verdict(judgement, comparison, route)
        self._map_keys.settle()
        return verdict

    def observe_stream(
        self,
        comparison: Comparison,
        route: RouteInfo,
        found: tuple[Difference, ...],
        noise: tuple[Difference, ...] | None,
    ) -> Verdict:
        """As ``observe``, where the messages were compared as they came; ``noise`` is the secondary's, if contacted."""
        return self._verdict(self._judge_stream(comparison, route, found, noise), comparison, route)

    def framing_of(self, route: RouteInfo) -> Callable[[Headers], Framing | None]:
        """Gives the framing of an answer on this route by its header fields; None where it is no stream."""
        if route.protocol != Protocol.GRPC:
            return lambda headers: answer_framing(headers, MAX_MESSAGE_BYTES)
        if route.call_type in STREAMED_ANSWERS:
            return lambda headers: GrpcFraming(headers, MAX_MESSAGE_BYTES)
        return lambda _: None

    def stream_diff(self, route: RouteInfo, headers: Headers) -> StreamDiff:
        """The comparison of two streams on this route; ``headers`` are those of legacy's answer."""
        keys = self._rules.stream_keys(route)
        if route.protocol != Protocol.GRPC:
            form = form_of(*media_type(headers))
            return StreamDiff(lambda text: text_value(form, text), Place.at("body"), proto=False, keys=keys)
        return StreamDiff(self._message_reader(route), Place.at("message"), proto=True, keys=keys)

    def diff_messages(
        self, comparison: Comparison, route: RouteInfo, first: int, own_to_legacy: Callable[[bytes, bytes], bytes]
    ) -> tuple[Difference, ...]:
        """The differences of messages that stand at place ``first`` of two streams, as a comparison of two answers.

        Raises: NotComparableError: legacy's message can't be decoded.
        """
        legacy, other = comparison.legacy, comparison.candidate
        if isinstance(legacy, Failure) or isinstance(other, Failure):
            raise TypeError("expected two answers, got a failure")
        diff = self.stream_diff(route, legacy.headers)
        diff.own_to_legacy = own_to_legacy
        diff.start_at(first)
        return diff_copies(legacy, other, self.framing_of(route), diff, whole=True)

    def first_look(self, comparison: Comparison, route: RouteInfo) -> Judgement:
        """What the first look at a comparison that legacy answered shows."""
        answers = (comparison.request, comparison.legacy, comparison.candidate, comparison.secondary)
        if self._last is not None and all(map(is_, self._last[0], answers)):
            return self._last[1]
        judgement = self._look(comparison, route)
        self._last = (answers, judgement)
        return judgement

    def _look(self, comparison: Comparison, route: RouteInfo) -> Judgement:
        if comparison.followed:
            return self._judge_copies(comparison, route)
        return judge(
            comparison,
            contract=self._contract,
            ignore=self._rules.ignored(comparison, route),
            naming=self._map_keys.naming(route.key),
            keys=self._rules.keys(comparison, route),
        )

    def _beside(self, judgement: Judgement, comparison: Comparison, route: RouteInfo) -> BothSides:
        """What a secondary that was chosen shows: the sides are exchanged for its look from the candidate's answer."""
        if not comparison.chosen or isinstance(comparison.candidate, Failure):
            return BothSides()
        exchanged = replace(comparison, legacy=comparison.candidate)
        return BothSides(legacy=judgement.secondary, candidate=self._look(exchanged, route).secondary)

    def _judge_stream(
        self,
        comparison: Comparison,
        route: RouteInfo,
        found: tuple[Difference, ...],
        noise: tuple[Difference, ...] | None,
    ) -> Judgement:
        """Only the ends of the answers are left to be compared."""
        framing_of = self.framing_of(route)
        secondary = comparison.secondary
        ends = replace(
            comparison,
            legacy=_without_copy(comparison.legacy, framing_of),
            candidate=_without_copy(comparison.candidate, framing_of),
            secondary=None if secondary is None else _without_copy(secondary, framing_of),
        )
        return judge_stream(ends, found, noise, contract=self._contract, ignore=self._rules.ignored(ends, route))

    def _judge_copies(self, comparison: Comparison, route: RouteInfo) -> Judgement:
        try:
            found = self._diff_copies(comparison, route, comparison.candidate)
        except NotComparableError as error:
            return Judgement(uncomparable=error.reason, detail=error.detail)
        noise = None
        if isinstance(comparison.secondary, Answer):
            with contextlib.suppress(NotComparableError):
                noise = self._diff_copies(comparison, route, comparison.secondary)
        return self._judge_stream(comparison, route, found, noise)

    def _diff_copies(self, comparison: Comparison, route: RouteInfo, other: Reply) -> tuple[Difference, ...]:
        """Raises: NotComparableError."""
        legacy = comparison.legacy
        if isinstance(legacy, Failure) or isinstance(other, Failure):
            return ()
        diff = self.stream_diff(route, legacy.headers)
        return diff_copies(legacy, other, self.framing_of(route), diff, whole=comparison.cut is None)

    def _message_reader(self, route: RouteInfo) -> Callable[[bytes], Value]:
        contract = self._contract
        method = None if contract is None else contract.methods.get(route.route)
        if contract is None or method is None:  # a recording may be judged under another one
            raise NotComparableError(Reason.NO_CONTRACT, f"the contract has no method {route.route}")
        output_type = method.output_type
        return lambda data: decode_message(data, output_type, contract)

    def _verdict(self, judgement: Judgement, comparison: Comparison, route: RouteInfo) -> Verdict:
        if judgement.uncomparable is not None:
            settled = Settled(route=route, outcome=Outcome.UNCOMPARABLE, reason=judgement.uncomparable)
            return Verdict(observation=settled)
        proofs = self._prover.proofs(comparison, judgement, route, self._checks.noisy(route))
        if not judgement.places and comparison.again is None:
            same = self._judged(judgement, comparison, route)
            return Verdict(observation=same, proofs=proofs)
        seen = shown(judgement, comparison, self._checks.uptimes(route))
        sides = self._beside(judgement, comparison, route)
        inside = seen_of(judgement, seen, comparison, self._request_of(comparison.request), sides)
        observation = replace(
            self._judged(judgement, comparison, route),
            **self._found(judgement, comparison, seen),
            sightings=sided(seen.sightings, sides),
            checks=self._checks.see(route, inside),
            asked_again=comparison.again is not None,
        )
        constant = self._checks.see_constant(route, inside, is_sampled=is_sampled(comparison.request.id))
        if constant:
            proofs += (Proof(route=route, mutation=Mutation.CONSTANT, checks=constant),)
        return Verdict(observation=observation, proofs=proofs)

    def _judged(self, judgement: Judgement, comparison: Comparison, route: RouteInfo) -> Judged:
        """The observation as long as nothing of the candidate's differs."""
        return Judged(
            route=route,
            at=comparison.request.started_at,
            request_hash=self._unit_of(comparison.request),
            signature=(),
            noise=None if judgement.noise is None else signature(judgement.noise),
            examples=(),
            legacy_ms=latency_ms(comparison, comparison.legacy),
            candidate_ms=latency_ms(comparison, comparison.candidate),
            cut=comparison.cut,
            chosen=comparison.chosen,
            served=comparison.served,
        )

    def _found(self, judgement: Judgement, comparison: Comparison, seen: Shown) -> dict[str, Any]:
        """The candidate's differences by whose fault they are, with examples, first of what is its own."""
        cause_of = cause_finder(judgement.differences, comparison.request, self._contract)
        found = gather(judgement.differences, cause_of, self._transition_of)
        at = {item: (item.template, item.kind) for item in found}
        excused, drift = ({item for item in found if at[item] in places} for places in (seen.excused, seen.drift))
        own = [item for item in found if item not in excused and item not in drift]
        bound = bound_signature(own)
        if judgement.candidate.full and not seen.is_whole and MORE not in bound:
            bound = tuple(sorted((*bound[: MAX_FINGERPRINTS - 1], MORE)))
        ordered = {item: found[item] for item in dict.fromkeys((*own, *found))}
        return {
            "signature": bound,
            "excused": bound_signature(excused),
            "drift": bound_signature(drift),
            "examples": self._examples(comparison, ordered),
        }

    def _examples(self, comparison: Comparison, gathered: Mapping[Fingerprint, Difference]) -> tuple[Example, ...]:
        """One example for each fingerprint, at most 20."""
        if not gathered:
            return ()
        sample = request_sample(comparison.request, self._contract)
        found = islice(gathered.items(), _MAX_EXAMPLES)
        return tuple(_example(comparison.request.id, fingerprint, item, sample) for fingerprint, item in found)


def _example(comparison_id: str, fingerprint: Fingerprint, difference: Difference, sample: RequestSample) -> Example:
    legacy, candidate = render_sides(difference)
    return Example(
        comparison_id=comparison_id,
        fingerprint=fingerprint,
        path=difference.path,
        owner=difference.owner,
        context=difference.context,
        legacy=legacy,
        candidate=candidate,
        request=sample,
    )


def _without_copy(reply: Reply, framing_of: Callable[[Headers], Framing | None]) -> Reply:
    if isinstance(reply, Failure) or framing_of(reply.headers) is None:
        return reply
    return replace(reply, body=b"", truncated=False)


def latency_ms(comparison: Comparison, reply: Reply) -> float | None:
    """How long an answer took; a stream lasts as long as it is fed, and a failure has none."""
    return reply.latency_ms if isinstance(reply, Answer) and not comparison.followed else None
