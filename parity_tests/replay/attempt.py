"""One call, sent to the services in their own handles, and what was found of their answers."""

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from crossfade.parity_tests.corpus.records import Call
from crossfade.parity_tests.replay.handles import Handles
from crossfade.parity_tests.replay.played import Played
from crossfade.parity_tests.replay.recorded import cannot_answer, observe_recorded
from crossfade.parity_tests.replay.script import script_of
from crossfade.parity_tests.replay.sending import Progress, send
from crossfade.parity_tests.replay.services import Services
from crossfade.parity_tests.replay.stamps import without_stamps
from crossfade.shadow.asking.call import terms_of
from crossfade.shadow.asking.clients.upstream import Upstream
from crossfade.shadow.asking.ended import Ended
from crossfade.shadow.asking.exchange import Read, together, without_end
from crossfade.shadow.bindings.bindings import Side
from crossfade.shadow.bindings.credentials import credential_refused
from crossfade.shadow.bindings.exchanges import status_of, succeeded
from crossfade.shadow.exchange import Answer, Comparison, Reply, Request, events
from crossfade.shadow.exchange.observations import Judged, Settled
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.shadow_headers import is_not_recorded, is_served_by_legacy
from crossfade.shadow.judging.drift import has_drifted
from crossfade.shadow.judging.judge import Verdict

_Asked = dict[Side | None, tuple[Upstream, Request]]
"""Who is asked what; legacy stands under None."""


