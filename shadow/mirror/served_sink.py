"""Counts what the sides served, between an engine and the sink that it tells."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from crossfade.codegen.contract import Method
from crossfade.shadow.capture.sink import Interest, RequestHead, Sink
from crossfade.shadow.compare.decode.framing import answer_framing
from crossfade.shadow.exchange import Answer, Headers, Protocol, Reply, Request, header_values
from crossfade.shadow.exchange.outcome import Reason
from crossfade.shadow.exchange.route import STREAMED_ANSWERS, STREAMED_REQUESTS
from crossfade.shadow.mirror.served_tally import ServedTally
from crossfade.shadow.serving.weights import Choice

_STREAMS = STREAMED_ANSWERS | STREAMED_REQUESTS
_SERVERS_FAULT = frozenset({"2", "4", "12", "13", "14", "15"})
"""UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS (grpc/doc/statuscodes.md)."""
_HTTP_ERROR = 500
log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Open:
    choice: Choice
    protocol: Protocol
    is_stream: bool
    has_begun: bool = False


class ServedSink:
    """A Sink that tells another one everything, and a tally what was served of routes that have a weight."""

    def __init__(self, sink: Sink, tally: ServedTally, methods: Mapping[str, Method]) -> None:
        """``methods`` are those of the contract."""
        self._sink = sink
        self._tally = tally
        self._streams = frozenset(name for name, method in methods.items() if str(method.call_type) in _STREAMS)
        self._open: dict[str, _Open] = {}

    def started(self, head: RequestHead) -> Interest:
        """Passes it on; a request whose route has a weight is remembered until it ends."""
        if head.choice.route:
            self._tally.begun(head.choice)
            is_stream = head.protocol is Protocol.GRPC and head.target.removeprefix("/") in self._streams
            self._open[head.id] = _Open(head.choice, head.protocol, is_stream)
        return self._sink.started(head)

    def fell_back(self, request_id: str) -> None:
        """Passes it on; the request is neither side's: legacy has it only because the candidate is not there."""
        if (entry := self._open.pop(request_id, None)) is not None and self._tally.fell_back(entry.choice) == 1:
            log.error("candidate.refused route=%s; legacy answers; logged once per route", entry.choice.route)
        self._sink.fell_back(request_id)

    def request_complete(self, request: Request) -> None:
        """Passes it on."""
        self._sink.request_complete(request)

    def request_began(self, request: Request) -> None:
        """Passes it on."""
        self._sink.request_began(request)

    def request_part(self, request_id: str, data: bytes) -> None:
        """Passes it on."""
        self._sink.request_part(request_id, data)

    def request_ended(self, request_id: str, trailers: Headers) -> None:
        """Passes it on."""
        self._sink.request_ended(request_id, trailers)

    def answer_began(self, request_id: str, status: int, headers: Headers) -> bool:
        """Passes it on."""
        if (entry := self._open.get(request_id)) is not None:
            entry.has_begun = True
        return self._sink.answer_began(request_id, status, headers)

    def answer_part(self, request_id: str, data: bytes) -> None:
        """Passes it on."""
        self._sink.answer_part(request_id, data)

    def outlives_client(self, request_id: str) -> bool:
        """Passes it on."""
        return self._sink.outlives_client(request_id)

    def replied(self, request_id: str, reply: Reply) -> None:
        """Counts the answer, and passes it on."""
        if (entry := self._open.pop(request_id, None)) is not None:
            is_stream = entry.is_stream or (isinstance(reply, Answer) and _is_framed(entry, reply))
            latency_s = None if is_stream or not isinstance(reply, Answer) else reply.latency_ms / 1000
            self._tally.ended(entry.choice, is_error=is_error(entry.protocol, reply), latency_s=latency_s)
        self._sink.replied(request_id, reply)

    def cancelled(self, request_id: str) -> None:
        """Counts a client that left before its answer began: it may have waited for too long."""
        if (entry := self._open.pop(request_id, None)) is not None:
            self._tally.ended(entry.choice, is_error=not (entry.is_stream or entry.has_begun), latency_s=None)
        self._sink.cancelled(request_id)

    def passed_through(self, request_id: str, reason: Reason) -> None:
        """Passes it on."""
        self._open.pop(request_id, None)
        self._sink.passed_through(request_id, reason)


def is_error(protocol: Protocol, reply: Reply) -> bool:
    """Whether an answer is a fault of who gave it: a 5xx, a gRPC status of a server's fault, or no whole answer."""
    if not isinstance(reply, Answer) or reply.status >= _HTTP_ERROR:
        return True
    if protocol is not Protocol.GRPC:
        return False
    statuses = header_values((*reply.trailers, *reply.headers), "grpc-status")
    return not statuses or statuses[0].strip() in _SERVERS_FAULT


def _is_framed(entry: _Open, answer: Answer) -> bool:
    """Whether it is a stream over HTTP, such as server-sent events."""
    return entry.protocol is Protocol.HTTP and answer_framing(answer.headers, 0) is not None
