"""How the messages of a call passed: what began before the client had ended, and who left. Pure."""

from collections.abc import Iterator

from crossfade.parity_tests.corpus.records import Call
from crossfade.parity_tests.features.records import Classed
from crossfade.shadow.exchange.route import STREAMED_REQUESTS

PLACE = "stream"


def stream_classes(call: Call) -> Iterator[Classed]:
    """The order of a stream as far as it was measured; how many messages went each way is told by the messages."""
    timing = call.timing
    if timing.cancelled_ms is not None:
        yield PLACE, "cancelled"
    if call.route.call_type in STREAMED_REQUESTS and timing.client_ms and timing.server_ms:
        yield PLACE, "answered early" if timing.server_ms[0] < timing.client_ms[-1] else "half-closed first"
