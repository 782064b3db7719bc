"""What the proxy adds is measured where mitmproxy lets it be seen."""

import time

import pytest

pytest.importorskip("mitmproxy")

from mitmproxy import http
from mitmproxy.test import tflow

from crossfade.shadow.capture.mitmproxy.timing import Timing


def test_both_directions() -> None:
    """From the time at which the head was read until now, in seconds."""
    seen: list[tuple[str, float]] = []
    timing = Timing(lambda direction, seconds: seen.append((direction, seconds)))
    flow = tflow.tflow(resp=True)
    assert isinstance(flow.response, http.Response)
    flow.request.timestamp_start = time.time() - 2
    flow.response.timestamp_start = time.time() - 1
    timing.requestheaders(flow)
    timing.responseheaders(flow)
    (first, request_s), (second, answer_s) = seen
    assert (first, second) == ("request", "answer")
    assert 2 <= request_s < 60
    assert 1 <= answer_s < request_s


def test_no_answer() -> None:
    """Nothing is measured of an answer that is not there."""
    seen: list[str] = []
    Timing(lambda direction, _: seen.append(direction)).responseheaders(tflow.tflow())
    assert seen == []
