"""Contacting the sides with one request, without an engine: for replay, fuzzing, and a second look at one side."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace

from crossfade.shadow.asking.call import Call, Terms, hang_up, place_call
from crossfade.shadow.asking.clients.upstream import Upstream
from crossfade.shadow.asking.sides import Sides
from crossfade.shadow.compare.answers import NotComparableError
from crossfade.shadow.exchange import Answer, Comparison, Failure, FailureReason, Reply, Request
from crossfade.shadow.exchange.outcome import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A side's reply; ``is_cut`` where it is a stream that went on for longer than it is read."""

    reply: Reply
    is_cut: bool = False


async def exchange_with(
    sides: Sides, request: Request, route: str, terms: Terms, *, legacy: Reply | None = None
) -> Comparison:
    """What the sides answer to one request, contacted at the same time, as the judge takes it.

    ``legacy`` is its reply where that is known; else ``sides.legacy`` is contacted like the others. ``terms`` are those
    of the route (``terms_of``).

    * Each side gets the request at most once, but for what ``Upstream.ask`` may send again, with the header fields of
      that side's policy and the shadow marks. It goes out as a whole: a stream of messages is the body.
    * A side that gives no whole answer within its deadline has failed, which is a value. A stream may last, and has
      failed when it is silent for as long as that deadline.
    * A stream is read for ``terms.stream_s`` at most. Where one goes on, the comparison is ``cut`` as by a client that
      leaves, and holds what had come.
    * Bodies and streams are kept up to each side's limit, and are ``truncated`` where they go on.

    Cancelling it hangs up. Raises: NotComparableError: the request can't be sent as it is, and nobody got it;
    ValueError: there is neither a reply of legacy nor a legacy to contact.
    """
    contacted = _contacted(sides, legacy)
    if not all(side.takes(request) for side in contacted.values()):
        raise NotComparableError(Reason.UNSUPPORTED, "the request can't be sent as it is")
    found = dict(
        zip(contacted, await together(*(_read(side, request, terms) for side in contacted.values())), strict=True)
    )
    is_cut = any(read.is_cut for read in found.values())
    replies = {name: without_end(read.reply) if is_cut else read.reply for name, read in found.items()}
    answered = replies["legacy"] if legacy is None else legacy
    return Comparison(
        request=request,
        route=route,
        legacy=answered,
        candidate=replies["candidate"],
        secondary=replies.get("secondary"),
        followed=isinstance(answered, Answer) and terms.framing_of(answered.headers) is not None,
        cut=Reason.CUT_BY_CLIENT if is_cut else None,
    )


async def together(*reading: Coroutine[None, None, Read]) -> list[Read]:
    """What each gives; where one fails or this is cancelled, the others hang up before it is told."""
    tasks = [asyncio.create_task(one) for one in reading]
    try:
        return await asyncio.gather(*tasks)
    finally:
        left = [task for task in tasks if not task.done()]
        for task in left:
            task.cancel()
        if left:
            await asyncio.gather(*left, return_exceptions=True)


async def reply_of(side: Upstream, request: Request, terms: Terms) -> Reply:
    """What one side answers; as ``exchange_with``."""
    return (await _read(side, request, terms)).reply


def _contacted(sides: Sides, legacy: Reply | None) -> Mapping[str, Upstream]:
    """The sides that get the request. Raises: ValueError."""
    if legacy is None and sides.legacy is None:
        raise ValueError("expected legacy's reply or a legacy to contact, got neither")
    named = {"legacy": sides.legacy if legacy is None else None, "candidate": sides.candidate}
    return {name: side for name, side in (named | {"secondary": sides.secondary}).items() if side is not None}


async def _read(side: Upstream, request: Request, terms: Terms) -> Read:
    """The reply, read to its end or as far as it goes within the bounds."""
    call = place_call(side, request, replace(terms, copy_bytes=side.body_limit_bytes))
    try:
        return await read_call(call, terms, side.deadline_s)
    finally:
        await hang_up((call,))


async def read_call(
    call: Call,
    terms: Terms,
    quiet_s: float,
    *,
    is_fed: bool = False,
    is_enough: Callable[[int], bool] = lambda _: False,
) -> Read:
    """Reads a call that was placed; it fails where nothing happens for ``quiet_s`` in a stream.

    ``is_fed``: its request is still going out, and who sends it sets ``call.answer.changed``. ``is_enough`` is told how
    many messages of a stream have come, and says whether the client leaves. Whoever placed the call hangs up.
    """
    clock = asyncio.get_running_loop().time
    until = None if terms.stream_s is None else clock() + terms.stream_s
    seen = 0
    while not call.task.done() and call.answer.undecodable is None:
        may_last = is_fed or terms.is_watched or call.answer.is_stream
        left_s = until - clock() if until is not None and call.answer.is_stream else quiet_s
        if left_s <= 0 or is_enough(seen):
            return Read(reply=call.answer.answer(), is_cut=True)
        if not await _changed(call, min(left_s, quiet_s) if may_last else None) and left_s >= quiet_s:
            return Read(reply=_failed(FailureReason.DEADLINE, f"nothing more in {quiet_s:g} s", quiet_s))
        seen += len(call.answer.take_messages())  # a copy is kept; those that wait would hold up the rest
    if call.answer.undecodable is not None:
        return Read(reply=_failed(FailureReason.INVALID, f"its stream: {call.answer.undecodable}", 0.0))
    return Read(reply=call.task.result())


async def _changed(call: Call, timeout_s: float | None) -> bool:
    """Whether something came, or the call ended, in this time."""
    waiter = asyncio.create_task(call.answer.changed.wait())
    try:
        done, _ = await asyncio.wait({waiter, call.task}, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiter.cancel()
    call.answer.changed.clear()
    return bool(done)


def _failed(reason: FailureReason, detail: str, after_s: float) -> Failure:
    return Failure(reason=reason, detail=detail, latency_ms=after_s * 1000)


def without_end(reply: Reply) -> Reply:
    """A reply without trailers: they can't be compared where the end of another stream was not waited for."""
    return replace(reply, trailers=()) if isinstance(reply, Answer) else reply
