"""How long the proxy holds a head back, as far as mitmproxy lets it be seen."""

import time
from collections.abc import Callable

from mitmproxy import http


class Timing:
    """An add-on that stands last: from the moment mitmproxy had read a head until it is about to pass it on.

    What waited in the socket before it was read is not in it, nor the bytes that follow the head.
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
