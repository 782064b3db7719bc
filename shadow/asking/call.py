"""One request on its way to one side: the only place from which a request is sent."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from crossfade.shadow.asking.clients.answer import AnswerInProgress
from crossfade.shadow.asking.clients.request_parts import RequestParts
from crossfade.shadow.asking.clients.upstream import Upstream
from crossfade.shadow.compare.decode.framing import Framing
from crossfade.shadow.errors import where
from crossfade.shadow.exchange import Headers, Reply, Request
from crossfade.shadow.exchange.route import STREAMED_ANSWERS, RouteInfo
from crossfade.shadow.judging.judge import Judge

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How a request is sent, and how its answers are read.

    ``safe``: it may be sent once more where a kept connection was closed under it. ``is_watched``: an answer may be
    silent for long before it begins, so whoever reads it keeps the deadline. ``framing_of``: the framing of an answer
    that begins with these header fields; None where it is no stream. ``copy_bytes``: so much of a stream is kept.
    ``stream_s``: for so long a stream is read where nothing else ends it; None: to its end.
    """

    safe: bool = False
    is_watched: bool = False
    framing_of: Callable[[Headers], Framing | None] = lambda _: None
    copy_bytes: int = 0
    stream_s: float | None = None


@dataclass(slots=True, kw_only=True)
class Call:
    """A request under way at one side: its answer as it comes, and the task that ends with the reply."""

    answer: AnswerInProgress
    task: asyncio.Task[Reply]


def terms_of(judge: Judge, route: RouteInfo, *, write: bool) -> Terms:
    """The terms for requests of a route."""
    return Terms(
        safe=not write,
        is_watched=route.call_type in STREAMED_ANSWERS,
        framing_of=judge.framing_of(route),
        copy_bytes=judge.stream_copy_bytes,
    )


def place_call(side: Upstream, request: Request, terms: Terms, parts: RequestParts | None = None) -> Call:
    """Sends a request to a side, once; ``parts`` is its body where that is still coming."""
    answer = side.new_answer(terms.framing_of, terms.copy_bytes)
    task = asyncio.create_task(side.ask(request, answer, parts, is_watched=terms.is_watched, safe=terms.safe))
    answer.on_overlong = task.cancel
    return Call(answer=answer, task=task)


async def ask_whole(side: Upstream, request: Request, terms: Terms) -> Reply:
    """A side's answer that is no stream to a request that is here, sent once; without a task of its own."""
    return await side.ask(request, safe=terms.safe)


async def hang_up(calls: tuple[Call, ...]) -> None:
    """Cancels the calls that have not ended, and waits until they have.

    A failure of a side is a value: what a call raised is a bug, and its message may hold values of the traffic.
    """
    left = [call.task for call in calls if not call.task.done()]
    for task in left:
        task.cancel()
    if left:
        await asyncio.gather(*left, return_exceptions=True)
    for call in calls:
        error = None if call.task.cancelled() else call.task.exception()
        if isinstance(error, Exception):
            log.error("call.failed %s", where(error))
