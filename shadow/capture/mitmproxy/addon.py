"""Sees every flow, passes every chunk on at once, and gives copies to the sink."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from mitmproxy import http
from mitmproxy.connection import ConnectionState
from mitmproxy.net import server_spec
from mitmproxy.proxy.mode_specs import ReverseMode

from crossfade.shadow.capture.mitmproxy import errors
from crossfade.shadow.capture.mitmproxy.flows import (
    authority_of,
    headers_of,
    latency_ms,
    peer_of,
    protocol_of,
    request_headers,
)
from crossfade.shadow.capture.mitmproxy.wire import Upstream, client_fate, divert, want
from crossfade.shadow.capture.sink import Choose, Interest, RequestHead, Sink
from crossfade.shadow.exchange import Answer, Failure, FailureReason, Protocol, Request
from crossfade.shadow.exchange.body import BodyCopy
from crossfade.shadow.exchange.fields import wire_text
from crossfade.shadow.exchange.outcome import Reason
from crossfade.shadow.exchange.served import Served

_T = TypeVar("_T")
_FATE_S = 2.0
log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Seen:
    """What is kept about a flow while it lasts.

    ``live_answer``: the sink gets the parts of the answer as they pass. ``served``: whose answer the client gets.
    """

    id: str
    protocol: Protocol
    interest: Interest
    request: BodyCopy
    answer: BodyCopy
    live_answer: bool = False
    served: Served = Served.LEGACY


class CaptureAddon:
    """An add-on that turns flows into calls of a sink. A sink that raises is counted, and the traffic flows on."""

    def __init__(
        self, sink: Sink, *, new_id: Callable[[], str], body_limit_bytes: int, choose: Choose | None = None
    ) -> None:
        self._sink = sink
        self._choose = choose
        self._new_id = new_id
        self._body_limit_bytes = body_limit_bytes
        self._open: dict[str, _Seen] = {}
        self._waiting: set[asyncio.Future[None]] = set()
        self.names: dict[str, str] = {}
        self.candidates: dict[str, Upstream] = {}
        self.sink_errors: Counter[str] = Counter()

    def open_flows(self) -> int:
        """Requests that have not ended."""
        return len(self._open)

    def forget_open(self) -> None:
        """Reports nothing more about them: what ends from now on is cut by us."""
        self._open.clear()

    # hooks of mitmproxy

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        seen = _Seen(
            id=self._new_id(),
            protocol=protocol_of(flow),
            interest=Interest.NOTHING,
            request=BodyCopy(self._body_limit_bytes),
            answer=BodyCopy(self._body_limit_bytes),
        )
        self._open[flow.id] = seen
        head = self._head(flow, seen) if self._choose is None else self._chosen(flow, seen, self._choose)
        seen.interest = self._tell(self._sink.started, head) or Interest.NOTHING
        if seen.interest is Interest.LIVE:
            self._tell(self._sink.request_began, _request(flow, seen))
        want(flow, lambda: self._outlives_client(seen))
        flow.request.stream = seen.interest is Interest.NOTHING or self._request_tap(flow, seen)

    def request(self, flow: http.HTTPFlow) -> None:
        if (seen := self._open.get(flow.id)) is None:
            return
        if flow.request.raw_content:  # it came with the header and was not streamed
            self._request_tap(flow, seen)(flow.request.raw_content)
        if seen.interest is Interest.WHOLE:
            self._tell(self._sink.request_complete, _request(flow, seen))
        elif seen.interest is Interest.LIVE:
            self._tell(self._sink.request_ended, seen.id, headers_of(flow.request.trailers))

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        if (seen := self._open.get(flow.id)) is None or flow.response is None:
            return
        response = flow.response
        if seen.interest is not Interest.NOTHING:
            head = (seen.id, response.status_code, headers_of(response.headers))
            seen.live_answer = bool(self._tell(self._sink.answer_began, *head))
        response.stream = self._answer_tap(seen)

    def response(self, flow: http.HTTPFlow) -> None:
        if (seen := self._open.pop(flow.id, None)) is None:
            return
        if flow.websocket is not None or (flow.response is not None and flow.response.status_code == 101):  # noqa: PLR2004
            self._tell(self._sink.passed_through, seen.id, Reason.UNSUPPORTED)
        elif (fate := client_fate(flow.client_conn)) is None:
            self._tell_reply(flow, seen, taken=True)
        else:
            self._open[flow.id] = seen
            task = asyncio.ensure_future(self._tell_later(flow, seen, fate))
            self._waiting.add(task)
            task.add_done_callback(self._waiting.discard)

    async def _tell_later(self, flow: http.HTTPFlow, seen: _Seen, fate: Awaitable[bool]) -> None:
        """A client that ended its side may be waiting for its answer or gone; its system will show which."""
        done, _ = await asyncio.wait({asyncio.ensure_future(fate)}, timeout=_FATE_S)
        if self._open.pop(flow.id, None) is not None:
            self._tell_reply(flow, seen, taken=all(task.result() for task in done))

    def _tell_reply(self, flow: http.HTTPFlow, seen: _Seen, *, taken: bool) -> None:
        """An answer to a request that broke off does not count, nor one that nobody took, but for a write."""
        broke_off = flow.request.timestamp_end is None and not flow.client_conn.state & ConnectionState.CAN_READ
        if broke_off or not (taken or self._outlives_client(seen)):
            self._tell(self._sink.cancelled, seen.id)
        elif errors.has_no_head(flow):
            self._tell(self._sink.replied, seen.id, _failure(flow, seen, FailureReason.INVALID))
        else:
            if seen.interest is Interest.WHOLE and flow.request.timestamp_end is None and _is_message(seen):
                self._tell(self._sink.request_complete, _request(flow, seen))
            self._tell(self._sink.replied, seen.id, _answer(flow, seen))

    def _outlives_client(self, seen: _Seen) -> bool:
        return seen.interest is not Interest.NOTHING and bool(self._tell(self._sink.outlives_client, seen.id))

    def error(self, flow: http.HTTPFlow) -> None:
        if (seen := self._open.pop(flow.id, None)) is None:
            return
        if errors.client_left(flow):
            self._tell(self._sink.cancelled, seen.id)
        elif errors.refused_by_proxy(flow):
            self._tell(self._sink.passed_through, seen.id, Reason.UNSUPPORTED)
        else:
            self._tell(self._sink.replied, seen.id, _failure(flow, seen, errors.failure_reason(flow)))

    def _request_tap(self, flow: http.HTTPFlow, seen: _Seen) -> Callable[[bytes], bytes]:
        """Called with each chunk of the request, which it returns; the sink gets a body past the limit in parts."""

        def tap(chunk: bytes) -> bytes:
            if not chunk:  # mitmproxy's mark of the end
                return chunk
            if seen.interest is Interest.LIVE:
                self._tell(self._sink.request_part, seen.id, chunk)
            elif seen.interest is Interest.WHOLE:
                if len(seen.request.data) + len(chunk) > self._body_limit_bytes:
                    seen.interest = Interest.LIVE
                    self._tell(self._sink.request_began, _request(flow, seen))
                    self._tell(self._sink.request_part, seen.id, chunk)
                else:
                    seen.request.take(chunk)
            return chunk

        return tap

    def _answer_tap(self, seen: _Seen) -> Callable[[bytes], bytes] | bool:
        """Called with each chunk of the answer, which it returns unchanged; True: chunks pass unseen."""
        if seen.interest is Interest.NOTHING:
            return True
        if not seen.live_answer:
            return seen.answer.take

        def tap(chunk: bytes) -> bytes:
            if chunk:
                self._tell(self._sink.answer_part, seen.id, chunk)
            return chunk

        return tap

    def _head(self, flow: http.HTTPFlow, seen: _Seen) -> RequestHead:
        return RequestHead(
            id=seen.id,
            listener=self._listener(flow),
            protocol=seen.protocol,
            method=wire_text(flow.request.data.method),
            target=wire_text(flow.request.data.path),
            headers=request_headers(flow.request, seen.protocol),
            at=flow.request.timestamp_start,
            refused=errors.refused_by_proxy(flow),
            peer=peer_of(flow),
        )

    def _chosen(self, flow: http.HTTPFlow, seen: _Seen, choose: Choose) -> RequestHead:
        """The head, and with it who answers; where that is the candidate, the flow goes there."""
        head = self._head(flow, seen)
        candidate = self.candidates.get(flow.client_conn.proxy_mode.full_spec)
        choice = None if head.refused or candidate is None else self._tell(choose, head)
        if choice is None:
            return head
        if candidate is not None and choice.served is Served.CANDIDATE:
            seen.served = Served.CANDIDATE
            divert(flow, candidate, lambda: self._fell_back(seen))
        return replace(head, choice=choice)

    def _fell_back(self, seen: _Seen) -> None:
        seen.served = Served.LEGACY
        self._tell(self._sink.fell_back, seen.id)

    def _listener(self, flow: http.HTTPFlow) -> str:
        """The name of the port that the client connected to."""
        return self.names.get(flow.client_conn.proxy_mode.full_spec, "")

    def _tell(self, call: Callable[..., _T], *arguments: Any) -> _T | None:  # noqa: ANN401 - the sink's own
        try:
            return call(*arguments)
        except Exception:
            name = call.__name__
            self.sink_errors[name] += 1
            if self.sink_errors[name] == 1:
                log.exception("sink.failed call=%s; logged once per call", name)
            return None


def mode_spec(legacy_url: str, host: str, port: int) -> str:
    """Mitmproxy's text for a reverse proxy of ``legacy_url`` on a port."""
    return f"reverse:{legacy_url}@{host}:{port}"


