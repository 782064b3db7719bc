"""The secondary: legacy's second instance, contacted where the two answers differ. Where it differs too is noise."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from crossfade.codegen.contract import Method
from crossfade.shadow.asking.call import Terms
from crossfade.shadow.asking.clients.upstream import Upstream
from crossfade.shadow.asking.exchange import reply_of
from crossfade.shadow.exchange import Answer, Comparison, Reply, Request, header_values
from crossfade.shadow.exchange.share import share
from crossfade.shadow.judging.drift import status_differs

_NEEDED = (("content-type", "application/grpc"), ("te", "trailers"))  # grpc/doc/PROTOCOL-HTTP2.md: Call-Definition


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondaryLimits:
    """``pct`` of the pairs, so many at a time, and so many bytes of them; ``is_off`` is the kill switch."""

    pct: float
    in_flight: int
    held_bytes: int
    is_off: Callable[[], bool]


class Secondary:
    """Contacts it within the limits; past them pairs are judged without it, so that nothing waits."""

    def __init__(
        self, upstream: Upstream, authority: str, methods: Mapping[str, Method], limits: SecondaryLimits
    ) -> None:
        self._upstream = upstream
        self._authority = authority
        self._methods = methods
        self._limits = limits
        self._tasks: set[asyncio.Task[Reply]] = set()
        self._held_bytes = 0

    def is_busy(self) -> bool:
        """Whether pairs wait for an answer."""
        return bool(self._tasks)

    def takes(self, comparison: Comparison) -> bool:
        """Whether to contact it: for a safe request, of the share or with another status, while there is room."""
        limits = self._limits
        method = self._methods.get(comparison.route)
        if method is None or not method.safe or limits.is_off():
            return False
        if len(self._tasks) >= limits.in_flight or self._held_bytes + _size(comparison) > limits.held_bytes:
            return False
        return status_differs(comparison) or share(comparison.request.id, "secondary") < limits.pct

    def complete(self, comparison: Comparison, request: Request, judge: Callable[[Comparison], None]) -> None:
        """Sends the request; has the comparison judged once there is an answer, or none within the deadline."""
        size = _size(comparison)
        self._held_bytes += size
        sent = _as_sent(request, self._authority)
        task = asyncio.create_task(reply_of(self._upstream, sent, Terms(safe=True)))
        self._tasks.add(task)

        def done(ended: "asyncio.Task[Reply]") -> None:
            self._tasks.discard(ended)
            self._held_bytes -= size
            judge(comparison if ended.cancelled() else replace(comparison, secondary=ended.result(), chosen=True))

        task.add_done_callback(done)

    async def drain(self) -> None:
        """Returns when no pair waits; each has a deadline."""
        while self._tasks:
            await asyncio.wait(self._tasks)


def _as_sent(request: Request, authority: str) -> Request:
    """With what a service's library has taken out of it."""
    missing = tuple(field for field in _NEEDED if not header_values(request.headers, field[0]))
    return replace(request, authority=authority, headers=(*request.headers, *missing))


def _size(comparison: Comparison) -> int:
    answers = (reply for reply in (comparison.legacy, comparison.candidate) if isinstance(reply, Answer))
    return len(comparison.request.body) + sum(len(answer.body) for answer in answers)
