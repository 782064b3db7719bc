"""Reads mitmproxy's error texts, its only word on why a flow ended: legacy failed, or the client left."""

import re

from mitmproxy.connection import ConnectionState
from mitmproxy.http import HTTPFlow

from crossfade.shadow.capture.mitmproxy.wire.events import NOT_PASSED_ON
from crossfade.shadow.capture.mitmproxy.wire.head import WireResponse
from crossfade.shadow.exchange import FailureReason

_BY_CLIENT = re.compile(r"client disconnected|stream reset by client", re.IGNORECASE)
_REFUSED = re.compile(r"connect|refused|no route|name or service|getaddrinfo|certificate|tls|ssl", re.IGNORECASE)
_INVALID = re.compile(r"cannot parse|unexpected server response|protocol error|received .* from server", re.IGNORECASE)


def client_left(flow: HTTPFlow) -> bool:
    """Whether the flow ended because the client closed its connection or cancelled its stream.

    A legacy that ends a connection after the client ended its side most likely does so because of that.
    """
    message = flow.error.msg if flow.error else ""
    if _BY_CLIENT.search(message):
        return True
    broke_off = "peer closed connection" in message or message == "server closed connection"
    return broke_off and not flow.client_conn.state & ConnectionState.CAN_READ


def refused_by_proxy(flow: HTTPFlow) -> bool:
    """Whether the proxy itself would not send the request on, because it was malformed."""
    if flow.error is None:
        return False
    is_smuggling = flow.response is None and "request smuggling" in flow.error.msg  # mitmproxy's own, HTTP/2
    return is_smuggling or flow.error.msg.startswith(NOT_PASSED_ON)


def has_no_head(flow: HTTPFlow) -> bool:
    """Whether legacy sent bytes that are not an HTTP/1 answer; the client got them as they were."""
    return isinstance(flow.response, WireResponse) and not flow.response.start_line


def failure_reason(flow: HTTPFlow) -> FailureReason:
    """Why legacy gave no complete answer."""
    message = flow.error.msg if flow.error else ""
    if _INVALID.search(message) and "without sending complete" not in message:
        return FailureReason.INVALID
    if flow.server_conn.timestamp_tcp_setup is None and _REFUSED.search(message):
        return FailureReason.REFUSED
    return FailureReason.RESET