def canonical_spec(spec: str) -> str:
    """The text under which a flow names its mode."""
    return ReverseMode.parse(spec).full_spec


def upstream_of(url: str) -> Upstream:
    """The server of an ``http://host:port``."""
    scheme, (host, port) = server_spec.parse(url, "http")
    return Upstream(host=host, port=port, tls=scheme == "https")


def _request(flow: http.HTTPFlow, seen: _Seen) -> Request:
    request = flow.request
    return Request(
        id=seen.id,
        protocol=seen.protocol,
        method=wire_text(request.data.method),  # mitmproxy's own is upper case
        scheme=request.scheme,
        authority=authority_of(request),
        target=wire_text(request.data.path),
        headers=request_headers(request, seen.protocol),
        body=bytes(seen.request.data),
        truncated=seen.request.truncated,
        trailers=headers_of(request.trailers),
        started_at=request.timestamp_start,
        peer=peer_of(flow),
    )


def _is_message(seen: _Seen) -> bool:
    """Whether one whole gRPC message is there: legacy may answer it before END_STREAM comes."""
    data = seen.request.data
    size = len(data) - 5  # a flag and the length (grpc/doc/PROTOCOL-HTTP2.md)
    return seen.protocol is Protocol.GRPC and size >= 0 and size == int.from_bytes(data[1:5], "big")


def _answer(flow: http.HTTPFlow, seen: _Seen) -> Answer:
    response = flow.response
    if response is None:
        raise TypeError("expected a flow with a response")
    if response.raw_content and seen.interest is not Interest.NOTHING:  # an answer that came in one piece
        seen.answer.take(response.raw_content)
    return Answer(
        status=response.status_code,
        headers=headers_of(response.headers),
        body=bytes(seen.answer.data),
        truncated=seen.answer.truncated,
        trailers=headers_of(response.trailers),
        latency_ms=latency_ms(flow),
        windows=seen.answer.windows() if seen.answer.truncated else b"",
    )


def _failure(flow: http.HTTPFlow, seen: _Seen, reason: FailureReason) -> Failure:
    return Failure(reason=reason, detail=f"{seen.served}: {reason.value}", latency_ms=latency_ms(flow))
