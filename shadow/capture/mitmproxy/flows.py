"""What a flow of mitmproxy says, in our words. Pure."""

from mitmproxy import http

from crossfade.shadow.capture.mitmproxy.crumbs import joined
from crossfade.shadow.exchange import Headers, Protocol
from crossfade.shadow.exchange.fields import as_recorded, wire_text


def protocol_of(flow: http.HTTPFlow) -> Protocol:
    """How a request is read: gRPC by its content type, over HTTP/2."""
    kind = flow.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_grpc = kind == "application/grpc" or kind.startswith("application/grpc+")
    return Protocol.GRPC if is_grpc and flow.request.is_http2 else Protocol.HTTP


def headers_of(headers: http.Headers | None) -> Headers:
    """The fields, as they are recorded."""
    return () if headers is None else as_recorded(headers.fields)


def request_headers(request: http.Request, protocol: Protocol) -> Headers:
    """As legacy gets them: over HTTP/1.1 all cookies are in one line."""
    headers = headers_of(request.headers)
    return joined(headers) if request.is_http2 and protocol is Protocol.HTTP else headers


def authority_of(request: http.Request) -> str:
    """The host that the client named: HTTP/2's :authority, or the first Host field."""
    if request.data.authority:
        return wire_text(request.data.authority)
    return next((wire_text(value) for name, value in request.headers.fields if name.lower() == b"host"), "")


def peer_of(flow: http.HTTPFlow) -> str:
    """The address of the client's connection, without its port."""
    return flow.client_conn.peername[0] if flow.client_conn.peername else ""


def latency_ms(flow: http.HTTPFlow) -> float:
    """From the request's last byte to the answer's last byte; 0 where the answer came first."""
    start = flow.request.timestamp_end or flow.request.timestamp_start
    end = flow.response.timestamp_end if flow.response is not None else None
    if end is None:
        end = flow.error.timestamp if flow.error is not None else start
    return max(0.0, (end - start) * 1000)
