"""Two sinks behind one engine: the mirror, and a recording that can't disturb it."""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from crossfade.shadow.capture.sink import Interest, RequestHead, Sink
from crossfade.shadow.exchange import Answer, Headers, Reply, Request
from crossfade.shadow.exchange.body import BodyCopy
from crossfade.shadow.exchange.outcome import Reason

_T = TypeVar("_T")
log = logging.getLogger(__name__)


class Tee:
    """A Sink that tells two others; the mirror comes first, and what the recording raises is counted and logged once.

    Where the recording wants parts and the mirror whole copies, they are put together here, up to ``body_limit_bytes``.
    """

    def __init__(self, mirror: Sink, record: Sink, *, body_limit_bytes: int) -> None:
        self._mirror = mirror
        self._record = record
        self._limit_bytes = body_limit_bytes
        self._whole: set[str] = set()
        """Requests of which the mirror wants whole copies."""
        self._requests: dict[str, tuple[Request, BodyCopy]] = {}
        self._answers: dict[str, BodyCopy] = {}
        self.errors: Counter[str] = Counter()

    def started(self, head: RequestHead) -> Interest:
        """What the one or the other wants to see; parts, if one does."""
        ours = self._mirror.started(head)
        theirs = self._to_record(self._record.started, head) or Interest.NOTHING
        if ours is Interest.WHOLE:
            self._whole.add(head.id)
        return max(ours, theirs, key=lambda interest: interest.value)

    def fell_back(self, request_id: str) -> None:
        """Both."""
        self._mirror.fell_back(request_id)
        self._to_record(self._record.fell_back, request_id)

    def request_complete(self, request: Request) -> None:
        """Both."""
        self._mirror.request_complete(request)
        self._to_record(self._record.request_complete, request)

    def request_began(self, request: Request) -> None:
        """The mirror gets a whole request at its end."""
        if request.id in self._whole and not request.body:
            self._requests[request.id] = request, BodyCopy(self._limit_bytes)
        else:  # parts of a body that has grown past the limit
            self._mirror.request_began(request)
        self._to_record(self._record.request_began, request)

    def request_part(self, request_id: str, data: bytes) -> None:
        """For the mirror kept until the end."""
        kept = self._requests.get(request_id)
        if kept is None:
            self._mirror.request_part(request_id, data)
        elif len(kept[1].data) + len(data) <= self._limit_bytes:
            kept[1].take(data)
        else:
            del self._requests[request_id]
            self._mirror.request_began(replace(kept[0], body=bytes(kept[1].data)))
            self._mirror.request_part(request_id, data)
        self._to_record(self._record.request_part, request_id, data)

    def request_ended(self, request_id: str, trailers: Headers) -> None:
        """Both."""
        kept = self._requests.pop(request_id, None)
        if kept is None:
            self._mirror.request_ended(request_id, trailers)
        else:
            self._mirror.request_complete(replace(kept[0], body=bytes(kept[1].data), trailers=trailers))
        self._to_record(self._record.request_ended, request_id, trailers)

    def answer_began(self, request_id: str, status: int, headers: Headers) -> bool:
        """True where one wants parts."""
        ours = self._mirror.answer_began(request_id, status, headers)
        theirs = bool(self._to_record(self._record.answer_began, request_id, status, headers))
        if theirs and not ours:
            self._answers[request_id] = BodyCopy(self._limit_bytes)
        return ours or theirs

    def answer_part(self, request_id: str, data: bytes) -> None:
        """For the mirror kept until the end where it wants that."""
        kept = self._answers.get(request_id)
        if kept is None:
            self._mirror.answer_part(request_id, data)
        else:
            kept.take(data)
        self._to_record(self._record.answer_part, request_id, data)

    def outlives_client(self, request_id: str) -> bool:
        """As the mirror says."""
        return self._mirror.outlives_client(request_id)

    def replied(self, request_id: str, reply: Reply) -> None:
        """Both; the mirror with the body that it did not get in parts."""
        kept = self._forget(request_id)
        if kept is None or not isinstance(reply, Answer):
            self._mirror.replied(request_id, reply)
        else:
            windows = kept.windows() if kept.truncated else b""
            whole = replace(reply, body=bytes(kept.data), truncated=kept.truncated, windows=windows)
            self._mirror.replied(request_id, whole)
        self._to_record(self._record.replied, request_id, reply)

    def cancelled(self, request_id: str) -> None:
        """Both."""
        self._forget(request_id)
        self._mirror.cancelled(request_id)
        self._to_record(self._record.cancelled, request_id)

    def passed_through(self, request_id: str, reason: Reason) -> None:
        """Both."""
        self._forget(request_id)
        self._mirror.passed_through(request_id, reason)
        self._to_record(self._record.passed_through, request_id, reason)

    def _forget(self, request_id: str) -> BodyCopy | None:
        self._whole.discard(request_id)
        self._requests.pop(request_id, None)
        return self._answers.pop(request_id, None)

    def _to_record(self, call: Callable[..., _T], *arguments: Any) -> _T | None:  # noqa: ANN401 - the sink's own
        try:
            return call(*arguments)
        except Exception:
            name = call.__name__
            self.errors[name] += 1
            if self.errors[name] == 1:
                log.exception("record.failed call=%s; logged once per call", name)
            return None
