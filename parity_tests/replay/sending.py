"""One recorded request on its way to one side, as its client sent it: by messages, left where the client left."""

import asyncio
from dataclasses import dataclass, field, replace

from crossfade.parity_tests.replay.script import Script
from crossfade.shadow.asking.call import Call, Terms, ask_whole, hang_up, place_call
from crossfade.shadow.asking.clients.request_parts import RequestParts
from crossfade.shadow.asking.clients.upstream import Upstream
from crossfade.shadow.asking.exchange import Read, read_call
from crossfade.shadow.compare.decode.framing import Framing
from crossfade.shadow.exchange import Headers, Protocol, Request


@dataclass(slots=True)
class Progress:
    """How many messages of an answer have come."""

    answers: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def set(self, answers: int) -> None:
        """So many by now."""
        self.answers = answers
        self._changed.set()

    async def reach(self, answers: int, timeout_s: float) -> None:
        """Returns when so many have come, or after a time."""
        try:
            async with asyncio.timeout(timeout_s):
                while self.answers < answers:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return


async def send(
    side: Upstream, request: Request, terms: Terms, script: Script, progress: Progress | None = None
) -> Read:
    """What one side answers. Cancelling it hangs up."""
    if script.steps or terms.is_watched:
        return await _watched(side, request, terms, script, progress or Progress())
    if request.protocol is Protocol.GRPC:
        return Read(reply=await ask_whole(side, request, terms))  # neither is a stream: nothing is to be watched
    return await _perhaps_watched(side, request, terms, script, progress or Progress())


async def _perhaps_watched(side: Upstream, request: Request, terms: Terms, script: Script, progress: Progress) -> Read:
    """Where the answer's header fields tell whether it is a stream: most are none."""
    first: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def framing_of(headers: Headers) -> Framing | None:
        framing = terms.framing_of(headers)
        if framing is not None:
            _set(first)
        return framing

    call = place_call(side, request, replace(terms, framing_of=framing_of, copy_bytes=side.body_limit_bytes))
    call.task.add_done_callback(lambda _: _set(first))
    try:
        await first
        if call.task.done() and call.answer.undecodable is None:
            return Read(reply=call.task.result())
        return await _read(call, side, terms, script, progress)
    finally:
        await hang_up((call,))


async def _watched(side: Upstream, request: Request, terms: Terms, script: Script, progress: Progress) -> Read:
    parts = RequestParts() if script.steps else None
    call = place_call(side, request, replace(terms, copy_bytes=side.body_limit_bytes), parts)
    feeding = None if parts is None else asyncio.create_task(_feed(call, parts, script, progress))
    try:
        return await _read(call, side, terms, script, progress, is_fed=parts is not None)
    finally:
        if feeding is not None:
            feeding.cancel()
        await hang_up((call,))


async def _read(  # noqa: PLR0913 - a call, and how it is read
    call: Call, side: Upstream, terms: Terms, script: Script, progress: Progress, *, is_fed: bool = False
) -> Read:
    def is_enough(seen: int) -> bool:
        progress.set(seen)
        return script.leaves_after is not None and 0 < script.leaves_after <= seen

    return await read_call(call, terms, side.deadline_s, is_fed=is_fed, is_enough=is_enough)


def _set(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)


async def _feed(call: Call, parts: RequestParts, script: Script, progress: Progress) -> None:
    for step in script.steps:
        await progress.reach(step.after_answers, script.patience_s)
        if step.wait_s:
            await asyncio.sleep(step.wait_s)
        if step.data:
            parts.put(step.data)
        else:
            parts.end()
        call.answer.changed.set()
