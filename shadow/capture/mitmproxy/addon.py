"""Sees every flow, passes every chunk on at once, and gives copies to the sink."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from mitmproxy import http
from mitmproxy.connection import ConnectionState
from mitmproxy.proxy.mode_specs import ReverseMode

from crossfade.shadow.capture.mitmproxy import errors
from crossfade.shadow.capture.mitmproxy.crumbs import joined
from crossfade.shadow.capture.mitmproxy.wire import client_fate, want
from crossfade.shadow.capture.sink import Interest, RequestHead, Sink
from crossfade.shadow.exchange import Answer, Failure, FailureReason, Headers, Protocol, Request
from crossfade.shadow.exchange.body import BodyCopy
from crossfade.shadow.exchange.fields import as_recorded, wire_text
from crossfade.shadow.exchange.outcome import Reason

_T = TypeVar("_T")
_FATE_S = 2.0
log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Seen:
    """What is kept about a flow while it lasts. ``live_answer``: the sink gets the parts of the answer as they pass."""

    id: str
    protocol: Protocol
    interest: Interest
    request: BodyCopy
    answer: BodyCopy
    live_answer: bool = False


class CaptureAddon:
    """An add-on that turns flows into calls of a sink. A sink that raises is counted, and the traffic flows on."""

    def __init__(self, sink: Sink, *, new_id: Callable[[], str], body_limit_bytes: int) -> None:
        self._sink = sink
        self._new_id = new_id
        self._body_limit_bytes = body_limit_bytes
        self._open: dict[str, _Seen] = {}
        self._waiting: set[asyncio.Future[None]] = set()
        self.names: dict[str, str] = {}
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
            protocol=_protocol(flow),
            interest=Interest.NOTHING,
            request=BodyCopy(self._body_limit_bytes),
            answer=BodyCopy(self._body_limit_bytes),
        )
        self._open[flow.id] = seen
        seen.interest = self._tell(self._sink.started, self._head(flow, seen)) or Interest.NOTHING
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
            self._tell(self._sink.request_ended, seen.id, _headers(flow.request.trailers))

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        if (seen := self._open.get(flow.id)) is None or flow.response is None:
            return
        response = flow.response
        if seen.interest is not Interest.NOTHING:
            head = (seen.id, response.status_code, _headers(response.headers))
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
            self._tell(self._sink.replied, seen.id, _failure(flow, FailureReason.INVALID))
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
            self._tell(self._sink.replied, seen.id, _failure(flow, errors.failure_reason(flow)))

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
            headers=_request_headers(flow.request, seen.protocol),
            at=flow.request.timestamp_start,
            refused=errors.refused_by_proxy(flow),
        )

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


def _protocol(flow: http.HTTPFlow) -> Protocol:
    kind = flow.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_grpc = kind == "application/grpc" or kind.startswith("application/grpc+")
    return Protocol.GRPC if is_grpc and flow.request.is_http2 else Protocol.HTTP


def _headers(headers: http.Headers | None) -> Headers:
    return () if headers is None else as_recorded(headers.fields)


def _request(flow: http.HTTPFlow, seen: _Seen) -> Request:
    request = flow.request
    return Request(
        id=seen.id,
        protocol=seen.protocol,
        method=wire_text(request.data.method),  # mitmproxy's own is upper case
        scheme=request.scheme,
        authority=_authority(request),
        target=wire_text(request.data.path),
        headers=_request_headers(request, seen.protocol),
        body=bytes(seen.request.data),
        truncated=seen.request.truncated,
        trailers=_headers(request.trailers),
        started_at=request.timestamp_start,
        peer=flow.client_conn.peername[0] if flow.client_conn.peername else "",
    )


def _is_message(seen: _Seen) -> bool:
    """Whether one whole gRPC message is there: legacy may answer it before END_STREAM comes."""
    data = seen.request.data
    size = len(data) - 5  # a flag and the length (grpc/doc/PROTOCOL-HTTP2.md)
    return seen.protocol is Protocol.GRPC and size >= 0 and size == int.from_bytes(data[1:5], "big")


def _request_headers(request: http.Request, protocol: Protocol) -> Headers:
    """As legacy gets them: over HTTP/1.1 all cookies are in one line."""
    headers = _headers(request.headers)
    return joined(headers) if request.is_http2 and protocol is Protocol.HTTP else headers


def _authority(request: http.Request) -> str:
    """The host that the client named: HTTP/2's :authority, or the first Host field."""
    if request.data.authority:
        return wire_text(request.data.authority)
    return next((wire_text(value) for name, value in request.headers.fields if name.lower() == b"host"), "")


def _answer(flow: http.HTTPFlow, seen: _Seen) -> Answer:
    response = flow.response
    if response is None:
        raise TypeError("expected a flow with a response")
    if response.raw_content and seen.interest is not Interest.NOTHING:  # an answer that came in one piece
        seen.answer.take(response.raw_content)
    return Answer(
        status=response.status_code,
        headers=_headers(response.headers),
        body=bytes(seen.answer.data),
        truncated=seen.answer.truncated,
        trailers=_headers(response.trailers),
        latency_ms=_latency_ms(flow),
        windows=seen.answer.windows() if seen.answer.truncated else b"",
    )


def _failure(flow: http.HTTPFlow, reason: FailureReason) -> Failure:
    return Failure(reason=reason, detail=f"legacy: {reason.value}", latency_ms=_latency_ms(flow))


def _latency_ms(flow: http.HTTPFlow) -> float:
    """From the request's last byte to the answer's last byte; 0 where the answer came first."""
    start = flow.request.timestamp_end or flow.request.timestamp_start
    end = flow.response.timestamp_end if flow.response is not None else None
    if end is None:
        end = flow.error.timestamp if flow.error is not None else start
    return max(0.0, (end - start) * 1000)
