"""How long the proxy holds a head, as far as mitmproxy shows it."""

import time
from collections.abc import Callable

from mitmproxy import http


class Timing:
    """The last add-on: measures from when mitmproxy has read a head until it is about to pass it on.

    The time in the socket before the head was read is not included, nor the bytes behind the head.
    """

    def __init__(self, observe: Callable[[str, float], None]) -> None:
        """``observe`` takes a direction (request, answer) and seconds."""
        self._observe = observe

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """The client's head was read and goes to legacy."""
        self._observe("request", time.time() - flow.request.timestamp_start)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Legacy's head was read and goes to the client."""
        if flow.response is not None:
            self._observe("answer", time.time() - flow.response.timestamp_start)
