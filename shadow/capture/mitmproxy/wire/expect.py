"""``Expect: 100-continue`` is legacy's to answer; mitmproxy answers it itself and takes the field away."""

from typing import Any

from mitmproxy import http


class ExpectHidden(http.Headers):
    """Fields as they came, of which ``get`` does not name Expect: that is how mitmproxy looks for it."""

    def get(self, key: Any, default: Any = None) -> Any:  # noqa: ANN401 - as the base has it
        return default if key == "expect" else super().get(key, default)


class PassExpect:
    """An add-on: the field passes, and so does legacy's 100 (see ``http1``)."""

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Hides the field from mitmproxy alone; in a head of HTTP/1 it is hidden already."""
        headers = flow.request.headers
        if not isinstance(headers, ExpectHidden) and "expect" in headers:
            flow.request.headers = ExpectHidden(headers.fields)
