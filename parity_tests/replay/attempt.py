"""One call, sent to the services in their own handles, and what was found of their answers."""

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


class EndedError(Exception):
    """A call that ends without a judgement."""

    def __init__(self, outcome: Outcome, reason: Reason) -> None:
        super().__init__(f"{outcome}({reason})")
        self.outcome = outcome
        self.reason = reason


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

    async def play(self) -> Played:
        """What became of it."""
        call, legacy = self._call, None
        try:
            request = self._request()
            reads = await self._read(self._asked(request))
            legacy = self._legacy(reads)
            return self._compared(request, reads, legacy)
        except EndedError as ended:
            if legacy is not None and call.write and isinstance(legacy, Answer):
                self._handles.live.learn_unmirrored(request, legacy)
            settled = Settled(route=call.route, outcome=ended.outcome, reason=ended.reason)
            return self._played(legacy)(comparison=None, observation=settled)

    async def play_legacy(self) -> Reply | None:
        """What legacy alone answers; None where it does not get the call."""
        try:
            request = self._request()
        except EndedError:
            return None
        legacy = self._sides.legacy
        if legacy is None or not legacy.takes(request):
            return None
        return self._legacy({None: await self._sent(None, legacy, request)})

    def _request(self) -> Request:
        """The request in the words of what legacy answers. Raises: EndedError: it is not sent to anybody."""
        call, services = self._call, self._services
        if call.request.truncated:
            raise EndedError(Outcome.UNCOMPARABLE, Reason.TRUNCATED)
        if events.Side.CLIENT in call.hidden or (services.is_recorded and cannot_answer(call)):
            raise EndedError(Outcome.UNCOMPARABLE, Reason.NOT_RECORDED)
        if call.timing.cancelled_ms is not None and not call.timing.server_ms:
            raise EndedError(Outcome.SKIPPED, Reason.ABANDONED_WRITE if call.write else Reason.CLIENT_CANCELLED)
        if services.is_recorded:
            return replace(call.request, started_at=services.clock())
        rendered = self._handles.rendered(call)
        if rendered.request is None:
            raise EndedError(Outcome.SKIPPED, rendered.refused or Reason.BLOCKED)
        return replace(rendered.request, started_at=services.clock())

    def _asked(self, request: Request) -> _Asked:
        """Raises: EndedError: the request can't be sent as it is."""
        sides, is_recorded = self._sides, self._services.is_recorded
        asked: _Asked = {}
        if sides.legacy is not None and not is_recorded:
            asked[None] = (sides.legacy, request)
        candidate = self._handles.live.render(request, Side.CANDIDATE)
        self._refused = candidate.refused
        if candidate.request is not None:
            asked[Side.CANDIDATE] = (sides.candidate, candidate.request)
        if sides.secondary is not None and self._twin is None and not is_recorded:
            secondary = self._handles.live.render(request, Side.SECONDARY).request
            if secondary is not None:
                asked[Side.SECONDARY] = (sides.secondary, secondary)
        if not all(upstream.takes(sent) for upstream, sent in asked.values()):
            raise EndedError(Outcome.UNCOMPARABLE, Reason.UNSUPPORTED)
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
        reply = reads[None].reply
        self._handles.learn(self._call, reply)
        return reply

    def _compared(self, request: Request, reads: Mapping[Side | None, Read], legacy: Reply) -> Played:
        """Raises: EndedError: the answers can't be compared."""
        if not isinstance(legacy, Answer):
            raise EndedError(Outcome.LEGACY_FAILED, Reason(legacy.reason.value))
        if is_not_recorded(legacy):
            raise EndedError(Outcome.UNCOMPARABLE, Reason.NOT_RECORDED)
        if self._refused is not None or Side.CANDIDATE not in reads:
            raise EndedError(Outcome.SKIPPED, self._refused or Reason.BLOCKED)
        if is_not_recorded(reads[Side.CANDIDATE].reply):
            raise EndedError(Outcome.UNCOMPARABLE, Reason.NOT_RECORDED)
        if is_served_by_legacy(reads[Side.CANDIDATE].reply):
            raise EndedError(Outcome.SKIPPED, Reason.NOT_PORTED)
        live = self._handles.live
        comparison = live.resolve(self._comparison(request, reads, legacy), write=self._call.write)
        if credential_refused(comparison, live):
            raise EndedError(Outcome.SKIPPED, Reason.CREDENTIAL)
        if comparison.secondary is not None and has_drifted(comparison):
            raise EndedError(Outcome.SKIPPED, Reason.STATE_DRIFT)
        verdict = self._verdict(comparison)
        if self._is_refused_since(legacy) and not _differs(verdict):
            raise EndedError(Outcome.SKIPPED, Reason.NOT_AS_RECORDED)
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

    def _verdict(self, comparison: Comparison) -> Verdict:
        services, route = self._services, self._call.route
        if services.is_recorded:
            stampless = partial(without_stamps, call=self._call, contract=services.contract)
            return observe_recorded(services.judge, comparison, route, redacted=services.redacted, stampless=stampless)
        return services.judge.observe(comparison, route)

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
        return partial(Played, call=call, legacy=legacy, as_recorded=as_recorded)


def _status(answer: Answer, call: Call) -> tuple[int, tuple[str, ...]]:
    return status_of(answer, call.request)


def _differs(verdict: Verdict) -> bool:
    observation = verdict.observation
    return isinstance(observation, Judged) and bool(observation.signature)


def _as_it_is(reply: Reply) -> Reply:
    return reply
