"""From the answers to one request to its observation."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from crossfade.shadow.asking.admission import Admission
from crossfade.shadow.asking.call import Terms
from crossfade.shadow.asking.calls import Calls
from crossfade.shadow.asking.ended import Ended
from crossfade.shadow.asking.exchange import reply_of
from crossfade.shadow.asking.lifecycle import Client, Event
from crossfade.shadow.asking.limits import Limits
from crossfade.shadow.asking.pending import Pending
from crossfade.shadow.asking.sides import Sides
from crossfade.shadow.asking.streams.follower import Follower
from crossfade.shadow.asking.streams.legacy_stream import LegacyStream
from crossfade.shadow.asking.streams.side import Followed
from crossfade.shadow.compare.answers import NotComparableError
from crossfade.shadow.exchange import Answer, Comparison, Failure, Reply
from crossfade.shadow.exchange.observations import Judged, Observation
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.shadow_headers import is_served_by_legacy
from crossfade.shadow.judging.drift import has_drifted, status_differs
from crossfade.shadow.judging.handles import ForeignHandles
from crossfade.shadow.judging.judge import Judge, Verdict

_TOLD = frozenset({Client.PASSED_ON})
CUT_BEFORE_ALL = {
    Reason.CUT_BY_CLIENT: (Outcome.SKIPPED, Reason.CLIENT_CANCELLED),
    Reason.CUT_BY_SHUTDOWN: (Outcome.SHED, Reason.SHUTDOWN),
}
"""How a request ends whose stream was cut before anything of it could be compared."""


class Comparer:
    """Waits for all answers, whole or as streams, and has them judged."""

    def __init__(
        self,
        *,
        judge: Judge,
        handles: ForeignHandles,
        limits: Limits,
        admission: Admission,
        hold: Callable[[Pending, int], None],
    ) -> None:
        """``hold`` counts how many more bytes are kept for a request."""
        self._judge = judge
        self._handles = handles
        self._limits = limits
        self._admission = admission
        self._hold = hold

    async def observe(self, pending: Pending, calls: Calls, sides: Sides) -> Observation:
        """The observation of a request that was sent. Raises: Ended; TimeoutError: a live write's turn did not come."""
        legacy = await pending.answered()
        if isinstance(legacy, Failure):
            raise Ended(Outcome.LEGACY_FAILED, Reason(legacy.reason.value))
        if isinstance(legacy, LegacyStream):
            return await self._observe_streams(pending, calls, legacy, sides)
        calls.expect(legacy)
        candidate, *secondary = await self._replies(pending, calls)
        comparison = Comparison(
            request=pending.request(),
            route=pending.frame.route.route,
            legacy=legacy,
            candidate=candidate,
            secondary=secondary[0] if secondary else None,
        )
        comparison = await self._checked(comparison, pending, sides)
        return self._learned(pending, comparison, self._judge.observe(comparison, pending.frame.route))

    async def _replies(self, pending: Pending, calls: Calls) -> tuple[Reply, ...]:
        """The whole answers of the sides. Raises: Ended; TimeoutError: the turn of a live write did not come."""
        if not pending.is_level:
            async with asyncio.timeout(self._limits.wait_s):
                await pending.until(_TOLD)
        replies = await calls.replies(self._limits.deadline_s)
        if pending.is_in(Client.COMING) and isinstance(replies[0], Failure):
            raise Ended(Outcome.UNCOMPARABLE, Reason.TRUNCATED)  # legacy answered before it had the whole request
        return replies

    async def _observe_streams(self, pending: Pending, calls: Calls, legacy: LegacyStream, sides: Sides) -> Observation:
        route = pending.frame.route
        pending.advance(Event.FOLLOW)
        candidate, secondary = await self._follow(pending, calls, legacy)
        _refuse_unseen(legacy, candidate)
        comparison = Comparison(
            request=pending.request(),
            route=route.route,
            legacy=_begun(legacy, whole=candidate.whole),
            candidate=candidate.reply,
            secondary=None if secondary is None else secondary.reply,
            followed=True,
            cut=legacy.cut,
        )
        comparison = await self._checked(comparison, pending, sides)
        noise = None if secondary is None or secondary.whole != candidate.whole else secondary.differences
        verdict = self._judge.observe_stream(comparison, route, candidate.differences, noise)
        return self._learned(pending, comparison, verdict)

    async def _follow(self, pending: Pending, calls: Calls, legacy: LegacyStream) -> tuple[Followed, Followed | None]:
        """What became of the candidate's stream and of the secondary's. Raises: Ended: legacy's can't be read."""
        follower = Follower(
            legacy,
            deadline_s=self._limits.deadline_s,
            hold=lambda more: self._hold(pending, more),
            is_owed=lambda: pending.is_level,
        )
        try:
            pairs = tuple(
                (call, self._judge.stream_diff(pending.frame.route, legacy.answer.headers)) for call in calls.calls
            )
            candidate, *others = await follower.run(pairs)
        except NotComparableError as error:
            raise Ended(Outcome.UNCOMPARABLE, error.reason) from None
        return candidate, others[0] if others else None

    async def _checked(self, comparison: Comparison, pending: Pending, sides: Sides) -> Comparison:
        """Raises: Ended: the candidate passed the call back, or the stores have drifted apart."""
        if is_served_by_legacy(comparison.candidate):
            raise Ended(Outcome.SKIPPED, Reason.NOT_PORTED)
        if has_drifted(comparison := await self._with_secondary(comparison, pending, sides)):
            raise Ended(Outcome.SKIPPED, Reason.STATE_DRIFT)
        return comparison

    async def _with_secondary(self, comparison: Comparison, pending: Pending, sides: Sides) -> Comparison:
        """Where the statuses differ, the secondary tells another state from another implementation."""
        frame = pending.frame
        has_answer = comparison.secondary is not None
        if has_answer or sides.secondary is None or frame.live or frame.write or not status_differs(comparison):
            return comparison
        async with self._admission.calls:
            self._admission.refuse_when_off()  # without the secondary's answer nobody knows whether the stores drifted
            return replace(comparison, secondary=await reply_of(sides.secondary, frame.request, Terms(safe=True)))

    def _learned(self, pending: Pending, comparison: Comparison, verdict: Verdict) -> Observation:
        self._handles.learn(verdict.handles)
        has_two = isinstance(comparison.candidate, Answer) and isinstance(verdict.observation, Judged)
        pending.advance(Event.JUDGE if has_two else Event.GIVE_UP)
        return verdict.observation


def _refuse_unseen(legacy: LegacyStream, candidate: Followed) -> None:
    """Raises: Ended: the stream was cut before there was anything to compare."""
    if isinstance(legacy.reply, Failure) and isinstance(candidate.reply, Failure) and not candidate.differences:
        raise Ended(Outcome.LEGACY_FAILED, Reason(legacy.reply.reason.value))  # both broke off alike
    if legacy.cut is None or candidate.compared or candidate.differences or isinstance(candidate.reply, Failure):
        return
    if isinstance(legacy.reply, Failure):
        raise Ended(Outcome.LEGACY_FAILED, Reason(legacy.reply.reason.value))
    raise Ended(*CUT_BEFORE_ALL[legacy.cut])


def _begun(legacy: LegacyStream, *, whole: bool) -> Answer:
    """Legacy's answer as far as it was followed, without trailers where the ends can't be held against another."""
    seen = legacy.answer.answer()
    answer = legacy.reply if isinstance(legacy.reply, Answer) else seen
    trailers = answer.trailers if whole else ()
    return replace(answer, body=seen.body, truncated=seen.truncated, windows=b"", trailers=trailers)
