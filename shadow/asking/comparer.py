"""From the answers to one request to its observation."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from crossfade.shadow.apart.weight import are_heavy_messages
from crossfade.shadow.asking.call import Call
from crossfade.shadow.asking.calls import Calls
from crossfade.shadow.asking.ended import Ended
from crossfade.shadow.asking.lifecycle import Client, Event
from crossfade.shadow.asking.means import Means
from crossfade.shadow.asking.pending import Pending
from crossfade.shadow.asking.roles import pair
from crossfade.shadow.asking.second_look import SecondLook
from crossfade.shadow.asking.sides import Sides
from crossfade.shadow.asking.streams.follower import Follower
from crossfade.shadow.asking.streams.given_stream import GivenStream
from crossfade.shadow.asking.streams.heavy import HeavyMessages
from crossfade.shadow.asking.streams.side import Followed
from crossfade.shadow.bindings.credentials import credential_refused
from crossfade.shadow.bindings.exchanges import succeeded
from crossfade.shadow.bindings.sides import Side
from crossfade.shadow.bindings.translation import Translation
from crossfade.shadow.compare.answers import NotComparableError
from crossfade.shadow.compare.streams import StreamDiff
from crossfade.shadow.exchange import Answer, Comparison, Failure, Protocol, Reply, Request
from crossfade.shadow.exchange.observations import Judged
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import STREAMED_ANSWERS
from crossfade.shadow.exchange.served import Served
from crossfade.shadow.exchange.shadow_headers import is_served_by_legacy
from crossfade.shadow.judging.drift import has_drifted
from crossfade.shadow.judging.judge import Verdict

_TOLD = frozenset({Client.PASSED_ON})
_HANDLES = (Side.CANDIDATE, Side.SECONDARY)
"""Whose handles stand in what is held against legacy's stream, in the order of the calls."""
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
        means: Means,
        hold: Callable[[Pending, int], None],
        hold_apart: Callable[[Pending, int], bool],
        clock: Callable[[], float],
    ) -> None:
        """``hold`` counts how many more bytes are kept for a request, ``hold_apart`` for one that is judged apart.

        ``clock`` gives the time in seconds since the epoch.
        """
        self._means = means
        self._clock = clock
        self._judge = means.judge
        self._judging = means.judging
        self._bindings = means.bindings
        self._limits = means.limits
        self._second_look = SecondLook(means)
        self._hold = hold
        self._hold_apart = hold_apart

    async def observe(self, pending: Pending, calls: Calls, sides: Sides) -> Verdict:
        """The verdict on a request that was sent. Raises: Ended; TimeoutError: a live write's turn did not come."""
        given, frame = await pending.answered(), pending.frame
        if isinstance(given, Failure) and frame.served is Served.LEGACY:
            raise Ended(Outcome.LEGACY_FAILED, Reason(given.reason.value))
        if isinstance(given, GivenStream):
            return await self._observe_streams(pending, calls, given, sides)
        if isinstance(given, Answer):
            calls.expect(given)
        asked, *secondary = await self._replies(pending, calls)
        legacy, candidate = pair(frame.served, given=given, asked=asked)
        if isinstance(legacy, Failure):
            raise Ended(Outcome.LEGACY_FAILED, Reason(legacy.reason.value))
        comparison = Comparison(
            request=pending.request(),
            route=frame.route.route,
            legacy=legacy,
            candidate=candidate,
            secondary=secondary[0] if secondary else None,
            served=frame.served,
        )
        if self._judging.is_apart(comparison, frame.route):
            self._send_apart(comparison, pending)
        comparison = await self._resolved(comparison, pending)
        is_read = not frame.write and not frame.live and frame.route.call_type not in STREAMED_ANSWERS
        if is_read:
            self._refuse_raced(comparison, legacy)
            self._means.rechecks.earn()
            places = await self._judging.differs(comparison, frame.route)
            comparison = await self._second_look.take(comparison, places, pending, sides)
        return self._learned(pending, comparison, await self._judging.observe(comparison, frame.route))

    def _send_apart(self, comparison: Comparison, pending: Pending) -> None:
        """All sides have answered what will take long to judge: what comes behind it goes on.

        What carries a handle of its answers still waits for it. Raises: Ended: too many of them wait; that goes by what
        the answers are, so it counts against a claim.
        """
        _, asked = pair(comparison.served, given=comparison.legacy, asked=comparison.candidate)
        others = (asked, comparison.secondary)
        more_bytes = sum(len(reply.body) for reply in others if isinstance(reply, Answer))
        if not self._hold_apart(pending, more_bytes):
            raise Ended(Outcome.UNCOMPARABLE, Reason.TOO_COSTLY)
        pending.let_others_go_on()

    async def _replies(self, pending: Pending, calls: Calls) -> tuple[Reply, ...]:
        """The whole answers of the sides. Raises: Ended; TimeoutError: the turn of a live write did not come."""
        if not pending.is_level:
            async with asyncio.timeout(self._limits.wait_s):
                await pending.until(_TOLD)
        replies = await calls.replies(self._limits.deadline_s)
        if pending.is_in(Client.COMING) and isinstance(replies[0], Failure):
            raise Ended(Outcome.UNCOMPARABLE, Reason.TRUNCATED)  # it was answered before all of it had come
        return replies

    async def _observe_streams(self, pending: Pending, calls: Calls, given: GivenStream, sides: Sides) -> Verdict:
        route = pending.frame.route
        pending.advance(Event.FOLLOW)
        asked, secondary = await self._follow(pending, calls, given)
        _refuse_unseen(given, asked)
        legacy, candidate = pair(given.served, given=_as_compared(given, whole=asked.whole), asked=asked.reply)
        comparison = Comparison(
            request=pending.request(),
            route=route.route,
            legacy=legacy,
            candidate=candidate,
            secondary=None if secondary is None else secondary.reply,
            followed=True,
            cut=None if given.served is Served.CANDIDATE and isinstance(candidate, Failure) else given.cut,
            served=given.served,
        )
        comparison = await self._resolved(comparison, pending)
        if sides.secondary is not None and not pending.frame.write and not pending.frame.live:
            await self._second_look.refuse_drifted(comparison, sides.secondary, route)
        noise = None if secondary is None or secondary.whole != asked.whole else secondary.differences
        verdict = self._judge.observe_stream(comparison, route, asked.differences, noise)
        return self._learned(pending, comparison, verdict)

    async def _follow(self, pending: Pending, calls: Calls, given: GivenStream) -> tuple[Followed, Followed | None]:
        """What became of the opposite side's stream and of the secondary's. Raises: Ended: legacy's can't be read."""
        by_side = tuple(zip(_HANDLES, calls.calls, strict=False))
        follower = Follower(
            given,
            deadline_s=self._limits.deadline_s,
            hold=lambda more: self._hold(pending, more),
            is_owed=lambda: pending.is_level,
            apart=self._heavy_messages(pending, by_side, given),
        )
        try:
            pairs = tuple((call, self._stream_diff(pending, side, given)) for side, call in by_side)
            asked, *others = await follower.run(pairs)
        except NotComparableError as error:
            raise Ended(Outcome.UNCOMPARABLE, error.reason) from None
        return asked, others[0] if others else None

    def _heavy_messages(
        self, pending: Pending, by_side: tuple[tuple[Side, Call], ...], given: GivenStream
    ) -> HeavyMessages:
        framing = self._judge.framing_of(pending.frame.route)(given.answer.headers)
        if framing is None:
            raise TypeError("expected an answer that is a stream")
        sides = {id(call): side for side, call in by_side}
        return HeavyMessages(self._judging, pending, given, framing, sides)

    def _stream_diff(self, pending: Pending, side: Side, given: GivenStream) -> StreamDiff:
        """The comparison of legacy's stream with another's, which has a side's handles. Raises: NotComparableError."""
        route, contract = pending.frame.route, self._means.contract
        diff = self._judge.stream_diff(route, given.answer.headers)
        method = None if contract is None else contract.methods.get(route.route)
        type_name = None if method is None else method.output_type
        diff.own_to_legacy = Translation(self._bindings, route.route, side, type_name, write=pending.frame.write)
        if self._judging.has_apart:
            diff.is_heavy = partial(are_heavy_messages, proto=route.protocol == Protocol.GRPC)
        return diff

    async def _resolved(self, comparison: Comparison, pending: Pending) -> Comparison:
        """The comparison with legacy's values for the handles of all sides.

        Raises: Ended: the candidate passed the call back, refuses a credential that it can't know, or the stores have
        drifted apart.
        """
        if is_served_by_legacy(comparison.candidate):
            raise Ended(Outcome.SKIPPED, Reason.NOT_PORTED)
        comparison = await self._judging.resolve(comparison, pending.frame.route, write=pending.frame.write)
        is_refused = credential_refused(comparison, self._bindings)
        if is_refused or has_drifted(comparison):
            pending.advance(Event.JUDGE)  # what legacy minted is known from here on
            raise Ended(Outcome.SKIPPED, Reason.CREDENTIAL if is_refused else Reason.STATE_DRIFT)
        return comparison

    def _refuse_raced(self, comparison: Comparison, legacy: Answer) -> None:
        """Raises: Ended: what it reads was written at the same time.

        With a store of its own the candidate reads in legacy's order; with the same one, when it is asked.
        """
        request = comparison.request
        in_order = comparison.served is Served.LEGACY and not self._bindings.is_shared
        until = request.started_at + legacy.latency_ms / 1000 if in_order else self._clock()
        if self._means.races.overlap(request, until):
            raise Ended(Outcome.SKIPPED, Reason.STATE_RACE)

    def _learned(self, pending: Pending, comparison: Comparison, verdict: Verdict) -> Verdict:
        """What legacy minted is known by now, but where there are no two answers that can be compared."""
        observation = verdict.observation
        is_known = isinstance(comparison.candidate, Failure) or isinstance(observation, Judged)
        pending.advance(Event.JUDGE if is_known else Event.GIVE_UP)
        if not isinstance(observation, Judged) or pending.frame.write:
            return verdict
        if not any(_is_there(reply, comparison.request) for reply in (comparison.legacy, comparison.candidate)):
            return verdict  # that neither finds what the candidate wrote proves nothing
        read = self._means.written.read_by(comparison.request)
        return replace(verdict, observation=replace(observation, cross_reads=read)) if read else verdict


