"""The calls to the other sides that one mirrored request makes."""

import asyncio
from dataclasses import dataclass
from typing import Any

from crossfade.shadow.asking.call import Call, Terms, hang_up, place_call
from crossfade.shadow.asking.clients.request_parts import RequestParts
from crossfade.shadow.asking.clients.upstream import Upstream
from crossfade.shadow.asking.lifecycle import SPOKEN, Given
from crossfade.shadow.asking.pending import Pending
from crossfade.shadow.bindings.sides import Side
from crossfade.shadow.compare.decode.body import is_opaque
from crossfade.shadow.exchange import Answer, Failure, FailureReason, Reply, Request, header_values
from crossfade.shadow.exchange.body import DIGEST_BYTES, WINDOW_BYTES
from crossfade.shadow.exchange.served import Served

_FAR = 16
"""Other bytes may mean the same, but not so many times as many."""

_SHORT_BYTES = 16_384
_CODED_BYTES = 1_048_576
"""Legacy's answer counts as at least so long where it limits how much of another one is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A side that is contacted, and the request with that side's own handles.

    ``handles`` says whose they are; None of legacy, which is sent what the client has sent.
    """

    side: Upstream
    handles: Side | None
    request: Request


class Calls:
    """One request to each of the sides that are contacted, first the one opposite to that which the client got."""

    def __init__(self, pending: Pending, contacts: tuple[Contact, ...], terms: Terms) -> None:
        self._pending = pending
        self._contacts = contacts
        self._terms = terms
        self._reads_on = False
        self.calls: tuple[Call, ...] = ()

    def can_start(self) -> bool:
        """Whether every side can be sent the request as it is."""
        return all(contact.side.takes(contact.request) for contact in self._contacts)

    def start(self) -> None:
        """Sends it, once."""
        body = self._pending.body
        parts: tuple[RequestParts | None, ...] = (None,) * len(self._contacts)
        if body is not None:
            parts = body.start(tuple(contact.handles for contact in self._contacts))
        self.calls = tuple(
            place_call(contact.side, contact.request, self._terms, part)
            for contact, part in zip(self._contacts, parts, strict=True)
        )

    async def wait(self, deadline_s: float) -> None:
        """Returns when the sides have answered, or have to be followed."""
        waiting: set[asyncio.Future[Any]] = {call.task for call in self.calls}
        spoken = self._pending.reaching(SPOKEN)
        while waiting and not spoken.done():
            await asyncio.wait({spoken, *waiting}, return_when=asyncio.FIRST_COMPLETED)
            waiting = {task for task in waiting if not task.done()}
        if not waiting:
            return
        if isinstance(self._pending.given, Answer):
            self.expect(self._pending.given)
        if self._pending.is_in(Given.ANSWERED, Given.FAILED):  # a stream has no deadline of its own
            await asyncio.wait(waiting, timeout=deadline_s)

    def expect(self, given: Answer) -> None:
        """The client was given a whole answer: so the others are no streams, and are not read far beyond it.

        What the candidate gave may itself be too short, and limits nothing.
        """
        for call in self.calls:
            call.answer.as_body()
        if self._pending.frame.served is Served.CANDIDATE:
            return
        size_bytes = len(given.body) + len(given.windows) // DIGEST_BYTES * WINDOW_BYTES
        # What legacy compressed may be far longer in plain bytes.
        least_bytes = _CODED_BYTES if header_values(given.headers, "content-encoding") else _SHORT_BYTES
        self._reads_on = not is_opaque(given.headers, given.body)
        for call in self.calls:
            call.answer.stop_past(max(size_bytes, least_bytes), times=_FAR if self._reads_on else 1)

    def all_done(self) -> bool:
        """Whether every side has ended its answer."""
        return all(call.task.done() for call in self.calls)

    async def replies(self, deadline_s: float) -> tuple[Reply, ...]:
        """What the sides answered to a request whose client was given a whole answer, or none."""
        tasks = [call.task for call in self.calls]
        if not all(task.done() for task in tasks):
            await asyncio.wait(tasks, timeout=deadline_s)
        return tuple(self._reply(call, deadline_s) for call in self.calls)

    async def end(self) -> None:
        """Cancels what has not ended."""
        await hang_up(self.calls)

    def _reply(self, call: Call, deadline_s: float) -> Reply:
        """A side's whole answer; of one that is not read to its end, as much as it can be compared by."""
        if call.answer.is_overlong and not self._reads_on:
            return call.answer.answer()
        if call.answer.is_overlong:
            return _no_end(f"its answer goes on past {_FAR} times the length of legacy's", deadline_s)
        if not call.task.done():
            return _no_end(f"no end of its answer in {deadline_s:g} s", deadline_s)
        reply = call.task.result()
        return call.answer.answer() if isinstance(reply, Answer) and call.answer.was_stream else reply


def _no_end(detail: str, deadline_s: float) -> Failure:
    return Failure(reason=FailureReason.DEADLINE, detail=detail, latency_ms=deadline_s * 1000)
