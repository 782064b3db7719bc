"""Turns requests of HTTP/2 into HTTP/1.1: all cookies in one line, and a body whose end legacy can see."""

from mitmproxy.proxy.layers.http import RequestHeaders

from crossfade.shadow.exchange import Headers

_COOKIE = "cookie"


def joined(headers: Headers) -> Headers:
    """The fields with all cookies in the place of the first, joined by ``; `` (RFC 9113 8.2.3), as legacy gets them."""
    cookies = [value for name, value in headers if name.lower() == _COOKIE]
    if len(cookies) < 2:  # noqa: PLR2004 - one is no crumb
        return headers
    line = "; ".join(cookies)
    kept: list[tuple[str, str]] = []
    for name, value in headers:
        if name.lower() != _COOKIE:
            kept.append((name, value))
        elif line:
            kept.append((name, line))
            line = ""
    return tuple(kept)


def with_an_end(event: RequestHeaders) -> RequestHeaders:
    """A request of HTTP/2 as it goes to a legacy of HTTP/1.1.

    A body without a length is sent in chunks (RFC 9112 6.1); otherwise legacy would read it as another request.
    """
    request = event.request
    if not request.is_http2 or event.end_stream or "content-length" in request.headers:
        return event
    request = request.copy()
    request.headers["transfer-encoding"] = "chunked"
    return RequestHeaders(event.stream_id, request, event.end_stream, event.replay_flow)
