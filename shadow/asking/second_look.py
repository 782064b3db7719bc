"""A second look at answers that differ: candidate and secondary are asked again, at the same time."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from crossfade.shadow.asking.call import Terms
from crossfade.shadow.asking.clients.notes import Note
from crossfade.shadow.asking.clients.upstream import Upstream
from crossfade.shadow.asking.ended import Ended
from crossfade.shadow.asking.exchange import reply_of
from crossfade.shadow.asking.means import Means
from crossfade.shadow.asking.order import Turn
from crossfade.shadow.asking.pending import Pending
from crossfade.shadow.asking.rechecks import Places
from crossfade.shadow.asking.sides import Sides
from crossfade.shadow.bindings.sides import Side
from crossfade.shadow.exchange import Again, Answer, Comparison, Reply, Request
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.judging.drift import has_drifted, is_refused_for_rate, status_differs

_ONCE_MORE = Terms(safe=True)


class SecondLook:
    """Takes second looks within the bounds. Only the request itself waits for one, and the writes behind it."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def take(self, comparison: Comparison, places: Places, pending: Pending, sides: Sides) -> Comparison:
        """The comparison of a safe request that differs at these places, with the answers of a second look if taken.

        Raises: Ended: the stores have drifted apart; mirroring was turned off where only the secondary could tell.
        """
        if sides.secondary is None:
            return comparison
        if places:
            asked = {Side.CANDIDATE: sides.candidate, Side.SECONDARY: sides.secondary}
            comparison = await self._looked_again(comparison, places, pending, asked)
        if comparison.again is None:
            await self.refuse_drifted(comparison, sides.secondary, pending.frame.route)
        elif has_drifted(replace(comparison, secondary=comparison.again.secondary)):
            raise Ended(Outcome.SKIPPED, Reason.STATE_DRIFT)
        return comparison

    async def _looked_again(
        self, comparison: Comparison, places: Places, pending: Pending, asked: Mapping[Side, Upstream]
    ) -> Comparison:
        """The same comparison where no second look is taken, or it came too late."""
        with self._means.admission.second_look() as has_place:
            begin = pending.begin
            if not has_place or begin is None or not self._may_look(comparison, places, pending, begin):
                return comparison
            is_held = not begin.finished.is_set()
            pending.begin = self._means.order.prolong(begin)
            looked = await self._look(comparison, pending.frame.route, asked)
            return looked if is_held or not self._means.races.followed(comparison.request) else comparison

    async def refuse_drifted(self, comparison: Comparison, secondary: Upstream, route: RouteInfo) -> None:
        """Where the statuses differ, the secondary is asked for its own, to tell another state from a fault.

        That answer is no evidence of noise, because only such requests have it.
        Raises: Ended: the stores have drifted apart, or mirroring was turned off.
        """
        if comparison.secondary is not None or not status_differs(comparison):
            return
        async with self._means.admission.calls:
            self._means.admission.refuse_when_off()  # without the answer nobody knows whether the stores drifted
            replies = await self._ask(comparison.request, {Side.SECONDARY: secondary}, route)
        if replies and has_drifted(replace(comparison, secondary=replies[Side.SECONDARY])):
            raise Ended(Outcome.SKIPPED, Reason.STATE_DRIFT)

    def _may_look(self, comparison: Comparison, places: Places, pending: Pending, begin: Turn) -> bool:
        """Whether the sides still are in the state in which they were asked, and the share allows it.

        Surely they are while the request's turn lasts: writes wait behind it.
        """
        means, frame = self._means, pending.frame
        if not places:
            return False
        if begin.finished.is_set() and (not means.order.is_unchanged(begin) or means.races.followed(frame.request)):
            return False
        is_sampled = isinstance(comparison.secondary, Answer)
        return means.rechecks.take(frame.route, places, frame.request.id, is_sampled=is_sampled)

    async def _look(self, comparison: Comparison, route: RouteInfo, asked: Mapping[Side, Upstream]) -> Comparison:
        """The same comparison where no call was free in time, or mirroring was turned off."""
        try:
            async with asyncio.timeout(self._means.limits.deadline_s) as deadline, self._means.admission.calls:
                deadline.reschedule(None)  # from here on each call has its own
                replies = await self._ask(comparison.request, asked, route)
                if not replies:
                    return comparison
                again = Again(candidate=replies[Side.CANDIDATE], secondary=replies[Side.SECONDARY])
                looked = await self._resolved(comparison, again, route)
                if not await self._needs_later(looked, route):
                    return looked
                later = await self._ask(comparison.request, {Side.SECONDARY: asked[Side.SECONDARY]}, route)
                return await self._resolved(comparison, replace(again, later=later.get(Side.SECONDARY)), route)
        except TimeoutError:
            return comparison

    async def _resolved(self, comparison: Comparison, again: Again, route: RouteInfo) -> Comparison:
        return await self._means.judging.resolve_again(replace(comparison, again=again), route)

    async def _needs_later(self, comparison: Comparison, route: RouteInfo) -> bool:
        """Whether the secondary's only answer differs from legacy's: two of them tell a state from noise."""
        if comparison.again is None or isinstance(comparison.secondary, Answer):
            return False
        other = replace(comparison, candidate=comparison.again.secondary, secondary=None, again=None)
        return bool(await self._means.judging.differs(other, route))

    async def _ask(self, request: Request, sides: Mapping[Side, Upstream], route: RouteInfo) -> Mapping[Side, Reply]:
        """What each side answers, asked at the same time; nothing where not all of them can be asked now.

        Nor where one says that it was asked too often: without second looks it might not have been.
        """
        rendered = {side: (await self._means.judging.render(request, side, route)).request for side in sides}
        requests = {side: found for side, found in rendered.items() if found is not None and sides[side].takes(found)}
        if len(requests) < len(sides) or self._means.admission.is_off():
            return {}
        for side in sides.values():
            side.notes.count(Note.SECOND_LOOK)
        try:
            async with asyncio.TaskGroup() as group:
                asked = {side: group.create_task(reply_of(sides[side], requests[side], _ONCE_MORE)) for side in sides}
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None
        replies = {side: task.result() for side, task in asked.items()}
        return {} if any(is_refused_for_rate(request, reply) for reply in replies.values()) else replies