class Attempt:
    """One call at the services."""

    def __init__(
        self, services: Services, call: Call, handles: Handles, *, twin: Reply | None, progress: Progress
    ) -> None:
        """``twin`` is what another run of legacy answered; ``progress`` is told how far legacy's stream has come."""
        self._services = services
        self._call = call
        self._handles = handles
        self._twin = twin
        self._progress = progress
        self._sides = services.sides[call.route.listener]
        self._terms = terms_of(services.judge, call.route, write=call.write)
        self._refused: Reason | None = None
        self._lacks_write = False

    async def play(self) -> Played:
        """What became of it."""
        call, legacy = self._call, None
        try:
            request = await self._request()
            reads = await self._read(await self._asked(request))
            legacy = self._legacy(reads)
            await self._learn(legacy)
            return await self._compared(request, reads, legacy)
        except Ended as ended:
            if legacy is not None and call.write and isinstance(legacy, Answer):
                self._handles.live.learn_unmirrored(request, legacy)
            outcome, reason = ended.settled
            settled = Settled(route=call.route, outcome=outcome, reason=reason)
            return self._played(legacy)(comparison=None, observation=settled)
        finally:
            self._handles.forget(call)

    async def play_legacy(self) -> Reply | None:
        """What legacy alone answers; None where it does not get the call."""
        try:
            request = await self._request()
            legacy = self._sides.legacy
            if legacy is None or not legacy.takes(request):
                return None
            reply = self._legacy({None: await self._sent(None, legacy, request)})
            with contextlib.suppress(Ended):  # nothing is learnt of what is too much work
                await self._learn(reply)
        except Ended:
            return None
        finally:
            self._handles.forget(self._call)
        return reply

    async def _request(self) -> Request:
        """The request in the words of what legacy answers. Raises: Ended: it is not sent to anybody."""
        call, services = self._call, self._services
        if call.request.truncated:
            raise Ended(Outcome.UNCOMPARABLE, Reason.TRUNCATED)
        if events.Side.CLIENT in call.hidden or (services.is_recorded and cannot_answer(call)):
            raise Ended(Outcome.UNCOMPARABLE, Reason.NOT_RECORDED)
        if call.timing.cancelled_ms is not None and not call.timing.server_ms:
            raise Ended(Outcome.SKIPPED, Reason.ABANDONED_WRITE if call.write else Reason.CLIENT_CANCELLED)
        if services.is_recorded:
            return replace(call.request, started_at=services.clock())
        rendered = await self._handles.rendered(call)
        if rendered.request is None:
            raise Ended(Outcome.SKIPPED, rendered.refused or Reason.BLOCKED)
        return replace(rendered.request, started_at=services.clock())

    async def _asked(self, request: Request) -> _Asked:
        """Raises: Ended: the request can't be sent as it is."""
        sides, is_recorded, live = self._sides, self._services.is_recorded, self._handles.live
        asked: _Asked = {}
        if sides.legacy is not None and not is_recorded:
            asked[None] = (sides.legacy, request)
        candidate = await live.render(request, Side.CANDIDATE, self._call.route)
        self._refused = candidate.refused
        if candidate.request is not None:
            asked[Side.CANDIDATE] = (sides.candidate, candidate.request)
        if sides.secondary is not None and self._twin is None and not is_recorded:
            secondary = (await live.render(request, Side.SECONDARY, self._call.route)).request
            if secondary is not None:
                asked[Side.SECONDARY] = (sides.secondary, secondary)
            self._lacks_write = secondary is None and self._call.write
        if not all(upstream.takes(sent) for upstream, sent in asked.values()):
            raise Ended(Outcome.UNCOMPARABLE, Reason.UNSUPPORTED)
        return asked

    async def _read(self, asked: _Asked) -> Mapping[Side | None, Read]:
        """What they answer; one store takes a write of one side after the other."""
        if self._call.write and self._services.shared:
            return {side: await self._sent(side, *item) for side, item in asked.items()}
        sent = [self._sent(side, *item) for side, item in asked.items()]
        return dict(zip(asked, await together(*sent), strict=True))

    async def _sent(self, side: Side | None, upstream: Upstream, request: Request) -> Read:
        script = script_of(self._call, request.body, self._services.speed)
        progress = self._progress if side is None else None
        noticing = self._services.noticing
        noticing.request(request, self._call.route.route)
        read = await send(upstream, request, self._terms, script, progress)
        noticing.reply(request, read.reply)
        return read

    def _legacy(self, reads: Mapping[Side | None, Read]) -> Reply:
        if self._services.is_recorded:
            return self._call.reply
        return reads[None].reply

    async def _learn(self, legacy: Reply) -> None:
        """Raises: Ended: it is too much work."""
        if not self._services.is_recorded:
            await self._handles.learn(self._call, legacy)

    async def _compared(self, request: Request, reads: Mapping[Side | None, Read], legacy: Reply) -> Played:
        """Raises: Ended: the answers can't be compared."""
        if not isinstance(legacy, Answer):
            raise Ended(Outcome.LEGACY_FAILED, Reason(legacy.reason.value))
        if is_not_recorded(legacy):
            raise Ended(Outcome.UNCOMPARABLE, Reason.NOT_RECORDED)
        if self._refused is not None or Side.CANDIDATE not in reads:
            raise Ended(Outcome.SKIPPED, self._refused or Reason.BLOCKED)
        if is_not_recorded(reads[Side.CANDIDATE].reply):
            raise Ended(Outcome.UNCOMPARABLE, Reason.NOT_RECORDED)
        if is_served_by_legacy(reads[Side.CANDIDATE].reply):
            raise Ended(Outcome.SKIPPED, Reason.NOT_PORTED)
        live = self._handles.live
        plain = self._comparison(request, reads, legacy)
        comparison = await live.resolve(plain, self._call.route, write=self._call.write)
        if credential_refused(comparison, live.bindings):
            raise Ended(Outcome.SKIPPED, Reason.CREDENTIAL)
        if comparison.secondary is not None and has_drifted(comparison):
            raise Ended(Outcome.SKIPPED, Reason.STATE_DRIFT)
        verdict = await self._verdict(comparison)
        if self._is_refused_since(legacy) and not _differs(verdict):
            raise Ended(Outcome.SKIPPED, Reason.NOT_AS_RECORDED)
        return self._played(legacy)(comparison=comparison, observation=verdict.observation, proofs=verdict.proofs)

    def _comparison(self, request: Request, reads: Mapping[Side | None, Read], legacy: Answer) -> Comparison:
        call, judge = self._call, self._services.judge
        is_cut = any(read.is_cut for read in reads.values())
        cut = without_end if is_cut else _as_it_is
        secondary = reads[Side.SECONDARY].reply if Side.SECONDARY in reads else self._twin
        return Comparison(
            request=request,
            route=call.route.route,
            legacy=cut(legacy),
            candidate=cut(reads[Side.CANDIDATE].reply),
            secondary=None if secondary is None else cut(secondary),
            followed=judge.framing_of(call.route)(legacy.headers) is not None,
            cut=Reason.CUT_BY_CLIENT if is_cut else None,
        )

    async def _verdict(self, comparison: Comparison) -> Verdict:
        services = self._services
        observe = partial(self._handles.live.observe, route=self._call.route)
        if services.is_recorded:
            stampless = partial(without_stamps, call=self._call, contract=services.contract)
            return await observe_recorded(observe, comparison, redacted=services.redacted, stampless=stampless)
        return await observe(comparison)

    def _is_refused_since(self, legacy: Answer) -> bool:
        """Whether legacy did what it was asked when it was recorded, and refuses it today."""
        call = self._call
        if self._services.is_recorded or not isinstance(call.reply, Answer):
            return False
        return succeeded(call.reply, call.request) and not succeeded(legacy, call.request)

    def _played(self, legacy: Reply | None) -> "partial[Played]":
        call = self._call
        as_recorded = None
        if legacy is not None and not self._services.is_recorded and isinstance(call.reply, Answer):
            same = isinstance(legacy, Answer) and _status(legacy, call) == _status(call.reply, call)
            as_recorded = same
        return partial(Played, call=call, legacy=legacy, as_recorded=as_recorded, lacks_write=self._lacks_write)


def _status(answer: Answer, call: Call) -> tuple[int, tuple[str, ...]]:
    return status_of(answer, call.request)


def _differs(verdict: Verdict) -> bool:
    observation = verdict.observation
    return isinstance(observation, Judged) and bool(observation.signature)


def _as_it_is(reply: Reply) -> Reply:
    return reply
