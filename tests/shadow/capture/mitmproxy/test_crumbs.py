"""HTTP/2 in front of a legacy of HTTP/1.1."""

import pytest
from mitmproxy.http import Headers, Request
from mitmproxy.proxy.layers.http import RequestHeaders

from crossfade.shadow.capture.mitmproxy.crumbs import joined, with_an_end


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ((), ()),
        ((("cookie", "a=1"),), (("cookie", "a=1"),)),
        (
            (("x", "1"), ("cookie", "a=1"), ("y", "2"), ("Cookie", "b=2; c=3"), ("cookie", "d=4")),
            (("x", "1"), ("cookie", "a=1; b=2; c=3; d=4"), ("y", "2")),
        ),
        ((("cookie", ""), ("cookie", "")), (("cookie", "; "),)),
        ((("set-cookie", "a"), ("set-cookie", "b")), (("set-cookie", "a"), ("set-cookie", "b"))),
    ],
)
def test_cookies(sent: tuple[tuple[str, str], ...], told: tuple[tuple[str, str], ...]) -> None:
    """One line in the place of the first; all else stays."""
    assert joined(sent) == told


def _event(version: str, *, end_stream: bool = False, **headers: str) -> RequestHeaders:
    request = Request.make("POST", "http://svc.test/a", headers={k.replace("_", "-"): v for k, v in headers.items()})
    request.http_version = version
    if "content_length" not in headers:
        request.headers.pop("content-length", None)
    return RequestHeaders(1, request, end_stream)


@pytest.mark.parametrize(
    ("event", "chunks"),
    [
        (_event("HTTP/2.0"), True),
        (_event("HTTP/2.0", content_length="2"), False),
        (_event("HTTP/2.0", end_stream=True), False),
        (_event("HTTP/1.1"), False),
    ],
)
def test_a_body_without_a_length(event: RequestHeaders, chunks: bool) -> None:
    """It goes in chunks, where it came over HTTP/2; the flow that others see is as it was."""
    before = Headers(event.request.headers.fields)
    assert ("transfer-encoding" in with_an_end(event).request.headers) is chunks
    assert event.request.headers == before