def _is_there(reply: Reply, request: Request) -> bool:
    return isinstance(reply, Answer) and succeeded(reply, request)


def _refuse_unseen(given: GivenStream, asked: Followed) -> None:
    """Raises: Ended: legacy gave no stream, or the client's was cut before there was anything to compare."""
    has_asked_failed = isinstance(asked.reply, Failure)
    is_unseen = not asked.compared and not asked.differences
    failed: Reply | None = None
    if given.served is Served.CANDIDATE:
        failed = asked.reply
    elif not asked.differences and (is_unseen or has_asked_failed):  # else what legacy gave is compared
        failed = given.reply
    if isinstance(failed, Failure):
        raise Ended(Outcome.LEGACY_FAILED, Reason(failed.reason.value))
    if given.cut in CUT_BEFORE_ALL and is_unseen and not has_asked_failed:
        raise Ended(*CUT_BEFORE_ALL[given.cut])


def _as_compared(given: GivenStream, *, whole: bool) -> Reply:
    """What the client was given as far as it was followed, without trailers where the ends can't be compared.

    A candidate that broke off has failed, whatever it gave before; of legacy that counts which it gave.
    """
    if isinstance(given.reply, Failure) and given.served is Served.CANDIDATE:
        return given.reply
    seen = given.answer.answer()
    answer = given.reply if isinstance(given.reply, Answer) else seen
    trailers = answer.trailers if whole else ()
    return replace(answer, body=seen.body, truncated=seen.truncated, windows=b"", trailers=trailers)
