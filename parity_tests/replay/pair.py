"""The services of a config, contacted directly: one request to both, judged like live traffic."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.records import Call
from crossfade.parity_tests.replay.played import Played
from crossfade.shadow.asking.call import terms_of
from crossfade.shadow.asking.clients.address import TlsFiles
from crossfade.shadow.asking.clients.upstream import Upstream
from crossfade.shadow.asking.exchange import reply_of
from crossfade.shadow.asking.sides import Sides, build_sides
from crossfade.shadow.bindings.bindings import Bindings, Side
from crossfade.shadow.config import Config, ListenSettings
from crossfade.shadow.config.settings import State
from crossfade.shadow.exchange import Answer, Comparison, Reply, Request
from crossfade.shadow.exchange.observations import Observation, Settled
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.shadow_headers import is_served_by_legacy
from crossfade.shadow.judging.judge import Judge
from crossfade.shadow.runs.setup import rules_of, secrecy_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Both services behind each listener, by its name."""

    sides: Mapping[str, Sides]
    judge: Judge
    contract: Contract | None
    shared: bool

    def new_bindings(self) -> Bindings:
        """Those of one session, or of all that share ids."""
        return Bindings(contract=self.contract, shared=self.shared)

    async def play(self, call: Call, bindings: Bindings, *, with_secondary: bool = False) -> Played:
        """Sends one call to both services; legacy's live answer is what the candidate's is held against.

        ``call.reply`` is not read. The candidate gets the request in its own handles, after legacy if it is a write.
        ``with_secondary``: the second instance of legacy gets it too, so that its noise is no difference; where there
        is none, legacy itself is asked once more, unless it is a write.
        """
        sides = self.sides[call.route.listener]
        if sides.legacy is None or not all(side.takes(call.request) for side in (sides.legacy, sides.candidate)):
            return _settled(call, Outcome.UNCOMPARABLE, Reason.UNSUPPORTED)
        rendered = bindings.render(call.request, Side.CANDIDATE)
        if rendered.request is None:
            return _settled(call, Outcome.SKIPPED, rendered.refused or Reason.BLOCKED)
        others = [_Ask(side=sides.candidate, request=rendered.request)]
        if with_secondary and (twin := _twin(call, sides, bindings)) is not None:
            others.append(twin)
        legacy, candidate, *secondary = await self._replies(call, sides.legacy, others)
        if not isinstance(legacy, Answer):
            return _settled(call, Outcome.LEGACY_FAILED, Reason(legacy.reason.value))
        if is_served_by_legacy(candidate):
            return _settled(call, Outcome.SKIPPED, Reason.NOT_PORTED)
        comparison = Comparison(
            request=call.request,
            route=call.route.route,
            legacy=legacy,
            candidate=candidate,
            secondary=secondary[0] if secondary else None,
        )
        comparison = bindings.resolve(comparison, write=call.write)
        return Played(call=call, comparison=comparison, observation=self._observe(comparison, call))

    def _observe(self, comparison: Comparison, call: Call) -> Observation:
        return self.judge.observe(comparison, call.route).observation

    async def _replies(self, call: Call, legacy: Upstream, others: "list[_Ask]") -> list[Reply]:
        """Legacy's first; a write reaches the others when legacy has answered it."""
        terms = terms_of(self.judge, call.route, write=call.write)
        first = _Ask(side=legacy, request=call.request)
        turns = [[first], others] if call.write else [[first, *others]]
        replies = list[Reply]()
        for turn in turns:
            replies += await asyncio.gather(*(reply_of(ask.side, ask.request, terms) for ask in turn))
        return replies

    async def close(self) -> None:
        """Closes the connections."""
        for sides in self.sides.values():
            await sides.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ask:
    """What a side is sent."""

    side: Upstream
    request: Request


def _twin(call: Call, sides: Sides, bindings: Bindings) -> _Ask | None:
    """The second answer of legacy: of its other instance, else of itself, which no write may reach twice."""
    if sides.secondary is not None:
        rendered = bindings.render(call.request, Side.SECONDARY)
        return None if rendered.request is None else _Ask(side=sides.secondary, request=rendered.request)
    if call.write or sides.legacy is None:
        return None
    return _Ask(side=sides.legacy, request=call.request)


@asynccontextmanager
async def open_pair(config: Config, contract: Contract | None) -> AsyncIterator[Pair]:
    """The services that the config names, until the block ends. Raises: ShadowError: a certificate can't be read."""
    calls = frozenset[str]() if contract is None else frozenset(contract.methods)
    pair = Pair(
        sides={listen.name: _sides(config, listen, calls) for listen in config.listen},
        judge=Judge(contract=contract, rules=rules_of(config, secrecy_of(config, contract))),
        contract=contract,
        shared=config.service.state is State.SHARED,
    )
    try:
        yield pair
    finally:
        await pair.close()


def _sides(config: Config, listen: ListenSettings, calls: frozenset[str]) -> Sides:
    mirror = config.mirror
    upstream = partial(Upstream, deadline_ms=mirror.deadline_ms, body_limit_bytes=mirror.body_limit_bytes)
    built = build_sides(config, listen, calls)
    legacy = upstream(listen.legacy, tls=TlsFiles(ca=listen.legacy_ca, cert=listen.legacy_cert))
    return Sides(candidate=built.candidate, secondary=built.secondary, legacy=legacy)


def _settled(call: Call, outcome: Outcome, reason: Reason) -> Played:
    observation = Settled(route=call.route, outcome=outcome, reason=reason)
    return Played(call=call, comparison=None, observation=observation)
